/** Listening sockets that whoever started us has opened and keeps open: by descriptor number. */
export interface Inherited {
  /** Of the public port. */
  readonly public?: number;
  /** Of the private listener for world processes. */
  readonly launches?: number;
}

/** `inherited` is there exactly when `problem` is not. */
export type InheritedReading =
  | { readonly inherited: Inherited; readonly problem?: undefined }
  | { readonly inherited?: undefined; readonly problem: string };

/** The first descriptor that is handed over, as the protocol has it. */
const firstFd = 3;
const names = ["public", "launches"] as const;

/**
 * What a service manager says of the sockets it hands over (`LISTEN_PID`, `LISTEN_FDS`, `LISTEN_FDNAMES`). One of
 * any name is the public port.
 */
export function readInherited(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): InheritedReading {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = env;
  // Not meant for us: it was said to the process that started us.
  if (LISTEN_FDS === undefined || LISTEN_PID !== String(pid)) return { inherited: {} };
  const count = /^[0-9]{1,4}$/.test(LISTEN_FDS) ? Number(LISTEN_FDS) : 0;
  if (count === 1 && LISTEN_FDNAMES !== "launches") return { inherited: { public: firstFd } };
  const given = LISTEN_FDNAMES?.split(":") ?? [];
  const inherited: { public?: number; launches?: number } = {};
  for (const name of names) if (given.includes(name)) inherited[name] = firstFd + given.indexOf(name);
  const isPlain = count > 0 && given.length === count && Object.keys(inherited).length === count;
  return isPlain
    ? { inherited }
    : {
        problem:
          `LISTEN_FDS: ${JSON.stringify(LISTEN_FDS)} with LISTEN_FDNAMES ${JSON.stringify(LISTEN_FDNAMES ?? "")} ` +
          "is not allowed; allowed is one socket, or two named public and launches",
      };
}
