import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { beforeEach, describe, expect, test } from "vitest";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { encodeCommands } from "#shared/protocol/commands.ts";
import { sha256 } from "./digest.ts";
import { hall } from "./testing.ts";
import { Stage } from "./testing-stage.ts";
import { expectPlayer } from "./testing-world.ts";

const right = { dx: 127, dy: 0, buttons: 0 };
const origins = ["https://example.org"];
const stage = new Stage();

/** Starts the world before each test that follows; its door waits `helloMs` for a first word. */
function begin(helloMs?: number): void {
  const limits = { worldDetachMs: 200, saveMs: 100, ...(helloMs !== undefined && { helloMs }) };
  beforeEach(() => stage.start({ limits, origins }));
}

async function denied(ticket: string): Promise<void> {
  const player = await stage.show(ticket);
  expect(await player.next("rejected")).toEqual({ type: "rejected", re: 1, reason: "admission_denied" });
  expect(await player.closed).toBe(closeCodes.admissionDenied.code);
}

describe("a ticket", () => {
  begin();

  test("lets one player in, who sees nothing before `activate` and everything with it", async () => {
    const player = await stage.show(await expectPlayer(stage.master, "Ada"));
    const entered = await player.next("entered");
    expect(entered).toEqual({
      type: "entered",
      re: 1,
      world: "hub",
      map: sha256(JSON.stringify(hall)),
      entity: 2,
      tickMs: 50,
      ticksPerSend: 1,
    });
    await stage.master.next("arrived");
    expect((await stage.master.next("heartbeat")).roster.inside).toEqual([
      { admission: "a-Ada", session: "s-Ada", active: false },
    ]);
    expect(player.snapshots.all).toEqual([]);
    stage.master.tell({
      type: "activate",
      admission: "a-Ada",
      at: { world: "hub", x: 200, y: 100, facing: 3 },
    });
    const first = await player.snapshots.until(() => true);
    expect(first).toMatchObject({ wasSet: true, ack: 0, self: { x: 200, y: 100, facing: 3 } });
    expect(first.others.map(({ looks }) => [looks.name, looks.kind])).toEqual([["Arcade Host", "npc"]]);
    const next = await player.snapshots.until(({ tick }) => tick > first.tick);
    expect(next.wasSet).toBe(false);
  });

  test("opens the door once", async () => {
    const ticket = await expectPlayer(stage.master, "Ada");
    await (await stage.show(ticket)).next("entered");
    await denied(ticket);
  });

  test("does not open the door when it is revoked, expired, foreign or unknown", async () => {
    const revoked = await expectPlayer(stage.master, "Ada");
    stage.master.tell({ type: "revoke", admission: "a-Ada" });
    await expectPlayer(stage.master, "Bob");
    await denied(revoked);
    const expired = await expectPlayer(stage.master, "Cyd", { expiresMs: 1 });
    await stage.master.heard.until(
      (one) => one.type === "heartbeat" && !one.roster.expected.includes("a-Cyd"),
    );
    await denied(expired);
    await denied("a-ticket-of-another-world");
  });

  test("is refused in a world that is full", async () => {
    for (const name of ["Ada", "Bob", "Cyd"]) await expectPlayer(stage.master, name);
    const at = { world: "hub", x: 80, y: 80, facing: 0 };
    const who = { admission: "a-Dan", session: "s-Dan", name: "Dan", guest: false };
    stage.master.tell({
      type: "expect",
      ...who,
      ticketHash: sha256("ticket-of-dan-xxxx"),
      at,
      expiresMs: 1000,
    });
    expect(await stage.master.next("refused")).toEqual({
      type: "refused",
      admission: "a-Dan",
      reason: "world_full",
    });
  });
});

describe("before its ticket a player", () => {
  begin();

  test.each([
    ["uses a portal", JSON.stringify({ type: "portal.use", id: 1, portal: "EastPortal" }), "helloExpected"],
    ["moves", encodeCommands({ first: 1, commands: [right] }), "helloExpected"],
    ["speaks no JSON", "hello", "badFrame"],
    [
      "sends a field nobody knows",
      '{"type":"enter","id":1,"protocol":1,"ticket":"aaaaaaaaaaaaaaaa","name":"Ada"}',
      "badFrame",
    ],
    ["sends too much", `{"type":"enter","ticket":"${"a".repeat(3000)}"}`, "badFrame"],
    ["sends far too deep", "[".repeat(2000), "badFrame"],
    [
      "speaks a protocol of the future",
      '{"type":"enter","id":1,"protocol":99,"ticket":"aaaaaaaaaaaaaaaa"}',
      "protocolUnsupported",
    ],
  ] as const)("that %s is sent away", async (_, frame, why) => {
    const player = await stage.connect();
    player.say(frame);
    expect(await player.closed).toBe(closeCodes[why].code);
  });

  test("whose frame cannot be read is told so", async () => {
    const player = await stage.connect();
    player.say("{");
    expect(await player.next("rejected")).toEqual({ type: "rejected", reason: "bad_request" });
  });

  test.each([
    ["https://example.org", undefined],
    ["http://localhost:5173", undefined],
    ["https://example.org.evil.example", closeCodes.originRefused.code],
    ["null", closeCodes.originRefused.code],
  ])("from a page of %s is closed with %s", async (origin, code) => {
    const player = await stage.connect({ origin });
    if (code === undefined) player.say({ type: "enter", id: 1, protocol: 1, ticket: "no-such-ticket-here" });
    expect(await player.closed).toBe(code ?? closeCodes.admissionDenied.code);
  });
});

