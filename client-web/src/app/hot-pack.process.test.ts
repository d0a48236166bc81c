import { afterEach, beforeEach, expect, it } from "vitest";
import { createClient } from "./client.ts";
import type { Packs } from "./pack-loader.ts";
import { Pilot } from "./pilot.ts";
import { fakePacks, mapOf, StubServer } from "./testing.ts";

/** A world's pack changes while it is played. */

let server: StubServer;
const open: Pilot[] = [];

beforeEach(async () => {
  server = await StubServer.open();
});
afterEach(async () => {
  for (const { client } of open.splice(0)) await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function play(ensure: Packs["ensure"], log: (line: string) => void = () => {}): Promise<Pilot> {
  const client = createClient({
    endpoints: { query: "", master: server.url },
    packs: { ensure },
    storage: { getItem: () => null, setItem: () => {}, removeItem: () => {} },
    log,
  });
  client.subscribe(() => client.loaded && client.drawn());
  const pilot = new Pilot(client, { patienceMs: 8000 });
  open.push(pilot);
  await pilot.inWorld("hub");
  return pilot;
}

function change(digit: string): void {
  const pack = { url: `${server.url}hub.zip`, size: 10, mtime: 1, sha256: digit.repeat(64) };
  server.push({ type: "notice", notice: "pack_changed", world: "hub", pack });
}

it("makes only the newest of many ready", async () => {
  const wanted: { digit: string | undefined; signal: AbortSignal | undefined }[] = [];
  const pilot = await play(async (info, options) => {
    if (info.sha256?.startsWith("0")) return fakePacks.ensure(info, options);
    wanted.push({ digit: info.sha256?.[0], signal: options?.signal });
    return new Promise(() => {});
  });
  for (const digit of ["1", "2", "3"]) change(digit);
  await pilot.until(() => wanted.length === 3, "three packs");
  expect(wanted.map(({ digit, signal }) => [digit, signal?.aborted])).toEqual([
    ["1", true],
    ["2", true],
    ["3", false],
  ]);
});

it("repaints the world on screen, but leaves another map to the launch that plays on it", async () => {
  const ready: string[] = [];
  const pilot = await play(
    async (info, options) => {
      const digit = info.sha256?.[0] ?? "";
      const map = { ...mapOf(info.key), ...(digit === "2" && { w: 30 }) };
      const files = new Map([
        ["map.json", new TextEncoder().encode(JSON.stringify(map))],
        ["digit", new TextEncoder().encode(digit)],
      ]);
      return { ...(await fakePacks.ensure(info, options)), files };
    },
    (line) => void (line.startsWith("WORLD_PACK_READY") && ready.push(line)),
  );
  const shown = (): string => new TextDecoder().decode(pilot.client.loaded?.files.get("digit"));
  expect(shown()).toBe("0");
  change("2");
  await pilot.until(() => ready.length === 2, "the pack with another map");
  expect(shown()).toBe("0");
  change("1");
  await pilot.until(() => ready.length === 3, "the pack with other pictures");
  expect(shown()).toBe("1");
});
