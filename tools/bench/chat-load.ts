import { setTimeout as pause } from "node:timers/promises";
import { ChatCrowd } from "./chat-crowd.ts";
import type { SystemName } from "./row.ts";
import { report } from "./load-process.ts";

export interface ChatOrder {
  readonly system: SystemName;
  readonly port: number;
  readonly n: number;
}

/** One spell of talking: as many lines in flight as said, or so many a second. */
export interface Spell {
  readonly inFlight?: number;
  readonly perSecond?: number;
  /** How many listeners are read line by line; of the others only frames are counted. */
  readonly sampled: number;
  readonly warmMs: number;
  readonly windowMs: number;
}

/** What was heard in the window. */
export interface Spoken {
  readonly type: "spoken";
  readonly delivered: number;
  readonly latencies: { readonly p50: number; readonly p99: number };
  readonly faults: readonly string[];
}

async function main(order: ChatOrder): Promise<void> {
  const crowd = new ChatCrowd(order);
  await crowd.enter();
  let spell = await report<Spell>({ type: "in" });
  for (;;) {
    crowd.begin(spell);
    await pause(spell.warmMs);
    crowd.openWindow();
    await report({ type: "window" });
    await pause(spell.windowMs);
    crowd.closeWindow();
    await report({ type: "ended" });
    const spoken = await crowd.end();
    spell = await report<Spell>(spoken);
  }
}

main(JSON.parse(process.argv[2] ?? "{}") as ChatOrder).catch((error: unknown) => {
  process.send?.({ type: "failed", reason: error instanceof Error ? error.message : String(error) });
});
