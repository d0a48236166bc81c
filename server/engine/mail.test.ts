import { beforeEach, describe, expect, test } from "vitest";
import type { Envelope } from "#core/inbox.ts";
import type { MachineSet } from "#core/machines.ts";
import { testFacts } from "#core/testing.ts";
import { type Address, kindOf } from "#shared/address.ts";
import { Engine } from "./engine.ts";
import { settled, TestNature, TestStore } from "./testing.ts";

type Turn = { send(to: Address, body: object): void };
/** Whoever is told to greet sends a greeting; whoever is greeted counts it. */
const machines = {
  here: { tier: "runtime", table: { absent: { greet: greet }, greeting: { greet: greet } } },
  there: { tier: "runtime", table: { absent: { hello: count }, greeted: { hello: count } } },
} as const satisfies MachineSet;

function greet(state: { count: number } | undefined, _: unknown, turn: Turn): object {
  turn.send("there:1", { type: "hello" });
  return { phase: "greeting", count: (state?.count ?? 0) + 1 };
}

function count(state: { count: number } | undefined): object {
  return { phase: "greeted", count: (state?.count ?? 0) + 1 };
}

const nature = new TestNature();
let store: TestStore;
let posts: { envelope: Envelope; posted: () => void }[];

/** An engine that runs one of the two kinds. */
function begin(kind: "here" | "there"): Engine {
  const engine = new Engine({
    machines,
    store,
    nature,
    facts: testFacts(),
    bus: { send: () => {} },
    log: { transition: () => {}, stalled: () => {} },
    peers: {
      has: (to) => kindOf(to) !== kind,
      send: (envelope, posted) => void posts.push({ envelope, posted }),
    },
  });
  engine.start();
  return engine;
}

beforeEach(() => {
  store = new TestStore();
  posts = [];
});

const rows = (kind: string): Address[] =>
  [...store.load()].map(([address]) => address).filter((address) => kindOf(address) === kind);
const hello = { id: "m.1", from: "here:1", to: "there:1", body: { type: "hello" } } as unknown as Envelope;
const counted = (engine: Engine): unknown => [...engine.states("there")].map(([, state]) => state);

describe("what goes to another engine", () => {
  test("is handed over once it is committed, and no sooner", async () => {
    const engine = begin("here");
    store.isDown = true;
    engine.tell("operator:1", "here:1", { type: "greet" });
    await settled();
    expect(posts).toEqual([]);
    store.isDown = false;
    await nature.pass(1_000);
    expect(posts.map(({ envelope }) => envelope)).toMatchObject([{ to: "there:1", body: { type: "hello" } }]);
    expect(rows("sent")).toHaveLength(1);
  });

  test("is handed over again by the next life, until somebody has it", async () => {
    const first = begin("here");
    first.tell("operator:1", "here:1", { type: "greet" });
    await settled();
    first.kill();
    begin("here");
    expect(posts).toHaveLength(2);
    expect(posts[1]?.envelope).toEqual(posts[0]?.envelope);
    posts[1]?.posted();
    await nature.pass(1_000);
    expect(rows("sent")).toEqual([]);
    begin("here");
    expect(posts).toHaveLength(2);
  });
});

describe("what comes from another engine", () => {
  test("is handled once, however often it comes, and answered for each time after the commit", async () => {
    let engine = begin("there");
    let answers = 0;
    const offer = async (): Promise<void> => {
      engine.receive(hello, () => answers++);
      await settled();
    };
    store.isDown = true;
    await offer();
    await offer();
    expect(answers).toBe(0);
    store.isDown = false;
    await nature.pass(1_000);
    expect(answers).toBe(1);
    await offer();
    engine.kill();
    engine = begin("there");
    await offer();
    expect(answers).toBe(3);
    expect(counted(engine)).toEqual([{ phase: "greeted", count: 1 }]);
  });

  test("is forgotten when it cannot come any more", async () => {
    const engine = begin("there");
    engine.receive(hello, () => {});
    await settled();
    expect(rows("handled")).toEqual(["handled:m.1"]);
    await nature.pass(600_000);
    engine.receive({ ...hello, id: "m.2" }, () => {});
    await settled();
    expect(rows("handled")).toEqual(["handled:m.2"]);
  });
});
