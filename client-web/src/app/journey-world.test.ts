import { describe, expect, test } from "vitest";
import { inHub, Traveller } from "./journey-testing.ts";

describe("speaking to somebody", () => {
  test("is said to the world, and only a refusal is told, without holding anything up", () => {
    const page = inHub().take({ type: "interact", entity: 7 });
    const re = page.request("interact");
    expect(page.last("send.world").message).toEqual({ type: "interact", id: re, entity: 7 });
    page.world({ type: "interacted", re, entity: 7 });
    expect(page.shown.problem).toBeUndefined();
    page.world({ type: "interact.denied", re, entity: 7, reason: "not_in_reach" });
    expect(page.shown.problem).toMatchObject({ about: "touch", reason: "not_in_reach" });
    expect(page.take({ type: "usePortal", portal: "Door" }).asked).toEqual(["portal.use"]);
  });

  test("needs a world", () => {
    expect(new Traveller().open().welcome().take({ type: "interact", entity: 7 }).asked).toEqual([]);
  });
});
