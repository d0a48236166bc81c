import { unzipSync } from "fflate";
import type { MapPortal, WorldMap } from "#shared/world-map.ts";
import { targetInReach } from "./reach.ts";
import {
  noLine,
  type Client,
  type Frame,
  type Goal,
  type LoadedWorld,
  type Prompt,
  type Sprite,
  type View,
} from "./view.ts";

/** Test data: a client without a server, to look at every screen of the page. Not part of the product. */
export interface FakeOptions {
  readonly view?: Partial<View>;
  readonly crowd?: number;
}

const calm: View = {
  state: "in-world",
  version: "0.1",
  player: { name: "Guest-7", guest: true },
  worlds: { hub: "Hub", left_world: "Left World", right_world: "Right World", top_world: "Top World" },
  chat: {
    isUp: true,
    lines: [
      { key: 1, text: "chat connected" },
      { key: 2, name: "Ada", text: "Anyone up for the sky garden?" },
      { key: 3, name: "Guest-3", text: "On my way through the violet portal!" },
      { key: 4, name: "Linus", text: "The tide pools are lovely tonight." },
      { key: 5, name: "Ada", text: "See you there, Guest-7 :)" },
    ],
  },
  isSavingPaused: false,
  isMasterAway: false,
  network: {
    ...noLine,
    masterMs: 12,
    worldMs: 14,
    masterBuffered: 0,
    worlds: 4,
    pack: { status: "cache_hit", bytes: 184_220, ms: 9 },
    transferMs: 61,
    delayMs: 92,
    starved: 0.004,
  },
};

export async function fetchWorld(key: string): Promise<LoadedWorld> {
  const response = await fetch(`./world_packs/${key}.zip`);
  const files = new Map(Object.entries(unzipSync(new Uint8Array(await response.arrayBuffer()))));
  const text = new TextDecoder().decode(files.get("map.json"));
  return { map: JSON.parse(text) as WorldMap, files };
}

/** `poke` changes the view, `goTo` changes the world, as a test wants it. */
export class FakeClient implements Client {
  view: View;
  loaded: LoadedWorld | undefined;
  readonly told: string[] = [];
  readonly #listeners = new Set<(view: View) => void>();
  readonly #crowd: number;
  #at = { x: 400, y: 260 };
  #heading = { x: 0, y: 0 };
  #goal: Goal | undefined;
  #listened: number | undefined;
  #facing = 0;
  #epoch = 1;
  #last: number | undefined;

  constructor(options: FakeOptions = {}) {
    this.view = { ...calm, ...options.view };
    this.#crowd = options.crowd ?? 3;
  }

  poke(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.#listeners) listener(this.view);
  }

  async goTo(key: string, spawn = "default"): Promise<void> {
    const world = await fetchWorld(key);
    const at = world.map.spawns[spawn] ?? world.map.spawns["default"] ?? { x: 100, y: 100 };
    this.loaded = world;
    this.#at = { x: at.x, y: at.y };
    this.#goal = undefined;
    this.#epoch++;
  }

