import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { register } from "#adapters/ws/testing-launch.ts";
import { Peer } from "#adapters/ws/testing.ts";
import { TestMaster } from "./testing.ts";
import { TestPlayer } from "./testing-player.ts";
import { appVersion } from "#shared/version.ts";

let master: TestMaster;
beforeAll(async () => {
  master = await TestMaster.start();
});
afterAll(() => master.end());

describe("the version gate", () => {
  test("a client of another version is told both, and leaves no session, world or process behind", async () => {
    const from = master.lines.length;
    const player = await TestPlayer.dial(master.url);
    const re = player.hello({ version: "9.9" });
    expect(await player.control.until("rejected")).toEqual({
      type: "rejected",
      re,
      reason: "version_mismatch",
      server: appVersion,
      client: "9.9",
    });
    expect(await player.control.closed).toMatchObject({ code: closeCodes.versionMismatch.code });
    await master.until("link.closed", from);
    const events = master.lines.slice(from).map(({ event }) => event);
    expect(events.filter((event) => event === "session.naming" || event === "host.launched")).toEqual([]);
    expect(master.lines.some(({ event }) => event === "host.launched")).toBe(false);
  });

  test("a protocol from the future is refused", async () => {
    const player = await TestPlayer.dial(master.url);
    player.ask({ type: "hello", protocol: { oldest: 90, newest: 91 }, version: appVersion });
    expect(await player.control.until("rejected")).toMatchObject({ reason: "protocol_unsupported" });
    expect(await player.control.closed).toMatchObject({ code: closeCodes.protocolUnsupported.code });
  });

  test.each([
    { type: "login", name: "Bypass" },
    { type: "chat.send", text: "bypass" },
    { type: "world.join", world: "hub" },
  ])("$type instead of hello closes the socket, and nobody is logged in", async (message) => {
    const player = await TestPlayer.dial(master.url);
    player.ask(message);
    expect(await player.control.closed).toMatchObject({ code: closeCodes.helloExpected.code });
    expect(master.output).not.toContain("MASTER_LOGIN");
    expect(master.output).not.toContain("ypass");
  });

  test("a log-in sent along with a refused hello logs nobody in", async () => {
    const player = await TestPlayer.dial(master.url);
    player.hello({ version: "9.9" });
    player.ask({ type: "login", name: "Smuggler" });
    await player.control.closed;
    expect(master.output).not.toContain("MASTER_LOGIN");
  });
});

