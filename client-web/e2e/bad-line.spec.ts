import { expect, type Page } from "playwright/test";
import { enter, test } from "./game.ts";

const line = "stats=1&lag=80&jitter=20&loss=2";
const enoughMs = 8000;
/** A busy machine leaves little that says something of the line. */
const mostMs = 120_000;
const sideUnits = 30;
const gapMs = 250;
/** Two frames: drawn only as the world tells of it, twenty times a second, everything would stay for three. */
const smoothMs = 34;
/** The share of time that may go by in longer stays than that. */
const unsmooth = 0.05;
/** A frame or a timer that comes this late was held up by the machine, which says nothing of the line. */
const lateMs = 100;
/** What a late frame of one page holds up is seen on the other by then. */
const explainedMs = 700;

const figures = (page: Page) => page.getByRole("region", { name: "Network" });

async function figure(page: Page, pattern: RegExp): Promise<number> {
  const text = await figures(page).innerText();
  return Number(pattern.exec(text)?.[1] ?? Number.NaN);
}

/**
 * Walks round and round a square about where it is, by the keys, never standing: the next is down before the last is
 * up, and it turns by where it is, so that a late frame leads into no wall. Until the page is gone.
 */
function walk(page: Page): Promise<void> {
  return page.evaluate((side) => {
    const [main, canvas] = [document.querySelector("main"), document.querySelector("canvas.world")];
    const place = (): { x: number; y: number } => ({
      x: Number(main?.getAttribute("data-x")),
      y: Number(main?.getAttribute("data-y")),
    });
    const press = (type: "keydown" | "keyup", code: string): void => {
      canvas?.dispatchEvent(new KeyboardEvent(type, { code, bubbles: true }));
    };
    const start = place();
    const legs = [
      { code: "KeyD", isDone: () => place().x > start.x + side },
      { code: "KeyS", isDone: () => place().y > start.y + side },
      { code: "KeyA", isDone: () => place().x < start.x - side },
      { code: "KeyW", isDone: () => place().y < start.y - side },
    ];
    let leg = 0;
    const turn = (): void => {
      const { code, isDone } = legs[leg % legs.length] ?? { code: "", isDone: () => false };
      press("keydown", code);
      if (isDone()) {
        press("keydown", legs[++leg % legs.length]?.code ?? "");
        press("keyup", code);
      }
      requestAnimationFrame(turn);
    };
    turn();
  }, sideUnits);
}

/** Stretches of time, milliseconds by the machine's clock. */
type Stretch = readonly [from: number, until: number];

interface Watched {
  /** How long the nearest other player was drawn in one place each time. */
  readonly stays: Stretch[];
  /** Frames that the machine drew late. */
  readonly late: Stretch[];
}

/**
 * Watches the nearest other player, frame by frame, for as long as the page is open. A stay ends when the next frame
 * was due, not when the machine came to draw it.
 */
function watch(page: Page): Promise<void> {
  return page.evaluate((lateMs) => {
    const frameMs = 17;
    const watched: Watched = { stays: [], late: [] };
    Object.assign(globalThis, { watched });
    const shown = (): string =>
      /nearest (\S+)/.exec(document.querySelector(".network")?.textContent ?? "")?.[1] ?? "";
    let [last, since, before] = [shown(), Date.now(), Date.now()];
    const look = (): void => {
      const now = Date.now();
      if (now - before > lateMs) watched.late.push([before, now]);
      if (shown() !== last) {
        watched.stays.push([since, Math.min(now, before + frameMs)]);
        [last, since] = [shown(), now];
      }
      before = now;
      requestAnimationFrame(look);
    };
    look();
  }, lateMs);
}

/** Stretches in which the machine let this process wait, and so perhaps the world's as well; grows until disposed. */
function heldUp(): Disposable & { readonly late: readonly Stretch[] } {
  const late: Stretch[] = [];
  let before = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - before > lateMs) late.push([before, now]);
    before = now;
  }, 10);
  return { late, [Symbol.dispose]: () => clearInterval(timer) };
}

const lengthOf = ([from, until]: Stretch): number => until - from;

/** Of each page, the stays that no late frame of any explains, nor what else the machine held up. */
async function clearStays(pages: readonly Page[], machine: readonly Stretch[]): Promise<number[][]> {
  const watched = await Promise.all(
    pages.map((page) => page.evaluate(() => (globalThis as unknown as { watched: Watched }).watched)),
  );
  const late = [...machine, ...watched.flatMap((one) => one.late)];
  const isClear = ([from, until]: Stretch): boolean =>
    !late.some(([start, end]) => start < until && end > from - explainedMs);
  return watched.map(({ stays }) => stays.filter(isClear).map(lengthOf));
}

const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0);

// The line is judged, not how fast a machine draws: small pages, and nobody films them.
const small = { width: 480, height: 320 };
test.use({ viewport: small, trace: "off" });
test.describe.configure({ timeout: mostMs + 60_000 });

test("on a bad line nobody is set right by more than they could see, and the other never stands still", async ({
  page,
  browser,
  master,
}) => {
  const other = await (await browser.newContext({ viewport: small })).newPage();
  const both = [page, other];
  await enter(page, `${master.url}?${line}&seed=1`);
  await enter(other, `${master.url}?${line}&seed=2`);
  await Promise.all(both.map((one) => one.locator("canvas.world").focus()));
  await Promise.all(both.map(walk));
  await Promise.all(both.map((one) => expect(figures(one)).toContainText(/nearest \d+/)));
  // The delay begins at 100 ms, and has to find out how bad the line is.
  for (const one of both) await expect(figures(one)).toContainText(/delay=(1[1-9]\d|2\d\d)ms/);
  await Promise.all(both.map(watch));
  using machine = heldUp();
  await expect
    .poll(async () => Math.min(...(await clearStays(both, machine.late)).map(sum)), { timeout: mostMs })
    .toBeGreaterThan(enoughMs);
  for (const stays of await clearStays(both, machine.late)) {
    expect(Math.max(...stays)).toBeLessThanOrEqual(gapMs);
    expect(sum(stays.filter((ms) => ms > smoothMs)) / sum(stays)).toBeLessThan(unsmooth);
  }
  const corrections = await Promise.all(both.map((one) => figure(one, /largest=([\d.]+)/)));
  const roundTrips = await Promise.all(both.map((one) => figure(one, /world=(\d+)ms/)));
  for (const units of corrections) expect(units).toBeLessThanOrEqual(2);
  for (const ms of roundTrips) expect(ms).toBeGreaterThanOrEqual(60);
  await other.context().close();
});

test("a value that cannot be is refused in sight of the player", async ({ page, master }) => {
  await enter(page, `${master.url}?lag=soon&loss=2&stats=1`);
  await expect(page.getByRole("log", { name: "Chat" })).toContainText("bad line: refused lag=soon");
  await expect(figures(page)).toContainText("bad line 0±0ms 2%");
});
