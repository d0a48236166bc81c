import { once } from "node:events";
import { createServer } from "node:net";

/** Below those that systems hand out by themselves, one of which might be gone before it is used. */
const [lowest, highest] = [20_000, 32_000];

/** The first of so many ports in a row that nobody has, for a program that has to be told its ports. */
export async function freePorts(count = 1): Promise<number> {
  for (;;) {
    const first = lowest + Math.floor(Math.random() * (highest - lowest - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once("listening", () => resolve(true)).once("error", () => resolve(false));
  server.listen(port, "127.0.0.1");
  if (!(await promise)) return false;
  await once(server.close(), "close");
  return true;
}
