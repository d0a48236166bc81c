import { closeSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { isAlive, killRecorded, type PidRecord, recordOf } from "./pids.ts";
import type { Blank } from "./words.ts";
import {
  type Ending,
  worldArguments,
  worldEnvironment,
  type WorldProcess,
  type WorldProgram,
} from "./world-process.ts";

/** Of the one line that a unit says. */
const mostCharacters = 32;
const dyingMs = 5;

/**
 * Has the service manager start one world process in a unit of its own, by connecting to its socket: the process
 * gets this connection. It reads what to run from it (the file for last words, then the command with one argument
 * a line, then an empty line), answers with its process id, and later gets its order by it; when it has ended, so
 * has the connection. `tools/deploy/world-launch.sh` is the other side.
 *
 * @param socket the path of the service manager's listening socket
 * @param failed hears why no unit could be had
 */
export function startWorldUnit(
  program: WorldProgram,
  socket: string,
  blank: Blank | undefined,
  failed: (reason: string) => void,
): WorldProcess {
  if (blank) closeSync(blank.fd);
  const running = Promise.withResolvers<number | undefined>();
  const ended = Promise.withResolvers<Ending>();
  let record: PidRecord | undefined;
  let said = "";
  const connection = connect({ path: socket, allowHalfOpen: true });
  connection.setEncoding("utf8");
  connection.on("data", (chunk: string) => {
    if (said.includes("\n") || said.length > mostCharacters) return;
    said += chunk;
    const pid = Number(/^([0-9]{1,10})\n/.exec(said)?.[1]);
    if (!(pid > 1)) return;
    record = recordOf("", "", pid);
    running.resolve(pid);
  });
  connection.on("error", (error) => {
    // One that ran and died may have left unread what was said to it.
    if (!record) failed(`${socket}: ${error.message}`);
  });
  connection.on("end", () => connection.destroy());
  const bury = (): void => {
    // Its descriptors go a moment before it does.
    if (record && isAlive(record)) return void setTimeout(bury, dyingMs);
    if (blank) rmSync(blank.path, { force: true });
    running.resolve(undefined);
    ended.resolve({});
  };
  connection.on("close", bury);
  const variables = Object.entries(worldEnvironment(program)).map(([name, value]) => `${name}=${value}`);
  const command = ["/usr/bin/env", "-i", ...variables, process.execPath, ...worldArguments(program)];
  connection.write(`${[blank?.path ?? "", ...command, ""].join("\n")}\n`);
  return {
    running: running.promise,
    blank: blank?.path,
    ended: ended.promise,
    assign: (order) => void connection.end(`${JSON.stringify(order)}\n`),
    dismiss: () => void connection.end(),
    kill: () => (record ? killRecorded(record) : void connection.destroy()),
  };
}
