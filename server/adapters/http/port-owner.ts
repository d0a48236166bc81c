import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Which process listens on a TCP port, such as `node (pid 123)`; `undefined` where the system does not
 * say or this user may not know. Linux only.
 */
export function portOwner(port: number): string | undefined {
  const sockets = new Set(["tcp", "tcp6"].flatMap((table) => listening(table, port)));
  if (sockets.size === 0) return undefined;
  const pid = entries("/proc").find((name) => /^[0-9]+$/.test(name) && holdsAny(name, sockets));
  if (pid === undefined) return undefined;
  const name = attempt(() => readFileSync(`/proc/${pid}/comm`, "utf8").trim()) ?? "a process";
  return `${name.replace(/-MainThread$/, "").replaceAll(/[^\x20-\x7E]/g, "?")} (pid ${pid})`;
}

/** `socket:[inode]` of every listener on the port. */
function listening(table: string, port: number): string[] {
  const rows = attempt(() => readFileSync(`/proc/net/${table}`, "utf8").split("\n").slice(1)) ?? [];
  const isListening = "0A";
  return rows.flatMap((row) => {
    const [, local = "", , state, , , , , , inode] = row.trim().split(/\s+/);
    const localPort = Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16);
    return state === isListening && localPort === port ? [`socket:[${inode}]`] : [];
  });
}

const holdsAny = (pid: string, sockets: ReadonlySet<string>): boolean =>
  entries(`/proc/${pid}/fd`).some((fd) => {
    const target = attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`));
    return target !== undefined && sockets.has(target);
  });

const entries = (folder: string): string[] => attempt(() => readdirSync(folder)) ?? [];

/** Processes end while they are looked at, and most belong to others. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
