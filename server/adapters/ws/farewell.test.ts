import { expect, test } from "vitest";
import { backMs } from "./farewell.ts";

test("players come back soon when they are few, and spread over a time they can be received in when they are many", () => {
  expect([backMs(1, 0), backMs(1, 1)]).toEqual([500, 1500]);
  expect([backMs(3000, 0), backMs(3000, 0.5), backMs(3000, 1)]).toEqual([500, 5500, 10_500]);
});
