import { dial, type WebSocketClass } from "../net/transport.ts";
import type { LaunchArgs } from "./launch-args.ts";
import { Pilot } from "./pilot.ts";
import type { Client } from "./view.ts";

/** VirtuCade's scripted clients, started by launch args; each tells its steps in VirtuCade's words. */

export interface ScenarioHost {
  readonly client: Client;
  readonly master: string;
  readonly log: (line: string) => void;
  readonly Socket?: WebSocketClass | undefined;
  readonly patienceMs?: number | undefined;
}

interface Scenario {
  readonly name: string;
  /** Resolves with the facts of the pass line; without one where VirtuCade has none. */
  play(host: ScenarioHost, pilot: Pilot): Promise<string | undefined>;
}

/** Every pair of worlds at least once in nine journeys, and back to the start. */
const tour = [
  "left_world",
  "top_world",
  "right_world",
  "hub",
  "top_world",
  "hub",
  "right_world",
  "left_world",
  "hub",
] as const;

const parkedAt = { x: 213, y: 147 };
const parkedUnits = 24;
/** Longer than the world's interval between saves. */
const savedMs = 4500;
const crashMs = 20_000;
const refusedMs = 5000;

/** The scenario the args ask for, played to its end: true when it passed, `undefined` when none is asked for. */
export async function playScenario(args: LaunchArgs, host: ScenarioHost): Promise<boolean | undefined> {
  const scenario = chosen(args);
  if (!scenario) return undefined;
  const pilot = new Pilot(host.client, { patienceMs: host.patienceMs });
  try {
    const facts = await scenario.play(host, pilot);
    if (facts !== undefined) host.log(`${scenario.name}_PASS ${facts}`);
    return true;
  } catch (error) {
    const { state, world } = host.client.view;
    const where = `state=${state} world=${world?.key ?? "none"}`;
    host.log(`${scenario.name}_FAIL ${where} reason=${JSON.stringify(String(error))}`);
    return false;
  }
}

function chosen(args: LaunchArgs): Scenario | undefined {
  if (args.smokeTest) return smoke;
  if (args.worldCrashRecoveryTest) return crashRecovery;
  if (args.manualPortalTest) return manualPortal;
  if (args.versionGateBypassTest) return versionGateBypass;
  if (!args.dbPersistTest) return undefined;
  const { phase, name } = args.dbPersistTest;
  return phase === "phase1" ? park(name) : findParked(name);
}

const smoke: Scenario = {
  name: "SMOKE",
  async play({ log }, pilot) {
    await pilot.inWorld("hub");
    let lines = 0;
    const talk = async (): Promise<void> => {
      const ms = await pilot.say();
      lines += 1;
      log(`SMOKE_STEP chat_echo=${lines} msec=${ms.toFixed(1)}`);
    };
    await talk();
    for (const [index, world] of tour.entries()) {
      const { network } = await pilot.travelTo(world);
      log(`SMOKE_STEP transfer=${index + 1} world=${world} msec=${(network.transferMs ?? 0).toFixed(1)}`);
      await talk();
    }
    return `transfers=${tour.length} chat_echoes=${lines}`;
  },
};

const crashRecovery: Scenario = {
  name: "WORLD_CRASH_RECOVERY",
  async play({ log }, pilot) {
    await pilot.inWorld("hub");
    await pilot.travelTo("left_world");
    log("WORLD_CRASH_RECOVERY_READY world=left_world");
    await pilot.until(({ state }) => state !== "in-world", "lose left_world", crashMs);
    log("WORLD_CRASH_RECOVERY_STEP lost=left_world");
    await pilot.inWorld("left_world", crashMs);
    await pilot.say("back again");
    return "world=left_world";
  },
};

const manualPortal: Scenario = {
  name: "MANUAL_PORTAL_TEST",
  async play({ log }, pilot) {
    await pilot.inWorld("hub");
    log("MANUAL_PORTAL_TEST world=hub");
    await pilot.travelTo("left_world");
    return "world=left_world";
  },
};

const park = (name: string): Scenario => ({
  name: "DBTEST",
  async play({ log }, pilot) {
    await pilot.inWorld("hub");
    await pilot.login(name);
    if (pilot.view.world?.key !== "left_world") await pilot.travelTo("left_world");
    await pilot.walkTo(parkedAt, parkedUnits / 2);
    log(`DBTEST_STEP parked x=${parkedAt.x} y=${parkedAt.y}`);
    await new Promise((resolve) => setTimeout(resolve, savedMs));
    log("DBTEST_PHASE1_DONE");
    return undefined;
  },
});

const findParked = (name: string): Scenario => ({
  name: "DBTEST",
  async play({ log }, pilot) {
    await pilot.inWorld("hub");
    await pilot.login(name);
    await pilot.inWorld("left_world");
    const { self } = pilot;
    const off = self ? Math.hypot(self.x - parkedAt.x, self.y - parkedAt.y) : Infinity;
    log(`DBTEST_PHASE2 x=${self?.x.toFixed(1)} y=${self?.y.toFixed(1)} off=${off.toFixed(1)}`);
    if (off > parkedUnits) throw new Error(`resumed ${off.toFixed(1)} units away`);
    return `phase=2 off=${off.toFixed(1)}`;
  },
});

/** Tries to skip the version gate: every message a client may send before `hello` must end the connection. */
const versionGateBypass: Scenario = {
  name: "VERSION_GATE_BYPASS",
  async play({ master, log, Socket }) {
    const tries = [
      { type: "login", id: 1, name: "Bypass" },
      { type: "chat.send", id: 1, text: "bypass" },
      { type: "world.join", id: 1, world: "hub" },
    ];
    for (const message of tries) {
      const code = await refusedWith(master, JSON.stringify(message), Socket);
      log(`VERSION_GATE_BYPASS_STEP message=${message.type} closed=${code}`);
    }
    return `refused=${tries.length}`;
  },
};

async function refusedWith(
  master: string,
  message: string,
  Socket: WebSocketClass | undefined,
): Promise<number> {
  const closed = Promise.withResolvers<number>();
  const late = setTimeout(() => closed.reject(new Error("still connected")), refusedMs);
  const transport = dial(
    master,
    {
      opened: () => transport.sendReliable(message),
      message: (text) => {
        // The one word there may be before the close is a refusal.
        if (typeof text !== "string" || !text.includes('"rejected"'))
          closed.reject(new Error("was answered"));
      },
      closed: closed.resolve,
    },
    Socket,
  );
  try {
    return await closed.promise;
  } finally {
    clearTimeout(late);
    transport.close();
  }
}
