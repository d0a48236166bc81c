import { describe, expect, test } from "vitest";
import { limits } from "#shared/limits.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { appVersion } from "#shared/version.ts";
import { backoff, reconnectWait } from "./journey-ask.ts";
import { inHub, lease, token, Traveller } from "./journey-testing.ts";

describe("a fresh page", () => {
  test("dials, greets with its version, remembers its token and waits for the way the master offers", () => {
    const page = new Traveller();
    expect(page.asked).toEqual(["dial.control"]);
    expect(page.shown.state).toBe("connecting");
    page.open();
    expect(page.last("send.control").message).toEqual({
      type: "hello",
      id: expect.any(Number),
      version: appVersion,
      protocol: { oldest: 1, newest: 1 },
    });
    page.welcome();
    expect(page.last("remember").resume).toEqual(token);
    expect(page.shown).toMatchObject({
      state: "preparing",
      player: { name: "Guest-1", guest: true },
      isChatUp: true,
    });
    expect(page.pass(999).asked).toEqual([]);
    page.hear(lease("t1", "hub", { cause: "first" }));
    expect(page.asked).toEqual(["pack.prepare", "lease.refresh"]);
  });

  test("asks for the initial world when no way is offered, ever more slowly", () => {
    const page = new Traveller().open().welcome().pass(1_000);
    expect(page.last("send.control").message).toMatchObject({ type: "world.join", world: "hub" });
    page.hear({ type: "denied", re: page.request("world.join"), reason: "try_later" });
    expect(page.shown.prompt).toBeUndefined();
    page.pass(60_000);
    const joins = page.all.filter((effect) => "message" in effect && effect.message.type === "world.join");
    expect(joins.length).toBeGreaterThan(3);
    expect(joins.length).toBeLessThan(12);
    expect(page.shown.prompt).toEqual({ kind: "world_disconnected" });
    expect(page.travel("t1").shown).toMatchObject({ state: "in-world", prompt: undefined });
  });

  test("shows every state of the way in", () => {
    const page = new Traveller().open().welcome().hear(lease("t1"));
    expect(page.shown).toMatchObject({ state: "preparing", preparing: { world: "hub", name: "The hub" } });
    expect(page.packReady().shown).toMatchObject({ state: "traveling", preparing: undefined });
    page.ticket("t1");
    expect(page.last("dial.world")).toMatchObject({ url: "ws://here/hub", world: "hub" });
    page.take({ type: "world.opened", dial: page.last("dial.world").dial });
    expect(page.last("send.world").message).toMatchObject({
      type: "enter",
      ticket: "ticket-of-t1",
      protocol: 1,
    });
    page.take({ type: "world.live", dial: page.last("dial.world").dial });
    expect(page.shown).toMatchObject({ state: "traveling", world: undefined });
    page.take({ type: "world.drawn", dial: page.last("dial.world").dial });
    expect(page.shown).toMatchObject({ state: "in-world", world: { key: "hub", name: "The hub" } });
  });

  test("that was reloaded shows its token and goes back to where it was", () => {
    const page = new Traveller(token).open();
    expect(page.last("send.control").message).toMatchObject({ resume: token });
    page.welcome({ resumed: true, admission: { admission: "a1", world: "left_world" } }).pass(0);
    expect(page.last("send.control").message).toMatchObject({ type: "world.rejoin", world: "left_world" });
    page.hear({ type: "denied", re: page.request("world.rejoin"), reason: "not_active_world" }).pass(10_000);
    expect(page.last("send.control").message).toMatchObject({ type: "world.join", world: "hub" });
  });

  test("that is refused for now tries again, for good does not", () => {
    const later = new Traveller().open().hear({ type: "rejected", reason: "server_full" });
    expect(later.shown).toMatchObject({
      state: "connecting",
      prompt: { kind: "connection_rejected", reason: "server_full" },
    });
    expect(later.pass(2_000).asked).toEqual(["dial.control"]);
    const never = new Traveller().open().hear({ type: "rejected", reason: "protocol_unsupported" });
    expect(never.shown).toMatchObject({ state: "rejected", prompt: { kind: "connection_rejected" } });
    expect(never.pass(60_000).asked).not.toContain("dial.control");
    expect(never.take({ type: "retry" }).asked).toEqual(["dial.control"]);
  });

  test("whose token is not good any more asks without it", () => {
    const page = new Traveller(token).open().hear({ type: "rejected", reason: "session_expired" });
    expect(page.asked).toEqual(["close.control", "forget"]);
    page.pass(5_000).open();
    expect(page.last("send.control").message).not.toHaveProperty("resume");
  });
});

