import { kindOf, type Address } from "#shared/address.ts";
import type { Phased } from "#shared/machine.ts";

/**
 * What a restart of the master means to a machine: the connection it knew closed with the former life,
 * and nobody was left to say so. Told before anything else, so that no deadline is judged by old news.
 */
export function connectionOf(self: Address, state: Phased): { from: Address; type: string } | undefined {
  const { client, link } = state as { client?: Address; link?: Address };
  if (kindOf(self) === "session" && state.phase !== "ending")
    return { from: client ?? "master:local", type: "closed" };
  if (kindOf(self) === "launch" && link) return { from: link, type: "linkClosed" };
  // It was doubted by the former master, or begun, and had nobody to come to since.
  if (kindOf(self) === "launch" && (state.phase === "suspect" || state.phase === "starting"))
    return { from: "master:local", type: "master.up" };
  return undefined;
}
