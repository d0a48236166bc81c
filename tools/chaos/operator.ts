import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { operatorPath } from "#adapters/operator/operator-path.ts";
import type { Answer, Order } from "#adapters/operator/orders.ts";

/** Orders something of a running master. Resolves to its last word; to nothing when it was gone before that. */
export async function give(dataDir: string, order: Order): Promise<Answer | undefined> {
  const socket = connect(operatorPath(dataDir) ?? "");
  const closed = once(socket, "close");
  socket.on("error", () => {});
  socket.write(`${JSON.stringify(order)}\n`);
  let last: Answer | undefined;
  createInterface({ input: socket }).on("line", (line) => {
    const answer = JSON.parse(line) as Answer;
    if (answer.type !== "progress") last = answer;
  });
  await closed;
  return last;
}