describe("at a door that does not wait for long a player", () => {
  begin(300);

  test("that says nothing is sent away in time", async () => {
    const player = await stage.connect();
    expect(await player.closed).toBe(closeCodes.helloTimeout.code);
  });

  test.each(["", "GET / HTTP/1.1\r\nHost: x\r\n"])(
    "that never finishes its handshake is let go: %j",
    { timeout: 15_000 },
    async (start) => {
      const { hostname, port } = new URL(stage.url);
      const raw = connectTcp(Number(port), hostname);
      raw.write(start);
      await once(raw.resume(), "close");
    },
  );
});

describe("a player inside", () => {
  begin();

  test("walks, is seen walking, and is saved where they stand", async () => {
    const ada = await stage.play("Ada");
    const bob = await stage.play("Bob", { at: { x: 80, y: 200 } });
    const { others } = await ada.snapshots.until((told) => told.others.some(({ id }) => id === 3));
    expect(others.find(({ id }) => id === 3)?.looks).toEqual({
      kind: "player",
      name: "Bob",
      guest: false,
      sprite: "player",
    });
    ada.say(encodeCommands({ first: 1, commands: [right, right, right] }));
    const { self } = await ada.snapshots.until(({ ack }) => ack === 3);
    expect(self).toEqual({ x: 89, y: 80, facing: 2 });
    await bob.snapshots.until(({ others }) => others.some(({ id, x }) => id === 2 && x === 89));
    const { saves } = await stage.master.heard.until(
      (one): one is Extract<typeof one, { type: "saves" }> =>
        one.type === "saves" && one.saves[0]?.place.x === 89,
    );
    expect(saves.map(({ admission }) => admission)).toEqual(["a-Ada", "a-Bob"]);
    expect(saves[0]).toMatchObject({ place: { world: "hub", x: 89, y: 80, facing: 2 } });
  });

  test("is answered a ping, and may send more commands than are ever run without being sent away", async () => {
    const ada = await stage.play("Ada");
    for (let first = 1; first < 400; first++) ada.say(encodeCommands({ first, commands: [right] }));
    await ada.snapshots.until(({ ack }) => ack > 0);
    await ada.snapshots.until(() => ada.snapshots.all.length > 30);
    ada.say({ type: "ping", id: 7 });
    expect(await ada.next("pong")).toEqual({ type: "pong", re: 7 });
  });

  test.each([
    ["a binary frame that is no commands", new Uint8Array([9, 9, 9]), "badFrame"],
    ["a second ticket", '{"type":"enter","id":2,"protocol":1,"ticket":"aaaaaaaaaaaaaaaa"}', "badFrame"],
    ["text that is not JSON", "\u0000", "badFrame"],
  ] as const)(
    "that sends %s is sent away; the others play on, and the avatar stands a while",
    async (_, frame, why) => {
      const bob = await stage.play("Bob", { at: { x: 80, y: 200 } });
      const ada = await stage.play("Ada");
      await bob.snapshots.until(({ others }) => others.some(({ id }) => id === 3));
      ada.say(frame);
      expect(await ada.closed).toBe(closeCodes[why].code);
      expect(await stage.master.next("left")).toMatchObject({ admission: "a-Ada", place: { x: 80, y: 80 } });
      await bob.snapshots.until(({ others }) => others.every(({ id }) => id !== 3));
      const seen = bob.snapshots.all.length;
      await bob.snapshots.until(() => bob.snapshots.all.length > seen + 1);
    },
  );

  test("that floods with text is warned, then sent away", async () => {
    const ada = await stage.play("Ada");
    for (let id = 1; id < 200; id++) ada.say({ type: "ping", id });
    expect(await ada.next("rejected")).toEqual({ type: "rejected", reason: "too_many_requests" });
    expect(await ada.closed).toBe(closeCodes.tooManyFrames.code);
  });

  test("that touches what is there faster than anybody may chat is told to wait", async () => {
    const ada = await stage.play("Ada");
    const { entity } = ada.heard.all.find((one) => one.type === "entered") ?? {};
    for (let id = 1; id <= 12; id++) ada.say({ type: "interact", id, entity: entity ?? 0 });
    const reasons: string[] = [];
    while (reasons.length < 12) reasons.push((await ada.next("interact.denied")).reason);
    expect(reasons).toEqual([
      ...Array.from({ length: 10 }, () => "not_in_reach"),
      ...Array.from({ length: 2 }, () => "too_many_requests"),
    ]);
  });

  test("whose proxy breaks the protocol does not end the process", async () => {
    const ada = await stage.play("Ada");
    const bob = await stage.play("Bob");
    // What Caddy sends its backend on a reload: a close frame without a mask.
    ada.wire?.write(new Uint8Array([0x88, 0x02, 0x03, 0xe9]));
    await ada.closed;
    bob.say({ type: "ping", id: 1 });
    await bob.next("pong");
    expect(stage.world.child.exitCode).toBeNull();
  });
});
