import { expect, test } from "vitest";
import { stableJson } from "./stable-json.ts";

test("the order in which keys were set does not show", () => {
  expect(stableJson({ b: 1, a: { d: 2, c: 3 } })).toBe('{"a":{"c":3,"d":2},"b":1}\n');
});

test("lists keep their order, numbers are rounded to a hundredth", () => {
  expect(stableJson([3, 1.005, -0.001, 2.339999])).toBe("[3,1,0,2.34]\n");
});
