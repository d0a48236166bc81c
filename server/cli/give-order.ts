import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { visible } from "#adapters/log/escape.ts";
import { operatorPath } from "#adapters/operator/operator-path.ts";
import type { Answer, Order } from "#adapters/operator/orders.ts";
import { readConfig } from "../config.ts";
import type { Layout } from "../layout.ts";
import { exitCodes } from "./exit-codes.ts";
import { linesOf } from "./order-words.ts";
import { Patience } from "./patience.ts";

export interface OrderOptions {
  readonly order: Order;
  /** One JSON object a line, for programs. */
  readonly isJson: boolean;
}

/** Gives an order to the master that runs on this data folder, tells how it goes, and resolves to the exit code. */
export async function giveOrder(options: OrderOptions, layout: Layout): Promise<number> {
  const { config, problems } = readConfig(process.env, { cwd: process.cwd(), packDir: layout.packDir });
  if (!config) return refuse(problems.join("\n"), exitCodes.badArguments.code);
  const path = operatorPath(config.dataDir);
  if (path === undefined)
    return refuse(`${config.dataDir} (PORTCADE_DATA_DIR) is too long a path: its master takes no orders`);
  const socket = createConnection(path);
  try {
    const last = await follow(socket, options);
    if (last) return codeOf(last);
    return refuse("the master hung up; what was ordered may go on all the same: see portcade world list");
  } catch (error) {
    return refuse(whyNot((error as NodeJS.ErrnoException).code, config.dataDir));
  } finally {
    socket.destroy();
  }
}

/** Tells how it goes, as it happens. @returns the last word, if there was one */
async function follow(socket: Socket, { order, isJson }: OrderOptions): Promise<Answer | undefined> {
  using patience = new Patience(process.stdout, process.stdout.isTTY && !isJson);
  let isFirst = true;
  return await converse(socket, order, (answer) => {
    const lines = isJson ? [JSON.stringify(answer)] : linesOf(order, answer, isFirst);
    isFirst = false;
    for (const line of lines) patience.say(visible(line));
  });
}

/** Gives an order over this connection. @returns the last word, if there was one */
export async function converse(
  socket: Socket,
  order: Order,
  hear: (answer: Answer) => void,
): Promise<Answer | undefined> {
  const failed = new Promise<never>((_, reject) => socket.once("error", reject));
  const heard = (async () => {
    socket.write(`${JSON.stringify(order)}\n`);
    for await (const line of createInterface({ input: socket })) {
      const answer = JSON.parse(line) as Answer;
      hear(answer);
      if (answer.type !== "progress") return answer;
    }
    return undefined;
  })();
  return Promise.race([heard, failed]);
}

function codeOf(last: Answer): number {
  if (last.type !== "failed") return exitCodes.clean.code;
  const isWrong = last.reason === "bad_request" || last.reason === "invalid_world";
  return isWrong ? exitCodes.wrongOrder.code : exitCodes.orderFailed.code;
}

/** No master listens there. */
export const isNobody = (code: string | undefined): boolean => code === "ENOENT" || code === "ECONNREFUSED";

export function whyNot(code: string | undefined, dataDir: string): string {
  if (isNobody(code))
    return `no master runs on ${dataDir}; start one, or set PORTCADE_DATA_DIR to the folder of the one that runs`;
  if (code === "EACCES")
    return `${dataDir} belongs to another user; give the order as the one the master runs as`;
  return `the master cannot be asked, or was lost (${code ?? "error"}); see portcade world list`;
}

function refuse(line: string, code: number = exitCodes.orderFailed.code): number {
  process.stderr.write(`${line}\n`);
  return code;
}
