import { groundOf } from "#shared/ground.ts";
import type { Limits } from "#shared/limits.ts";
import { encodeCommands } from "#shared/protocol/commands.ts";
import { Replica } from "#shared/protocol/replica.ts";
import { snap } from "#shared/step-player.ts";
import type { Body } from "#shared/step-player.ts";
import type { WorldRules } from "#shared/world-rules.ts";
import type { Avatar } from "./avatar.ts";
import { now } from "./clock.ts";
import { Log } from "./log.ts";
import { FrameBytes } from "./replication/frame-bytes.ts";
import { Rules } from "./rules.ts";
import { Simulation } from "./simulation.ts";
import type { World } from "./world-files.ts";

/** A tick that takes longer is no world anybody could play in. */
const tickMostMs = 1000;
const faultMost = 200;
const admission = "self-test";
const ways = [
  { dx: 127, dy: 0 },
  { dx: -127, dy: 0 },
  { dx: 0, dy: 127 },
  { dx: 0, dy: -127 },
].map((way) => ({ ...way, buttons: 0 }));
const ticksPerWay = 3;
const sendsPerLook = 3;

export interface SelfTestDeps {
  readonly world: World;
  readonly limits: Limits;
  /** The world's rules, every time with variables of their own. */
  readonly copyRules: () => Promise<WorldRules | undefined>;
  /** What an earlier launch wanted remembered. */
  readonly state?: string | undefined;
}

/**
 * Plays a world that nobody sees, on the map and with copies of the rules this process has loaded: somebody comes in
 * at every spawn and portal, walks, uses what is there, is shown it, and leaves; then what is to be remembered is
 * saved, restored and saved again. Nothing of it reaches the world players are in.
 *
 * @returns what went wrong, in at most 200 characters; `undefined` when all went well
 */
export async function selfTest({
  world,
  limits,
  copyRules,
  state,
}: SelfTestDeps): Promise<string | undefined> {
  const until = now() + limits.testMs / 2;
  try {
    const stage = new Stage(world, limits, await copyRules());
    if (state !== undefined) stage.restore(state);
    for (const [name, at] of Object.entries({ ...world.map.spawns, ...world.map.portals })) {
      stage.visit(name, { x: at.x, y: at.y, facing: 0 });
      // The launch itself gets its turn too.
      await new Promise(setImmediate);
      if (now() > until) throw new Error("the self-test takes too long");
    }
    for (let ms = 0; ms < 1000; ms += world.rates.tickMs) stage.tick();
    const saved = stage.save();
    if (saved === undefined) return undefined;
    const next = new Stage(world, limits, await copyRules());
    next.restore(saved);
    if (next.save() !== saved) throw new Error("what is saved differs after it was restored");
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).slice(0, faultMost);
  }
}

/** A world to try things out in. Whatever goes wrong in it throws. */
class Stage {
  readonly #simulation: Simulation;
  readonly #rules: Rules;
  readonly #world: World;
  readonly #faults: string[] = [];
  readonly #frame = new FrameBytes();
  #hasWalked = false;

  constructor(world: World, limits: Limits, rules: WorldRules | undefined) {
    const write = (line: string): void => void this.#faults.push((JSON.parse(line) as { msg: string }).msg);
    this.#world = world;
    this.#simulation = new Simulation(world, groundOf(world.map), limits);
    const log = new Log({ format: "json", write });
    this.#rules = new Rules({ rules, world, log }, this.#simulation, { say: () => {} });
    this.#rules.start();
    this.#check();
  }

  restore(text: string): void {
    this.#rules.restore(text);
    this.#check();
  }

  save(): string | undefined {
    const text = this.#rules.save();
    this.#check();
    return text;
  }

  /** @returns whether there is something to be shown */
  tick(avatar?: Avatar): boolean {
    const from = now();
    const { x, y } = avatar?.body ?? {};
    this.#simulation.advance();
    if (avatar?.body.x !== x || avatar?.body.y !== y) this.#hasWalked = true;
    this.#rules.tick();
    const isDue = this.#simulation.publish();
    this.#check();
    const ms = Math.round(now() - from);
    if (ms > tickMostMs) throw new Error(`a tick took ${ms} ms`);
    return isDue;
  }

  /** Somebody comes in at `spot`, walks, looks around and leaves. */
  visit(spot: string, at: Body): void {
    const { x, y } = at;
    const avatar = this.#simulation.place(admission, { name: "Self-test", guest: true }, at);
    if (avatar.body.x !== snap(x) || avatar.body.y !== snap(y))
      throw new Error(`nobody can stand at ${spot}`);
    this.#simulation.activate(admission);
    if (Object.hasOwn(this.#world.map.portals, spot)) this.#reach(spot);
    this.#rules.enter(admission);
    this.#walk(avatar, spot);
    this.#look(avatar);
    this.#rules.leave(admission);
    this.#simulation.remove(admission);
    this.#check();
  }

  #reach(portal: string): void {
    const found = this.#simulation.portalInReach(admission, portal);
    if ("refusal" in found) throw new Error(`nobody can use the portal ${portal}: ${found.refusal}`);
  }

  #walk(avatar: Avatar, spot: string): void {
    this.#hasWalked = false;
    let first = 1;
    for (const way of ways)
      for (let tick = 0; tick < ticksPerWay; tick++) {
        avatar.receive(encodeCommands({ first: first++, commands: [way] }));
        this.tick(avatar);
      }
    if (!this.#hasWalked) throw new Error(`nobody can walk at ${spot}`);
  }

  /** Shows somebody what is there, and has them touch it all. */
  #look(avatar: Avatar): void {
    const { replication } = this.#simulation;
    const view = replication.open(avatar.entity);
    const replica = new Replica(this.#world.rates.ticksPerSend);
    for (let sends = 0; sends < sendsPerLook;) {
      if (!this.tick()) continue;
      sends++;
      this.#frame.at = 0;
      this.#simulation.write(this.#frame, view, avatar);
      const applied = replica.apply(this.#frame.bytes.slice(0, this.#frame.at));
      if (applied !== "applied") throw new Error(`a snapshot is ${applied}`);
      const { x, y } = avatar.body;
      if (replica.self.x !== x || replica.self.y !== y) throw new Error("a snapshot shows another place");
    }
    for (const id of replica.seen.keys()) {
      const entity = this.#simulation.entityOf(id);
      if (entity && id !== avatar.entity) this.#rules.interact(admission, entity);
    }
    replication.close(view);
    this.#check();
  }

  #check(): void {
    const [fault] = this.#faults;
    if (fault !== undefined) throw new Error(fault);
  }
}
