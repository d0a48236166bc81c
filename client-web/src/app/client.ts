import { appVersion } from "#shared/version.ts";
import { slowed } from "../net/slow-socket.ts";
import type { WebSocketClass } from "../net/transport.ts";
import { readEndpoints, withoutOverrides, type Endpoints, type EndpointSources } from "./endpoints.ts";
import type { ClientEvent } from "./events.ts";
import { readLineArgs, type LineArgs } from "./line-args.ts";
import type { Packs } from "./pack-loader.ts";
import { Playing, type PlayingDeps } from "./playing.ts";
import {
  noLine,
  type Client,
  type Frame,
  type Goal,
  type LoadedWorld,
  type NetworkStats,
  type Prompt,
  type View,
} from "./view.ts";

/** What a client needs of its host, so that the browser and Node run the same one. */
export interface ClientDeps {
  /** Where to dial: the page's query and location, or the master given on a command line. */
  readonly endpoints: EndpointSources;
  readonly packs: Packs;
  /** Per tab: what lets a reload come back to the same session. */
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /** Says `online` when the network is back: a window. */
  readonly host?: Pick<EventTarget, "addEventListener" | "removeEventListener"> | undefined;
  /** Loads the page anew, asking for that version. */
  readonly reload?: ((version: string) => void) | undefined;
  /** VirtuCade's markers and samples, one line each. */
  readonly log?: ((line: string) => void) | undefined;
  /** Told of everything that becomes of the player, as it happens. */
  readonly on?: ((event: ClientEvent) => void) | undefined;
  /** Numbers added to the performance sample, by name. */
  readonly gauges?: (() => Readonly<Record<string, number>>) | undefined;
  readonly Socket?: WebSocketClass | undefined;
  readonly now?: (() => number) | undefined;
  readonly luck?: (() => number) | undefined;
  /** Overrides the built-in version, to test the gate. */
  readonly version?: string | undefined;
}

const pulseMs = 50;
const blankFrame: Frame = { others: [], epoch: 0 };
const noNetwork: NetworkStats = {
  ...noLine,
  masterBuffered: 0,
  worlds: 0,
  pack: { status: "none", bytes: 0, ms: 0 },
};

/** Opens the client: it dials at once, unless a host needs the player's yes, and goes on by itself until disposed. */
export function createClient(deps: ClientDeps): Client {
  const line = readLineArgs(deps.endpoints.query);
  const { Socket = WebSocket } = deps;
  const host = {
    now: () => performance.now(),
    luck: Math.random,
    log: () => {},
    ...deps,
    version: deps.version ?? appVersion,
    line: line.shape,
    ...(line.shape && { Socket: slowed(line.shape, line.seed, Socket) }),
  };
  return new GameClient(host as PlayingDeps, line);
}

class GameClient implements Client {
  readonly #deps: PlayingDeps;
  readonly #line: LineArgs;
  readonly #listeners = new Set<(view: View) => void>();
  readonly #pulse: ReturnType<typeof setInterval>;
  readonly #online = (): void => this.#playing?.online();
  #playing: Playing | undefined;
  #strangers: readonly string[];
  #view: View;

  constructor(deps: PlayingDeps, line: LineArgs) {
    this.#deps = deps;
    this.#line = line;
    const endpoints = readEndpoints(deps.endpoints);
    for (const override of endpoints.ignored)
      deps.log(`ENDPOINT_OVERRIDE_IGNORED ${override.replaceAll(/\s/g, "_")}`);
    this.#strangers = endpoints.strangers;
    this.#view = this.#compose();
    if (this.#strangers.length === 0) this.#play(endpoints);
    this.#pulse = setInterval(() => this.#playing?.pulse(), pulseMs);
    deps.host?.addEventListener("online", this.#online);
  }

  get view(): View {
    return this.#view;
  }

  get loaded(): LoadedWorld | undefined {
    return this.#playing?.loaded;
  }

  subscribe(changed: (view: View) => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  frame(now: number): Frame {
    return this.#playing?.frame(now) ?? blankFrame;
  }

  drawn(): void {
    this.#playing?.drawn();
  }

  steer(x: number, y: number): void {
    this.#playing?.steer(x, y);
  }

  walkTo(goal: Goal): void {
    this.#playing?.walkTo(goal);
  }

  use(): void {
    this.#playing?.use();
  }

  say(text: string): void {
    this.#playing?.tell({ type: "say", text });
  }

  login(name: string): void {
    this.#playing?.tell({ type: "login", name });
  }

  logout(): void {
    this.#playing?.tell({ type: "logout" });
  }

  cancelTravel(): void {
    this.#playing?.tell({ type: "cancelTravel" });
  }

  reload(): void {
    const { update } = this.#view;
    if (update !== undefined) this.#deps.reload?.(update);
  }

  answer(kind: Prompt["kind"], yes: boolean): void {
    const { prompt } = this.#view;
    if (prompt?.kind !== kind) return;
    if (kind === "confirm_host") return this.#decide(yes);
    if (!yes) return;
    if (prompt.kind === "update") this.#deps.reload?.(prompt.server);
    else this.#playing?.tell({ type: "retry" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#pulse);
    this.#deps.host?.removeEventListener("online", this.#online);
    this.#playing?.close();
    this.#listeners.clear();
  }

  /** A no leaves the page's own master. */
  #decide(yes: boolean): void {
    const sources = this.#deps.endpoints;
    this.#strangers = [];
    this.#play(yes ? readEndpoints(sources) : withoutOverrides(sources));
  }

  #play(endpoints: Endpoints): void {
    const pageVersion = new URLSearchParams(this.#deps.endpoints.query).get("v") ?? undefined;
    this.#playing = new Playing(this.#deps, endpoints, pageVersion, () => this.#refresh());
    for (const text of noticesOf(this.#line)) this.#playing.chat.add(text);
    this.#refresh();
  }

  #refresh(): void {
    // The first change comes while `Playing` is still being made.
    if (!this.#playing) return;
    this.#view = this.#compose();
    for (const listener of this.#listeners) listener(this.#view);
  }

  #compose(): View {
    const { version } = this.#deps;
    if (this.#playing) return { version, ...this.#playing.view };
    const prompt: Prompt = { kind: "confirm_host", hosts: this.#strangers };
    const chat = { isUp: false, lines: [] };
    return {
      version,
      state: "rejected",
      prompt,
      chat,
      isSavingPaused: false,
      isMasterAway: false,
      network: noNetwork,
    };
  }
}

/** What the player should know of a line that is not as it is. */
function noticesOf({ shape, refused }: LineArgs): string[] {
  const notices = refused.map((what) => `bad line: refused ${what}`);
  if (shape) notices.push(`bad line: ${shape.lagMs} ms ± ${shape.jitterMs}, ${shape.loss * 100} % lost`);
  return notices;
}
