import { createClient, type ClientDeps } from "#client/app/client.ts";
import { Pilot } from "#client/app/pilot.ts";
import { processGauges } from "./gauges.ts";

export interface HeadlessOptions extends Partial<
  Pick<ClientDeps, "storage" | "log" | "on" | "version" | "Socket">
> {
  /** The master's address, `ws://…/`. */
  readonly master: string;
  /** Where packs are kept; absent: in memory. Two clients may share a folder. */
  readonly packs: ClientDeps["packs"];
  /** A query as the browser's page has it: `?master_url=…&v=…`. */
  readonly query?: string;
  /** How long the pilot waits for anything, milliseconds. */
  readonly patienceMs?: number;
}

/** A player without a screen: the browser's own client, played by a pilot. */
export class Headless extends Pilot implements AsyncDisposable {
  readonly storage: ClientDeps["storage"];

  constructor(options: HeadlessOptions) {
    const storage = options.storage ?? tabStorage();
    super(
      createClient({
        ...options,
        storage,
        endpoints: { query: options.query ?? "", master: options.master },
        gauges: processGauges(),
      }),
      options,
    );
    this.storage = storage;
    this.client.subscribe(() => this.#draw());
  }

  /** Nothing is drawn, so a world counts as drawn as soon as it could be. */
  #draw(): void {
    if (!this.client.loaded) return;
    this.client.frame(performance.now());
    this.client.drawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
  }
}

/** Opens a headless player; it is connecting when this returns. */
export function createHeadless(options: HeadlessOptions): Headless {
  return new Headless(options);
}

/** What a tab remembers, for as long as this object lives. Pass it on to stand for a reload. */
export function tabStorage(): ClientDeps["storage"] {
  const items = new Map<string, string>();
  return {
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  };
}
