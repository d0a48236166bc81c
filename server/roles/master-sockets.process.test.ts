import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Launcher } from "./testing-launcher.ts";
import { TestPlayer } from "./testing-player.ts";

const entry = fileURLToPath(new URL("../main.ts", import.meta.url));

/** Starts a master with descriptor 3 and what is said of it, and waits for its refusal. */
async function refusal(fd: number, said: Record<string, string>): Promise<{ code: number; output: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), "portcade-refused-"));
  const { PATH, LD_LIBRARY_PATH } = process.env;
  const master = spawn("sh", ["-c", 'LISTEN_PID=$$ exec "$0" "$1"', process.execPath, entry], {
    env: { PATH, LD_LIBRARY_PATH, PORTCADE_DATA_DIR: dataDir, PORTCADE_WORLD_PORT_BASE: "0", ...said },
    stdio: ["ignore", "ignore", "pipe", fd],
  });
  const output = master.stderr ? text(master.stderr) : "";
  const [code] = (await once(master, "exit")) as [number];
  rmSync(dataDir, { recursive: true });
  return { code, output: await output };
}

test("sockets that cannot be told apart, or are none, are refused with a line that says so", async () => {
  const fd = openSync("/dev/null", "r");
  const [strange, none, other] = await Promise.all([
    refusal(fd, { LISTEN_FDS: "2" }),
    refusal(fd, { LISTEN_FDS: "1" }),
    refusal(fd, { LISTEN_FDS: "1", LISTEN_FDNAMES: "launches" }),
  ]);
  expect(strange).toMatchObject({
    code: 14,
    output: expect.stringContaining("allowed is one socket, or two named public and launches"),
  });
  expect(none).toMatchObject({
    code: 10,
    output: expect.stringContaining("descriptor 3 (LISTEN_FDS) is no socket that listens on a port"),
  });
  expect(other).toMatchObject({
    code: 10,
    output: expect.stringContaining("descriptor 3 (LISTEN_FDS) is no Unix socket of this user"),
  });
  closeSync(fd);
});

describe("with sockets that somebody else holds", () => {
  let launcher: Launcher;
  beforeEach(async () => void (launcher = await Launcher.open()));
  afterEach(async () => {
    await launcher.end();
    for (const { event, pid } of launcher.lines)
      if (event === "host.launched") process.kill(pid as number, "SIGKILL");
  });

  /** 200, or 503 from a master that stops. */
  async function ready(): Promise<number> {
    const headers = { connection: "close" };
    return (await fetch(`http://127.0.0.1:${launcher.port}/readyz`, { headers })).status;
  }

  test("whoever comes while no master runs waits, and is served by the next one", async () => {
    for (let n = 0; n < 3; n++) {
      const early = [ready(), ready()];
      await launcher.start();
      expect(await Promise.all(early)).toEqual([200, 200]);
      await launcher.stop("SIGKILL");
    }
  });

  test("whoever comes while a master stops waits for the next one", async () => {
    const from = await launcher.start();
    const player = await TestPlayer.connect(launcher.url);
    // One who does not answer goodbyes: the stop takes its time.
    player.control.socket.pause();
    const stopped = launcher.stop("SIGTERM");
    await launcher.until("master.stopping", from);
    const early = ready();
    await stopped;
    await launcher.start();
    expect(await early).toBe(200);
  });

  test("a world waits at its own one in the same way, plays on, and holds neither of them", async () => {
    await launcher.start();
    const player = await TestPlayer.connect(launcher.url);
    await player.enter();
    const { pid } = await launcher.until("host.launched");
    const fds = `/proc/${pid as number}/fd`;
    const open = readdirSync(fds).map((fd) => readlinkSync(`${fds}/${fd}`));
    expect(open.filter((file) => launcher.sockets.includes(file))).toEqual([]);
    let line = player;
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      await launcher.stop(signal);
      await player.walk(signal === "SIGKILL" ? 300 : 400, 300, 5);
      const from = await launcher.start();
      await launcher.until("launch.running", from);
      line = await line.again();
      expect(line.welcome).toMatchObject({ resumed: true, admission: { world: "hub" } });
      expect(await line.answer({ type: "chat.send", text: signal })).toMatchObject({ type: "ok" });
    }
    expect(player.world?.socket.readyState).toBe(1);
    expect(launcher.lines.filter(({ event }) => event === "host.launched")).toHaveLength(1);
    player.cut();
    line.cut();
  });
});
