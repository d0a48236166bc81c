import { expect } from "playwright/test";
import { enter, expectWorld, placeOf, test } from "./game.ts";

interface FakePad {
  axes: number[];
  pressed: number[];
}

test("a gamepad walks with its stick and travels with A", async ({ page, master }) => {
  await page.addInitScript(() => {
    const pad: FakePad = { axes: [0, 0], pressed: [] };
    Object.assign(globalThis, { pad });
    const buttons = (): { pressed: boolean }[] =>
      Array.from({ length: 17 }, (_, i) => ({ pressed: pad.pressed.includes(i) }));
    navigator.getGamepads = () => [
      { connected: true, axes: pad.axes, buttons: buttons() } as unknown as Gamepad,
    ];
  });
  const hold = (pad: FakePad): Promise<void> =>
    page.evaluate(
      (wanted) => void Object.assign((globalThis as unknown as { pad: FakePad }).pad, wanted),
      pad,
    );
  await enter(page, master.url);
  await hold({ axes: [0, -1], pressed: [] });
  await expect(async () => expect((await placeOf(page)).y).toBeLessThan(190)).toPass({ intervals: [30] });
  await hold({ axes: [0.05, 0], pressed: [] });
  await expect(page.locator(".hint")).toContainText("Stick");
  await hold({ axes: [0, 0], pressed: [0] });
  await expectWorld(page, "top_world");
});
