import { readFileSync, readlinkSync } from "node:fs";

/** Where the Unix socket behind a descriptor of ours is bound; `undefined` when it is none, or the system does not say. */
export function pathOf(fd: number): string | undefined {
  const inode = /^socket:\[([0-9]+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  const line = readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .find((line) => line.split(/ +/)[6] === inode);
  // Seven columns and the path, which may hold spaces; an abstract name is no file.
  return line && /^(?:\S+ +){7}(\/.*)$/.exec(line)?.[1];
}