describe("the control socket", () => {
  test("is dialled again after ever longer waits, spread by luck, and at once when the network is back", () => {
    const page = new Traveller();
    const waits = [];
    for (let time = 0; time < 14; time++) {
      const from = page.now;
      page.lose();
      while (page.journey.control.phase === "waiting") page.pass(10);
      waits.push(page.now - from);
    }
    expect(waits.slice(0, 5)).toEqual([420, 590, 830, 1160, 1620]);
    expect(waits.slice(-2)).toEqual([10_000, 10_000]);
    expect([0, 1, 99].map((tries) => backoff(tries, 0.5))).toEqual([375, 750, 7_500]);
    expect([0, 0.5, 1].map((luck) => reconnectWait(0, luck))).toEqual([100, 200, 300]);
    expect(page.shown).toMatchObject({ state: "connecting", prompt: { kind: "server_offline" } });
    expect(page.lose().take({ type: "online" }).asked).toEqual(["dial.control"]);
    expect(page.lose().take({ type: "woke" }).asked).toEqual(["dial.control"]);
    expect(page.take({ type: "online" }).asked).toEqual([]);
  });

  test("that neither opens nor greets in time is given up", () => {
    const page = new Traveller().pass(5_000);
    expect(page.all.map(({ type }) => type)).toEqual(["dial.control", "close.control"]);
    const silent = new Traveller().open().pass(limits.helloMs);
    expect(silent.journey.control.phase).toBe("waiting");
  });

  test("may be lost without losing the world, the journey or a word", () => {
    const page = inHub().hear({ type: "chat.line", line: 1, name: "Bo", text: "hi" });
    expect(page.lose().shown).toMatchObject({ state: "in-world", isChatUp: false, prompt: undefined });
    page.pass(1_000).open();
    expect(page.last("send.control").message).toMatchObject({
      resume: { token: "s1.secret", epoch: "e1", seq: page.journey.resume?.seq },
    });
    const admission = { admission: "a-t1", world: "hub" };
    const seq = page.journey.resume?.seq ?? 0;
    const chat = [
      { line: 1, name: "Bo", text: "hi" },
      { line: 2, name: "Bo", text: "there" },
    ];
    page.welcome({ resumed: true, resume: "s1.next", seq, admission, chat });
    expect(page.effects).toContainEqual({ type: "chat", line: { name: "Bo", text: "there" } });
    expect(page.effects.filter(({ type }) => type === "chat")).toHaveLength(1);
    page.hear({ type: "chat.line", line: 2, name: "Bo", text: "there", seq: seq + 1 });
    expect(page.asked).toEqual([]);
    expect(page.last("remember").resume).toEqual({ token: "s1.next", epoch: "e1", seq: seq + 1 });
    expect(page.shown.state).toBe("in-world");
    expect(page.pass(60_000).asked).toEqual([]);
  });

  test("keeps a journey under way over a break, and hears of its end from the replay", () => {
    const page = inHub().hear(lease("t2", "left_world")).packReady().lose();
    expect(page.shown.state).toBe("traveling");
    page
      .pass(1_000)
      .open()
      .welcome({ resumed: true, admission: { admission: "a-t1", world: "hub" } });
    page.hear(lease("t2", "left_world"));
    expect(page.asked).toEqual([]);
    page.ticket("t2", "left_world").enter();
    expect(page.shown).toMatchObject({ state: "in-world", world: { key: "left_world" } });
    page.arrived("t2", "left_world");
    expect(page.pass(60_000).shown).toMatchObject({ state: "in-world", world: { key: "left_world" } });
  });

  test("makes the pack ready without a master, and redeems once there is one", () => {
    const page = inHub().hear(lease("t2", "left_world")).lose().packReady();
    expect(page.asked).toEqual([]);
    page
      .pass(1_000)
      .open()
      .welcome({ resumed: true, admission: { admission: "a-t1", world: "hub" } });
    expect(page.pass(0).last("send.control").message).toMatchObject({ type: "lease.redeem", lease: "t2" });
  });

  test("whose master gives a reason is not pressed as one that vanished is", () => {
    const waitAfter = (code: number): number => {
      const page = inHub().lose(code);
      while (page.journey.control.phase === "waiting") page.pass(10);
      return page.now;
    };
    expect(waitAfter(1006)).toBe(300);
    expect(waitAfter(closeCodes.tooSlow.code)).toBe(500);
    const refused = new Traveller().open().hear({ type: "rejected", reason: "server_full" });
    expect(refused.pass(999).asked).toEqual([]);
    expect(refused.pass(1).asked).toEqual(["dial.control"]);
  });

  test("with a new session behind it begins anew, on screen still the old world", () => {
    const page = inHub().hear({ type: "chat.line", line: 7, name: "Bo", text: "last of that master" });
    page.hear(lease("t2", "left_world")).take({ type: "cancelTravel" }).hear(lease("t3", "left_world"));
    page.lose().pass(1_000).open().welcome({ epoch: "e2" });
    expect(page.asked).toContain("pack.cancel");
    expect(page.journey.givenBack).toBeUndefined();
    expect(page.shown).toMatchObject({ state: "preparing", world: { key: "hub" } });
    const old = page.journey.world?.dial;
    page.travel("t9");
    expect(page.effects).toContainEqual({ type: "close.world", dial: old });
    page.hear({ type: "chat.line", line: 1, name: "Bo", text: "first of this master" });
    expect(page.asked).toEqual(["chat"]);
  });

  test("that another tab took over stays closed until the player wants it back", () => {
    const page = inHub();
    const world = page.journey.world?.dial;
    page.hear(lease("t2", "left_world")).lose(closeCodes.continuedElsewhere.code);
    expect(page.effects).toContainEqual({ type: "close.world", dial: world });
    expect(page.asked).toEqual(["close.world", "forget", "pack.cancel"]);
    expect(page.shown).toMatchObject({ state: "rejected", prompt: { kind: "continued_elsewhere" } });
    expect(page.pass(600_000).take({ type: "online" }).asked).toEqual([]);
    page.take({ type: "retry" }).open();
    expect(page.last("send.control").message).not.toHaveProperty("resume");
  });

  test("of an earlier dial changes nothing", () => {
    const page = inHub();
    const { dial } = page.last("dial.control");
    page.lose().pass(1_000);
    const before = page.journey;
    page.take({ type: "control.closed", dial, code: 4007 }).take({ type: "control.opened", dial });
    page.take({
      type: "control.heard",
      dial,
      message: { type: "identity", seq: 99, name: "Eve", guest: false },
    });
    expect(page.journey).toEqual(before);
  });

  test("loses world and master: offline, with words after a while", () => {
    const page = inHub().take({ type: "world.closed", dial: 1, code: 1006 });
    page.take({ type: "world.closed", dial: page.journey.world?.dial ?? 0, code: 1006 }).lose();
    expect(page.shown).toMatchObject({ state: "offline", prompt: undefined, world: { key: "hub" } });
    page.pass(60_000);
    expect(page.shown).toMatchObject({ state: "offline", prompt: { kind: "connection_lost" } });
  });
});

