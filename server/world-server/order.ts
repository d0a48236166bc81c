import type { Readable } from "node:stream";
import { decode } from "#shared/protocol/frame.ts";
import { limits } from "#shared/limits.ts";
import type { LaunchOrder } from "#shared/protocol/launch-master.ts";
import { launchOrderCheck } from "./wire-checks.ts";

/** An order is a line of JSON; certificates make it long. */
const orderBytes = 256 * 1024;

/** What came by the pipe is no order. */
export class BadOrder extends Error {
  override readonly name = "BadOrder";
}

/**
 * Waits for the one line that makes a spare a world. `undefined` when the pipe ends before anything came.
 *
 * @throws BadOrder
 */
export async function readOrder(pipe: Readable): Promise<LaunchOrder | undefined> {
  let text = "";
  pipe.setEncoding("utf8");
  for await (const chunk of pipe) {
    text += chunk as string;
    if (text.length > orderBytes) break;
    const end = text.indexOf("\n");
    if (end >= 0) return parse(text.slice(0, end));
  }
  if (text === "") return undefined;
  throw new BadOrder("the order is not one line");
}

function parse(line: string): LaunchOrder {
  const decoded = decode(launchOrderCheck, line, { bytes: orderBytes, depth: limits.jsonDepth });
  if (!decoded.ok) throw new BadOrder(`the order is refused: ${decoded.fault}`);
  return decoded.message;
}
