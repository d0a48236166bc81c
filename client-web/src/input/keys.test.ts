import { describe, expect, test } from "vitest";
import { actionOf, defaultKeys, parseKeys, rebind } from "./keys.ts";

describe("keys", () => {
  test("walk by arrows and WASD, use by Space", () => {
    expect(actionOf("ArrowLeft", defaultKeys)).toBe("left");
    expect(actionOf("KeyA", defaultKeys)).toBe("left");
    expect(actionOf("Space", defaultKeys)).toBe("use");
    expect(actionOf("KeyZ", defaultKeys)).toBeUndefined();
  });

  test("can be changed; the arrows go on walking", () => {
    const keys = rebind(defaultKeys, "left", "KeyQ");
    expect(actionOf("KeyQ", keys)).toBe("left");
    expect(actionOf("KeyA", keys)).toBeUndefined();
    expect(actionOf("ArrowLeft", keys)).toBe("left");
  });

  test("swap when a key is taken, so that no action is ever without one", () => {
    const keys = rebind(defaultKeys, "use", "KeyW");
    expect(actionOf("KeyW", keys)).toBe("use");
    expect(actionOf("Space", keys)).toBe("up");
  });

  test("that move around the page cannot be taken from it", () => {
    for (const code of ["Tab", "Escape", "ArrowUp", ""])
      expect(rebind(defaultKeys, "use", code)).toBe(defaultKeys);
  });

  test("survive being stored", () => {
    const keys = rebind(defaultKeys, "mute", "KeyN");
    expect(parseKeys(JSON.stringify(keys))).toEqual(keys);
  });

  test("fall back to the defaults when what is stored is odd", () => {
    const doubled = { ...defaultKeys, up: "KeyS" };
    for (const stored of [null, "", "{", "7", "null", '{"up":"KeyI"}', JSON.stringify(doubled)])
      expect(parseKeys(stored)).toEqual(defaultKeys);
  });
});
