import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PortPlaces, SocketPlaces, routeOf } from "./places.ts";

describe("ports", () => {
  const own = new Map([
    ["hub", 19081],
    ["left_world", 19082],
  ]);

  test("a world's first launch has its kept port, a second one the next free above all", () => {
    const places = new PortPlaces("127.0.0.1", own);
    expect(places.give("l1", "hub")).toEqual({ host: "127.0.0.1", port: 19081 });
    expect(places.give("l2", "hub")).toMatchObject({ port: 19083 });
    expect(places.give("l3", "left_world")).toMatchObject({ port: 19082 });
    expect(places.give("l4", "hub")).toMatchObject({ port: 19084 });
    places.free("l1");
    expect(places.give("l5", "hub")).toMatchObject({ port: 19081 });
  });

  test("with no kept ports every launch takes any free one", () => {
    const places = new PortPlaces("::1", new Map([["hub", 0]]));
    expect([places.give("l1", "hub"), places.give("l2", "hub")]).toEqual([
      { host: "::1", port: 0 },
      { host: "::1", port: 0 },
    ]);
  });
});

describe("sockets", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "portcade-places-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const links = () =>
    Object.fromEntries(readdirSync(dir).map((name) => [name, readlinkSync(join(dir, name))]));

  test("a launch is found under both its route names, the short one going to whoever came first", () => {
    const places = new SocketPlaces(dir);
    expect(places.give("l1", "hub")).toEqual({ socket: join(dir, "l1.sock") });
    places.give("l2", "hub");
    expect(links()).toEqual({ "hub.l1.sock": "l1.sock", "hub.l2.sock": "l2.sock", "hub.sock": "l1.sock" });
    places.free("l1");
    expect(links()).toEqual({ "hub.l2.sock": "l2.sock" });
    places.give("l3", "hub");
    expect(links()["hub.sock"]).toBe("l3.sock");
  });

  test("an address names the launch that is meant, also beside and after the one that came first", () => {
    const places = new SocketPlaces(dir);
    for (const launch of ["l1", "l2"]) places.give(launch, "hub");
    const routes = () => ["l1", "l2"].map((launch) => routeOf("hub", join(dir, `${launch}.sock`)));
    expect(routes()).toEqual(["hub", "hub.l2"]);
    places.free("l1");
    expect(routes()[1]).toBe("hub.l2");
  });

  test("a launch of a former master keeps its short name", () => {
    new SocketPlaces(dir).give("l1", "hub");
    const places = new SocketPlaces(dir);
    places.keep("l1", "hub");
    places.give("l2", "hub");
    expect(links()["hub.sock"]).toBe("l1.sock");
    places.free("l1");
    expect(links()).toEqual({ "hub.l2.sock": "l2.sock" });
  });
});
