import { account } from "./account/account.ts";
import { channel } from "./chat/channel.ts";
import { lobby } from "./session/lobby.ts";
import { session } from "./session/session.ts";
import { travel } from "./travel/travel.ts";
import { memory } from "./world/memory.ts";
import { launch } from "./world/launch.ts";
import { world } from "./world/world.ts";

/** How a kind's states are kept: `durable` read one by one, `runtime` all in memory, `volatile` never stored. */
export type Tier = "durable" | "runtime" | "volatile";

/**
 * `passing`: properties a restart counts anew, so that a change of nothing else is not worth a commit; what is stored
 * of them may be old.
 */
export type MachineSet = Readonly<
  Record<string, { readonly table: object; readonly tier: Tier; readonly passing?: readonly string[] }>
>;

export const machines = {
  lobby: { table: lobby, tier: "runtime" },
  session: { table: session, tier: "runtime" },
  account: { table: account, tier: "durable" },
  travel: { table: travel, tier: "runtime" },
  world: { table: world, tier: "runtime" },
  launch: { table: launch, tier: "runtime", passing: ["heardAt", "auditedAt", "wakeAt"] },
  memory: { table: memory, tier: "durable" },
  channel: { table: channel, tier: "volatile" },
} as const satisfies MachineSet;