describe("requests that are refused leave the player where they are", () => {
  let player: TestPlayer;
  beforeAll(async () => {
    player = await master.player();
    await player.enter();
  });
  afterAll(() => player.cut());

  test.each([
    [{ type: "world.join", world: "moon" }, "invalid_world"],
    [{ type: "world.join", world: "left_world" }, "missing_travel_lease"],
    [{ type: "world.join", world: "hub" }, "missing_travel_lease"],
    [{ type: "world.rejoin", world: "moon" }, "invalid_world"],
    [{ type: "world.rejoin", world: "left_world" }, "not_active_world"],
    [{ type: "lease.redeem", lease: "never" }, "invalid_travel_lease"],
    [{ type: "lease.refresh", lease: "never" }, "invalid_travel_lease"],
    [{ type: "lease.release", lease: "never" }, "invalid_travel_lease"],
    [{ type: "login", name: "Guest-7" }, "invalid_name"],
    [{ type: "login", name: "\u202Eevil" }, "invalid_name"],
    [{ type: "login", name: "'; DROP TABLE accounts; --" }, "invalid_name"],
    [{ type: "logout" }, "not_logged_in"],
    [{ type: "chat.send", text: "  \u0000 " }, "chat_empty"],
  ])("%j: %s", async (message, reason) => {
    expect(await player.answer(message)).toMatchObject({ type: "denied", reason });
    expect(player.world?.socket.readyState).toBe(1);
  });

  test("a lease that is over is no lease", async () => {
    const old = player.control.heard.find(({ type }) => type === "lease");
    expect(await player.answer({ type: "lease.redeem", lease: old?.["lease"] })).toMatchObject({
      reason: "invalid_travel_lease",
    });
  });

  test("somebody else's lease is no lease", async () => {
    const other = await master.player();
    const lease = (await other.control.until("lease"))["lease"];
    expect(await player.answer({ type: "lease.redeem", lease })).toMatchObject({
      reason: "invalid_travel_lease",
    });
    await other.redeem(lease as string);
    other.cut();
  });

  test("a lease leads to its own world only", async () => {
    const other = await master.player();
    const lease = (await other.control.until("lease"))["lease"];
    expect(await other.answer({ type: "lease.redeem", lease, world: "left_world" })).toMatchObject({
      reason: "travel_lease_target_mismatch",
    });
    other.cut();
  });

  test("a world opens to its ticket once, to no other, and never to a ticket of another player's", async () => {
    const ticket = player.control.heard.find(({ type }) => type === "ticket");
    const url = ticket?.["url"] as string;
    for (const shown of [ticket?.["ticket"] as string, "forged-forged-forged-forged"]) {
      const knock = await player.knock(url, shown);
      expect(await knock.until("rejected")).toMatchObject({ reason: "admission_denied" });
      expect(await knock.closed).toMatchObject({ code: closeCodes.admissionDenied.code });
    }
  });

  test("a world hears nobody who has not shown a ticket", async () => {
    const url = player.control.heard.find(({ type }) => type === "ticket")?.["url"] as string;
    const peer = await Peer.open(url);
    peer.say({ type: "portal.use", id: 1, portal: "LeftPortal" });
    expect(await peer.closed).toMatchObject({ code: closeCodes.helloExpected.code });
  });

  test("a portal out of reach, or none at all, leads nowhere", async () => {
    for (const [portal, reason] of [
      ["LeftPortal", "not_at_portal"],
      ["NoPortal", "invalid_portal"],
    ]) {
      player.world?.say({ type: "portal.use", id: 9, portal });
      expect(await player.world?.until("portal.denied")).toMatchObject({ portal, reason });
    }
  });

  test("chat is for those in, is written under their own name, and is limited", async () => {
    const other = await master.player();
    for (let n = 0; n < 11; n++) player.ask({ type: "chat.send", text: `line ${n}` });
    expect(await player.control.until("denied")).toMatchObject({ reason: "chat_rate" });
    const heard = await other.control.until(({ text }) => text === "line 9");
    expect(heard).toMatchObject({ type: "chat.line", name: player.welcome["name"] });
    expect(other.control.heard.some(({ text }) => text === "line 10")).toBe(false);
    const late = await master.player();
    expect((late.welcome["chat"] as { text: string }[]).map(({ text }) => text)).toContain("line 9");
    other.cut();
    late.cut();
  });
});

describe("the control listener", () => {
  const dial = () => Peer.open(`ws+unix:${join(master.dataDir, "master.sock")}:/`);

  test("refuses a process that nobody started", async () => {
    const peer = await dial();
    peer.say(register);
    expect(await peer.until("registration.refused")).toMatchObject({ reason: "not_wanted" });
    expect(await peer.closed).toMatchObject({ code: closeCodes.registrationRefused.code });
  });

  test("refuses a stranger with a real launch's name and a guessed token, and the launch goes on", async () => {
    const launch = master.lines.find(({ event }) => event === "host.launched")?.["launch"];
    const peer = await dial();
    peer.say({ ...register, launch });
    expect(await peer.until("registration.refused")).toMatchObject({ reason: "not_wanted" });
    await peer.closed;
    const player = await master.player();
    await player.enter();
    player.cut();
  });

  test("is not on the public port", async () => {
    const peer = await Peer.open(`${master.url}launch`);
    expect((await peer.closed).code).toBe(1006);
    const onControl = await Peer.open(master.url);
    onControl.say(register);
    expect(await onControl.closed).toMatchObject({ code: closeCodes.badFrame.code });
  });
});

test("no secret is in a process's arguments or environment, in the log, or in the files", async () => {
  const player = await master.player();
  await player.enter();
  const pid = master.pidOf("hub");
  const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8");
  const environ = readFileSync(`/proc/${pid}/environ`, "utf8");
  expect(
    environ.split("\0").filter((entry) => /^(PATH|HOME|PORTCADE_(?!LOG_FORMAT|APP_VERSION))/.test(entry)),
  ).toEqual([]);
  const secrets = player.control.heard
    .flatMap(({ resume, ticket }) => [resume, ticket])
    .filter((secret) => typeof secret === "string");
  expect(secrets).toHaveLength(2);
  const parts = secrets.flatMap((secret) => secret.split("."));
  const stored = ["durable.db", "runtime.db", "runtime.db-wal"].map((name) =>
    readFileSync(join(master.dataDir, name), "latin1"),
  );
  for (const secret of parts.filter((part) => part.length > 30)) {
    for (const text of [argv, environ, master.output, ...stored]) expect(text).not.toContain(secret);
  }
  expect(argv).not.toContain(master.dataDir);
  expect(environ).not.toContain(master.dataDir);
  player.cut();
});