describe("requests", () => {
  test("that are refused are shown beside what caused them", () => {
    const page = inHub().take({ type: "login", name: "x y" });
    page.hear({ type: "denied", re: page.request("login"), reason: "invalid_name" });
    expect(page.shown.problem).toMatchObject({ about: "login", reason: "invalid_name" });
    const { problem } = page.shown;
    page
      .take({ type: "say", text: "hi" })
      .hear({ type: "denied", re: page.request("chat.send"), reason: "chat_rate" });
    expect(page.shown.problem).toMatchObject({ about: "chat", reason: "chat_rate" });
    expect(page.shown.problem?.key).toBeGreaterThan(problem?.key ?? Infinity);
  });

  test("that are answered are forgotten; without a master they are refused here", () => {
    const page = inHub().take({ type: "login", name: "Ada" });
    page.hear({ type: "identity", re: page.request("login"), name: "Ada", guest: false });
    expect(page.shown.player).toEqual({ name: "Ada", guest: false });
    expect(page.journey.asked.size).toBe(0);
    page.take({ type: "say", text: "hi" }).hear({ type: "ok", re: page.request("chat.send") });
    expect(page.journey.asked.size).toBe(0);
    page.lose().take({ type: "logout" });
    expect(page.shown.problem).toMatchObject({ about: "login", reason: "try_later" });
  });

  test("a newer version that is out is shown, until a master without it answers; who asked for it is not told again", () => {
    const page = inHub().hear({ type: "notice", notice: "update_available", version: "9.9" });
    expect(page.shown).toMatchObject({ state: "in-world", prompt: undefined, update: "9.9" });
    expect(page.lose().pass(1_000).open().welcome({ resumed: true }).shown.update).toBeUndefined();
    const asked = new Traveller(undefined, { version: appVersion, pageVersion: "9.9" }).open().welcome();
    const told = asked.hear({ type: "notice", notice: "update_available", version: "9.9" });
    expect(told.shown.update).toBeUndefined();
  });

  test("and notices the page does not know change nothing", () => {
    const page = inHub();
    const before = page.journey;
    page.hear({ type: "confetti" } as never);
    expect({ ...page.journey, resume: before.resume }).toEqual(before);
    page.hear({ type: "notice", notice: "saving_paused" });
    expect(page.shown.isSavingPaused).toBe(true);
    page.hear({ type: "notice", notice: "saving_resumed" });
    expect(page.shown.isSavingPaused).toBe(false);
    expect(page.hear({ type: "notice", notice: "shutting_down" }).asked).toEqual([]);
  });
});
