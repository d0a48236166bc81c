/** What a world may say of itself in `world.json`, apart from its name: how fast it runs and who hears of whom. */

/** Ticks a second a world may run at: a tick then takes a whole number of the 60 commands a second. */
export const tickRates = [10, 12, 15, 20, 30, 60] as const;

/** From `beyond` units on, an entity is told of in one send out of `every`. */
export interface Ring {
  readonly beyond: number;
  readonly every: number;
}

/** Who hears of whom: told within `radius` units, forgotten beyond `radius + hysteresis`, the nearest `most`. */
export interface Interest {
  readonly radius: number;
  readonly hysteresis: number;
  readonly most: number;
  /** Nearest first; empty: everybody in view is told of in every send. */
  readonly rings: readonly Ring[];
}

export interface Rates {
  readonly tickMs: number;
  readonly ticksPerSend: number;
  /** Commands of a player that one tick runs, at 60 a second. */
  readonly commandsPerTick: number;
}

export interface WorldSettings {
  readonly capacity: number;
  readonly rates: Rates;
  readonly interest: Interest;
  /** What the snapshots of one client may take. */
  readonly bytesPerSecond: number;
}

/** The same as `world.json` says it; what it leaves out is as `defaults` has it. */
export interface SettingsGiven {
  readonly capacity?: number;
  readonly tickRate?: number;
  readonly sendRate?: number;
  readonly interest?: Partial<Omit<Interest, "rings">> & { readonly rings?: boolean | readonly Ring[] };
  readonly bytesPerSecond?: number;
}

const commandsPerSecond = 60;
const mostSendsPerSecond = 20;

export const defaults = {
  capacity: 200,
  tickRate: 20,
  interest: { radius: 1200, hysteresis: 100, most: 250, rings: false },
  bytesPerSecond: 32 * 1024,
} as const;

export function settingsOf(given: SettingsGiven): WorldSettings {
  const { capacity = defaults.capacity, bytesPerSecond = defaults.bytesPerSecond } = given;
  const { tickRate = defaults.tickRate, sendRate = sendRateOf(tickRate) } = given;
  const { rings, ...interest } = { ...defaults.interest, ...given.interest };
  return {
    capacity,
    bytesPerSecond,
    rates: {
      tickMs: 1000 / tickRate,
      ticksPerSend: tickRate / sendRate,
      commandsPerTick: commandsPerSecond / tickRate,
    },
    interest: { ...interest, rings: ringsOf(rings, interest.radius) },
  };
}

/** As often as ticks allow, and no more than 20 times a second. */
function sendRateOf(tickRate: number): number {
  return tickRate / Math.ceil(tickRate / mostSendsPerSecond);
}

/** Every second send in the outer half of the view, every fourth in its outer quarter. */
function ringsOf(rings: boolean | readonly Ring[], radius: number): readonly Ring[] {
  if (typeof rings !== "boolean") return rings;
  return rings
    ? [
        { beyond: radius / 2, every: 2 },
        { beyond: (radius * 3) / 4, every: 4 },
      ]
    : [];
}
