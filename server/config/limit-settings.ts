import { limits, type Limits } from "#shared/limits.ts";

export type LimitName = keyof Limits;

const names = Object.keys(limits) as LimitName[];

/** Both sides of a wire compute with these, so one side alone cannot change them; the last few bound single buffers. */
const builtIn = new Set<LimitName>([
  "tickMs",
  "commandMs",
  "commandsPerTick",
  "playerSpeedUnits",
  "playerRadiusUnits",
  "portalUseUnits",
  "nearbyUnits",
  "clientRedeemMs",
  "worldPlayers",
  "chatLength",
  "arrayItems",
  "rosterParts",
  "jsonDepth",
  "worldThings",
  "machinesTimed",
  "logBufferLength",
  "operatorUnreadBytes",
]);

/** These have a setting under a name of their own. */
const elsewhere: Partial<Record<LimitName, string>> = {
  masterLossMs: "PORTCADE_MASTER_LOSS_SECONDS",
  idleMs: "PORTCADE_WORLD_IDLE_SECONDS",
  startMs: "PORTCADE_WORLD_START_TIMEOUT_SECONDS",
  warmSpares: "PORTCADE_WARM_SPARES",
};

/** `leaseSoftMs` is set by `LIMIT_LEASE_SOFT_MS`. */
export const limitSetting = (name: LimitName): string =>
  `LIMIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

export const limitOfSetting: ReadonlyMap<string, LimitName> = new Map(
  names.map((name) => [limitSetting(name), name]),
);

/** The largest value a limit may have; a day for durations, 2^31 - 1 (what a timer can hold) for the rest. */
const largest = (name: LimitName): number => (name.endsWith("Ms") ? 86_400_000 : 2 ** 31 - 1);

/** The value, or in words what is allowed instead. */
export function readLimit(name: LimitName, text: string): number | { readonly allowed: string } {
  const other = elsewhere[name];
  if (other !== undefined) return { allowed: `nothing here: set ${other} instead` };
  if (builtIn.has(name)) return { allowed: "nothing: it is built in" };
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= largest(name)) return value;
  return { allowed: `a whole number from 1 to ${largest(name)}` };
}