  subscribe(changed: (view: View) => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  frame(now: number): Frame {
    const ms = Math.min(100, now - (this.#last ?? now));
    this.#last = now;
    const isMoving = this.#walk(ms * 0.18);
    const world = this.loaded;
    if (world === undefined) return { others: [], epoch: this.#epoch };
    const self: Sprite = {
      id: 1,
      kind: "player",
      name: this.view.player?.name ?? "",
      guest: this.view.player?.guest ?? true,
      sprite: "player",
      facing: this.#facing,
      isMoving,
      ...this.#at,
    };
    const others = [...this.#npcs(world.map, now / 1000), ...this.#people(world.map, now / 1000)];
    return { self, others, epoch: this.#epoch, target: targetInReach(world.map, self, others) };
  }

  drawn(): void {
    const map = this.loaded?.map;
    if (map) this.poke({ state: "in-world", world: { key: map.key, name: map.name } });
  }

  steer(x: number, y: number): void {
    this.#goal = undefined;
    this.#heading = { x, y };
  }

  walkTo(goal: Goal): void {
    const aim = goal.portal ?? goal.entity ?? "";
    this.told.push(`walkTo ${Math.round(goal.x)},${Math.round(goal.y)} ${aim}`.trim());
    this.#heading = { x: 0, y: 0 };
    this.#goal = goal;
    this.#listened = goal.entity;
  }

  use(): void {
    const portal = Object.values(this.loaded?.map.portals ?? {}).find((p) => this.#isNear(p));
    if (portal) void this.goTo(portal.target, portal.spawn);
  }

  say(text: string): void {
    const lines = this.view.chat.lines;
    const key = (lines.at(-1)?.key ?? 0) + 1;
    this.poke({ chat: { isUp: true, lines: [...lines, { key, name: this.view.player?.name, text }] } });
  }

  login(name: string): void {
    if (/^[\p{L}\d_-]{1,20}$/u.test(name) && !/^guest-/i.test(name))
      return this.poke({ player: { name, guest: false }, problem: undefined });
    const key = (this.view.problem?.key ?? 0) + 1;
    this.poke({ problem: { key, about: "login", reason: "invalid_name" } });
  }

  logout(): void {
    this.poke({ player: { name: "Guest-7", guest: true } });
  }

  cancelTravel(): void {
    this.poke({ state: "in-world", download: undefined });
  }

  reload(): void {
    this.told.push("reload");
  }

  answer(prompt: Prompt["kind"], yes: boolean): void {
    this.told.push(`answer ${prompt} ${yes}`);
    this.poke({ prompt: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listeners.clear();
  }

  #isNear(portal: MapPortal): boolean {
    return Math.hypot(portal.x - this.#at.x, portal.y - this.#at.y) <= 72;
  }

  #walk(units: number): boolean {
    const goal = this.#goal;
    const aim = goal ? { x: goal.x - this.#at.x, y: goal.y - this.#at.y } : this.#heading;
    const length = Math.hypot(aim.x, aim.y);
    if (length === 0) return false;
    const step = goal ? Math.min(units, length) : units * Math.min(1, length);
    this.#at = { x: this.#at.x + (aim.x / length) * step, y: this.#at.y + (aim.y / length) * step };
    if (Math.abs(aim.x) >= Math.abs(aim.y)) this.#facing = aim.x < 0 ? 1 : 2;
    else this.#facing = aim.y < 0 ? 3 : 0;
    if (goal && length <= step) {
      this.#goal = undefined;
      if (goal.portal) this.use();
    }
    return true;
  }

  #people(map: WorldMap, seconds: number): Sprite[] {
    const names = ["Ada", "Guest-3", "Linus", "Grace_H", "Guest-12", "日向"];
    return Array.from({ length: this.#crowd }, (_, i) => {
      const angle = seconds * (0.3 + (i % 5) * 0.07) + i * 2.1;
      const reach = 60 + (i % 7) * 22;
      const name = names[i % names.length] ?? "Ada";
      return {
        id: 100 + i,
        kind: "player" as const,
        name: i < names.length ? name : `${name}${i}`,
        guest: name.startsWith("Guest"),
        sprite: "player",
        x: (map.w * map.tile) / 2 + Math.cos(angle) * reach * 1.6,
        y: (map.h * map.tile) / 2 + Math.sin(angle) * reach,
        facing: Math.sin(angle) > 0 ? 1 : 2,
        isMoving: true,
        says: i === 0 ? "Anyone up for the sky garden?" : undefined,
      };
    });
  }

  #npcs(map: WorldMap, seconds: number): Sprite[] {
    return map.npcs.map((npc, i) => {
      const t = npc.speed * seconds + npc.phase;
      return {
        id: 50 + i,
        kind: "npc" as const,
        name: npc.name,
        guest: false,
        sprite: npc.sprite,
        x: npc.x + Math.cos(t) * npc.rx,
        y: npc.y + Math.sin(1.7 * t) * npc.ry,
        facing: -Math.sin(t) < 0 ? 1 : 2,
        isMoving: true,
        says: this.#listened === 50 + i ? npc.dialog : undefined,
      };
    });
  }
}
