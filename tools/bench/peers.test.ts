import { expect, test } from "vitest";
import { peerVersions } from "./peers.ts";

test("the versions of the peers that were measured stand with their figures, and of no others", () => {
  expect(peerVersions(["portcade", "c-epoll"])).toEqual([]);
  const [colyseus, ws, ...more] = peerVersions(["portcade", "colyseus-all", "ws-json"]);
  expect(colyseus).toMatch(/^Colyseus \d+\.\d+\.\d+$/);
  expect(ws).toMatch(/^ws \d+\.\d+\.\d+$/);
  expect(more).toEqual([]);
});
