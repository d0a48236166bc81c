import { expect, test } from "vitest";
import { Bubbles } from "./bubbles.ts";

test("a line stands as long as it takes to read, and the next one replaces it", () => {
  const bubbles = new Bubbles();
  bubbles.hear(3, "hi", 1000);
  expect(bubbles.of(3, 1000)).toBe("hi");
  expect(bubbles.of(4, 1000)).toBeUndefined();
  bubbles.hear(3, "a much longer line that takes a while", 2000);
  expect(bubbles.of(3, 5000)).toBe("a much longer line that takes a while");
  expect(bubbles.of(3, 12_000)).toBeUndefined();
});

test("the oldest lines are dropped when there are more than anybody reads", () => {
  const bubbles = new Bubbles();
  for (let entity = 1; entity <= 300; entity++) bubbles.hear(entity, "hi", 0);
  expect(bubbles.of(1, 0)).toBeUndefined();
  expect(bubbles.of(300, 0)).toBe("hi");
});
