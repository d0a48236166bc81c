import { Bot } from "./bot.ts";
import type { FromDriver, FromPlayer } from "./orders.ts";

/** A process full of players, told what to do by the one that started it, and gone with it. */

const [seed = "1"] = process.argv.slice(2);
const bots = new Map<number, Bot>();

process.on("message", (message) => void obey(message as FromDriver));
process.on("disconnect", () => process.exit(0));
// Ctrl-C is the driver's: it asks its players to leave.
process.on("SIGINT", () => {});

async function obey({ id, bot: number, ...order }: FromDriver): Promise<void> {
  const bot = bots.get(number) ?? new Bot(number, Number(seed), tell);
  bots.set(number, bot);
  try {
    const sight = await bot.take(order);
    tell({ type: "done", id, sight });
  } catch (error) {
    tell({ type: "failed", id, reason: String(error) });
  }
}

function tell(message: FromPlayer): void {
  process.send?.(message);
}
