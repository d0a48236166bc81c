import type { MapPortal } from "#shared/world-map.ts";
import type { Client, LoadedWorld, Sprite, View } from "./view.ts";

export class PilotLost extends Error {
  override readonly name = "PilotLost";
}

const lookMs = 50;
const patienceMs = 30_000;

/**
 * Plays a client as a person would, with nothing a person could not do: walks, uses portals, talks. Every wait
 * ends, at the latest with a `PilotLost` that says what was waited for. Times are milliseconds.
 */
export class Pilot {
  readonly client: Client;
  readonly #patienceMs: number;
  #said = 0;

  constructor(client: Client, options: { readonly patienceMs?: number | undefined } = {}) {
    this.client = client;
    this.#patienceMs = options.patienceMs ?? patienceMs;
  }

  get view(): View {
    return this.client.view;
  }

  /** The own player as drawn. */
  get self(): Sprite | undefined {
    return this.client.frame(performance.now()).self;
  }

  /** Looks at every change of the view, and now and then, until it is as wanted. */
  async until(is: (view: View) => boolean, what: string, withinMs = this.#patienceMs): Promise<View> {
    const seen = Promise.withResolvers<View>();
    const look = (): void => {
      if (is(this.view)) seen.resolve(this.view);
    };
    const stop = this.client.subscribe(look);
    const often = setInterval(look, lookMs);
    const late = setTimeout(() => seen.reject(new PilotLost(`${what}: not within ${withinMs} ms`)), withinMs);
    look();
    try {
      return await seen.promise;
    } finally {
      stop();
      clearInterval(often);
      clearTimeout(late);
    }
  }

  async inWorld(key?: string, withinMs?: number): Promise<View> {
    const isThere = (view: View): boolean =>
      view.state === "in-world" && (key === undefined || view.world?.key === key);
    return this.until(isThere, `in ${key ?? "a world"}`, withinMs);
  }

  /** Walks to the portal that leads there, uses it, and waits until the other world is drawn. */
  async travelTo(world: string, withinMs?: number): Promise<View> {
    const found = this.portalTo(world);
    if (!found) throw new PilotLost(`no portal to ${world} in ${this.view.world?.key ?? "no world"}`);
    const problem = this.view.problem?.key;
    this.client.walkTo({ x: found.portal.x, y: found.portal.y, portal: found.name });
    const view = await this.until(
      (view) => (view.state === "in-world" && view.world?.key === world) || view.problem?.key !== problem,
      `travel to ${world}`,
      withinMs,
    );
    if (view.world?.key !== world)
      throw new PilotLost(`travel to ${world}: ${view.problem?.reason ?? "refused"}`);
    return view;
  }

  portalTo(world: string): { readonly name: string; readonly portal: MapPortal } | undefined {
    const portals = Object.entries(this.client.loaded?.map.portals ?? {});
    const [name, portal] = portals.find(([, { target }]) => target === world) ?? [];
    return name === undefined || !portal ? undefined : { name, portal };
  }

  /** Walks there and stands. */
  async walkTo(goal: { x: number; y: number }, nearUnits = 4): Promise<void> {
    this.client.walkTo(goal);
    await this.until(() => {
      const { self } = this;
      return !!self && !self.isMoving && Math.hypot(self.x - goal.x, self.y - goal.y) <= nearUnits;
    }, `walk to ${goal.x},${goal.y}`);
  }

  /** Says something and waits to hear it. Returns the milliseconds between. */
  async say(text = `line ${(this.#said += 1)}`): Promise<number> {
    const since = performance.now();
    const last = this.view.chat.lines.at(-1)?.key ?? 0;
    this.client.say(text);
    const isOwn = ({ chat, player }: View): boolean =>
      chat.lines.some((line) => line.key > last && line.name === player?.name && line.text === text);
    await this.until(isOwn, `hear "${text}"`);
    return performance.now() - since;
  }

  /** Logs in, and waits for the journey that makes: into the world the name was last in. */
  async login(name: string): Promise<View> {
    const before = this.client.loaded;
    this.client.login(name);
    return this.#arrivedAs(false, before, `log in as ${name}`);
  }

  async logout(): Promise<View> {
    const before = this.client.loaded;
    this.client.logout();
    return this.#arrivedAs(true, before, "log out");
  }

  /** A world entered anew is loaded anew, be it the same. */
  async #arrivedAs(isGuest: boolean, before: LoadedWorld | undefined, what: string): Promise<View> {
    const isThere = ({ state, player }: View): boolean =>
      state === "in-world" && player?.guest === isGuest && this.client.loaded !== before;
    return this.until(isThere, what);
  }
}
