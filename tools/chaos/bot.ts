import { PilotLost } from "#client/app/pilot.ts";
import type { Headless } from "#tools/headless/headless.ts";
import { createHeadless } from "#tools/headless/headless.ts";
import { nodePacks } from "#tools/headless/packs.ts";
import { Luck } from "./luck.ts";
import type { Dropped, FromPlayer, Order, Sight, Status } from "./orders.ts";
import { now, pause } from "./wait.ts";
import { watchedSocket } from "./watched-socket.ts";

/** On a machine that has much else to do. */
const patienceMs = 30_000;
/** Chat takes ten lines in three seconds. */
const breakMs = { least: 50, most: 300 };

type News = Extract<FromPlayer, { type: "status" | "dropped" | "fault" }>;

/** One player: does as it is told, or whatever comes to its mind, and tells what becomes of it. */
export class Bot {
  readonly #number: number;
  readonly #tell: (news: News) => void;
  readonly #luck: Luck;
  readonly #heard = new Map<string, number>();
  /** Kept when it leaves and comes again. */
  readonly #packs = nodePacks();
  #headless: Headless | undefined;
  #status: Omit<Status, "at"> | undefined;
  #live = 0;
  #lastChat = 0;
  #said = 0;
  #journeys = 0;
  #isPlaying = false;
  #isLeaving = false;
  #played: Promise<void> = Promise.resolve();

  constructor(number: number, seed: number, tell: (news: News) => void) {
    this.#number = number;
    this.#tell = tell;
    this.#luck = new Luck(seed * 1000 + number);
  }

  async take(order: Order): Promise<Sight | undefined> {
    if (order.do === "look") return this.#look();
    await this.#obey(order);
    return undefined;
  }

  async #obey(order: Exclude<Order, { do: "look" }>): Promise<void> {
    switch (order.do) {
      case "open":
        return this.#open(order.master);
      case "login":
        await this.#pilot.login(order.name);
        return;
      case "play":
        return this.#begin();
      case "rest":
        this.#isPlaying = false;
        return this.#played;
      case "walk":
        return this.#walk(order.to);
      case "travel":
        return this.#travel(order.world);
      case "say":
        return this.#pilot.client.say(`#${order.line}`);
      case "leave":
        return this.#leave();
    }
  }

  get #pilot(): Headless {
    if (!this.#headless) throw new PilotLost("not there");
    return this.#headless;
  }

  #open(master: string): void {
    this.#isLeaving = false;
    this.#heard.clear();
    this.#lastChat = 0;
    const Socket = watchedSocket(this.#number, {
      changed: (live) => {
        this.#live = live;
        this.#notice();
      },
      dropped: (drop) => this.#dropped(drop),
    });
    this.#headless = createHeadless({ master, packs: this.#packs, Socket, patienceMs });
    this.#headless.client.subscribe(() => this.#notice());
  }

  async #leave(): Promise<void> {
    this.#isLeaving = true;
    this.#isPlaying = false;
    await this.#played;
    await this.#headless?.[Symbol.asyncDispose]();
    this.#headless = undefined;
  }

  #begin(): void {
    if (this.#isPlaying) return;
    this.#isPlaying = true;
    this.#played = this.#play();
  }

  /** What fails while everything around is broken is tried again; that all ends well is judged at rest. */
  async #play(): Promise<void> {
    while (this.#isPlaying) {
      try {
        await this.#act(this.#luck.next());
      } catch (error) {
        if (!(error instanceof PilotLost)) throw error;
      }
      await pause(this.#luck.between(breakMs.least, breakMs.most));
    }
  }

  async #act(luck: number): Promise<void> {
    const portals = Object.values(this.#pilot.client.loaded?.map.portals ?? {});
    if (luck < 0.3 || portals.length === 0) return this.#pilot.client.say(`#${++this.#said}`);
    const portal = this.#luck.pick(portals);
    if (luck < 0.6) return this.#walk(portal, 60);
    await this.#travel(portal.target);
  }

  /** What was begun in a world ends with it. @throws PilotLost */
  async #here(done: () => boolean, what: string): Promise<void> {
    const { client } = this.#pilot;
    const { loaded } = client;
    await this.#pilot.until(() => done() || client.loaded !== loaded, what);
  }

  async #walk({ x, y }: { readonly x: number; readonly y: number }, nearUnits = 4): Promise<void> {
    this.#pilot.client.walkTo({ x, y });
    await this.#here(() => {
      const { self } = this.#pilot;
      return !!self && !self.isMoving && Math.hypot(self.x - x, self.y - y) <= nearUnits;
    }, `walk to ${x},${y}`);
  }

  /** @throws PilotLost when it is called off */
  async #travel(world: string): Promise<void> {
    const pilot = this.#pilot;
    await pilot.inWorld();
    const found = pilot.portalTo(world);
    if (!found) throw new PilotLost(`no portal to ${world} in ${pilot.view.world?.key}`);
    const { key: problem } = pilot.view.problem ?? {};
    const { x, y } = found.portal;
    pilot.client.walkTo({ x, y, portal: found.name });
    await this.#here(() => pilot.view.problem?.key !== problem, `travel to ${world}`);
    await pilot.inWorld();
    if (pilot.view.world?.key !== world)
      throw new PilotLost(`travel to ${world}: ${pilot.view.problem?.reason ?? "called off"}`);
    this.#journeys += 1;
  }

  #look(): Sight {
    const { view, self, client } = this.#pilot;
    const { others } = client.frame(performance.now());
    const named = (kind: string): string[] =>
      others
        .filter((one) => one.kind === kind)
        .map(({ name }) => name)
        .sort();
    return {
      world: view.world?.key,
      name: view.player?.name,
      self: self && { x: self.x, y: self.y },
      others: named("player"),
      things: named("thing"),
      heard: Object.fromEntries(this.#heard),
      journeys: this.#journeys,
      isSavingPaused: view.isSavingPaused,
    };
  }

  #notice(): void {
    if (!this.#headless) return;
    this.#listen();
    const { view } = this.#headless;
    const status: Omit<Status, "at"> = {
      bot: this.#number,
      isPlaying: this.#live > 0,
      hasControl: view.chat.isUp,
      isChanging: view.state !== "in-world",
      world: view.world?.key,
      name: view.player?.name,
      isGuest: view.player?.guest ?? true,
      prompt: view.prompt?.kind,
    };
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#tell({ type: "status", status: { ...status, at: now() } });
  }

  #dropped(drop: Omit<Dropped, "bot" | "at">): void {
    if (this.#isLeaving) return;
    this.#tell({ type: "dropped", dropped: { bot: this.#number, at: now(), ...drop } });
  }

  /** Nobody's lines may come twice, or before an earlier one. */
  #listen(): void {
    for (const { key, name, text } of this.#headless?.view.chat.lines ?? []) {
      if (key <= this.#lastChat) continue;
      this.#lastChat = key;
      const line = Number(/^#(\d+)$/.exec(text)?.[1]);
      if (name === undefined || !(line > 0)) continue;
      const last = this.#heard.get(name) ?? 0;
      if (line <= last)
        this.#tell({ type: "fault", bot: this.#number, text: `heard line ${line} of ${name} after ${last}` });
      this.#heard.set(name, Math.max(line, last));
    }
  }
}
