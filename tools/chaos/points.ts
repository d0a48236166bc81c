import type { Line, Moment } from "./lines.ts";
import type { Way } from "./pipe.ts";
import type { Site } from "./site.ts";

/** The named points of the protocol: each frame of a journey, before and after it passes. */
export interface Point {
  readonly line: Line;
  readonly way: Way;
  readonly type: string;
  readonly when: Moment["when"];
}

const frames: readonly (readonly [Line, Way, ...string[]])[] = [
  ["control", "up", "hello", "lease.redeem", "chat.send"],
  ["control", "down", "welcome", "lease", "ticket", "arrived", "chat.line"],
  ["world", "up", "enter", "portal.use"],
  ["world", "down", "portal.asked", "entered", "departed"],
  ["launch", "up", "register", "portal", "acked", "arrived", "departed", "saves", "heartbeat"],
  ["launch", "down", "registered", "hold", "expect", "depart", "activate", "bubble"],
];

export const points: readonly Point[] = frames.flatMap(([line, way, ...types]) =>
  types.flatMap((type) => around({ line, way, type })),
);

/** A word that one of several processes or players says or is told. */
export type Word<P> = readonly [part: P, line: Line, way: Way, type: string];

export interface Step<P> extends Point {
  readonly part: P;
}

/** Every word of a script, before and after it passes. */
export function stepsOf<P>(words: readonly Word<P>[]): Step<P>[] {
  return words.flatMap(([part, line, way, type]) => around({ part, line, way, type }));
}

/** A frame before it passes, and after. */
export function around<T extends Omit<Point, "when">>(frame: T): (T & Pick<Point, "when">)[] {
  return (["before", "after"] as const).map((when) => ({ ...frame, when }));
}

export const pointName = ({ line, way, type, when }: Point): string => `${when} ${line} ${way} ${type}`;

/** Frames that only come on a line that is new. */
const firstWords = new Set(["hello", "welcome", "register", "registered"]);

/** Calls `strike` in the very moment, before anything else happens. Resolves to whether it came. */
export function atPoint(
  site: Site,
  point: Point,
  strike: (moment: Moment) => void,
  withinMs: number,
): Promise<boolean> {
  const came = atMoment(site, (moment) => isAt(moment, point), strike, withinMs);
  if (firstWords.has(point.type)) renew(site, point.line);
  return came;
}

export function isAt(moment: Moment, { line, way, type, when }: Point): boolean {
  return moment.type === type && moment.line === line && moment.way === way && moment.when === when;
}

/** The same for the first moment that fits. */
export async function atMoment(
  site: Site,
  fits: (moment: Moment) => boolean,
  strike: (moment: Moment) => void,
  withinMs: number,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const heed = (moment: Moment): void => {
    if (!fits(moment)) return;
    site.moments.delete(heed);
    strike(moment);
    resolve(true);
  };
  const late = setTimeout(resolve, withinMs, false);
  site.moments.add(heed);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    site.moments.delete(heed);
  }
}

/** The world process at the other end of a line, or the one a journey is about; any that runs when there is none. */
export function pidAt(site: Site, { pipe, line }: Moment): number | undefined {
  if (line === "launch") return Number(pipe.notes.get("pid")) || undefined;
  if (line === "control") return undefined;
  return site.pidOf(pipe.notes.get("launch") ?? "");
}

function renew(site: Site, line: Line): void {
  const pipes = [...site.lines.of(line).pipes];
  if (pipes.length > 0) site.luck.pick(pipes).end("reset");
}
