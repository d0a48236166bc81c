import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Server } from "node:net";
import { fileURLToPath } from "node:url";
import type { Machine } from "#tools/deploy/testing/machine.ts";

const program = fileURLToPath(new URL("testing-door-main.ts", import.meta.url));

/** A port on 127.0.0.1 in the network of a machine, listened to by this process. */
export async function openDoor(machine: Machine): Promise<Server> {
  const [command, args] = machine.inItsNetwork(process.execPath, program);
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [, door] = (await once(child, "message")) as [unknown, Server];
  return door;
}
