import type { FromClient } from "#shared/protocol/client-master.ts";

/** How a master goes whose worlds play on: what is refused meanwhile, and when players come back to the next one. */

const leastMs = 500;
const spreadLeastMs = 1000;
/** As many sessions as a master opens with ease. */
const playersPerMs = 0.3;

const journeyRequests: ReadonlySet<string> = new Set([
  "login",
  "logout",
  "world.join",
  "world.rejoin",
  "lease.redeem",
] satisfies FromClient["type"][]);

/** Does it begin a journey, or take one further? */
export function isJourneyRequest({ type }: FromClient): boolean {
  return journeyRequests.has(type);
}

/**
 * Milliseconds until a player of so many shall come back: not before the next master may be up, and not all at once.
 *
 * @param luck 0–1, drawn anew for each of them
 */
export function backMs(players: number, luck: number): number {
  return Math.round(leastMs + luck * Math.max(spreadLeastMs, players / playersPerMs));
}
