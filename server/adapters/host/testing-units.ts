import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../../../tools/deploy/world-launch.sh", import.meta.url));

/** A service manager that does for world processes what systemd's socket unit does: one unit per connection. */
export async function serveUnits(path: string): Promise<Server> {
  const server = createServer({ pauseOnConnect: true }, (connection: Socket) => {
    // As systemd hands it over. Node keeps this to itself, but has had it under this name ever since.
    (Reflect.get(connection, "_handle") as { setBlocking: (on: boolean) => void }).setBlocking(true);
    const unit = spawn("/bin/sh", [launcher], { stdio: ["ignore", "inherit", "inherit", connection] });
    // From here on it is the unit's alone, and ends with it.
    unit.once("spawn", () => connection.destroy());
  });
  await once(server.listen(path), "listening");
  return server;
}
