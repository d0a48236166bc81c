import { exitCodes } from "./exit-codes.ts";

const codesOf = (codes: readonly { readonly code: number; readonly meaning: string }[]): string =>
  codes.map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n");

const { clean, orderFailed, wrongOrder, badArguments, databaseOrMaster } = exitCodes;
const orderCodes = codesOf([{ code: clean.code, meaning: "done" }, orderFailed, wrongOrder, badArguments]);

const backupCodes = codesOf([
  { code: clean.code, meaning: "done" },
  { code: orderFailed.code, meaning: "the master that runs could not make it" },
  badArguments,
  {
    code: databaseOrMaster.code,
    meaning: "the database or the backup cannot be used; nothing has changed",
  },
]);

export const help = `portcade — an online world of many small worlds

  portcade [start]       start the master; it starts worlds as players need them
      --keep-worlds      leave running worlds alone when the master stops
  portcade world <key>   run one world without a master; everybody is let in (for debugging)
  portcade backup        copy both databases, also while a master runs, and try the copies
  portcade backup list   what copies there are
  portcade restore <backup>  put one in place of what is there, which is kept
  portcade caddyfile --host <name>  print what Caddy needs to lead players here
  portcade version       print the version
      --set 1.4, --bump  change it first, in a checkout: to this one, or to the next (0.9 is followed by 1.0)
  portcade help          print this; with a command, more about it

To the master that runs, with the same PORTCADE_DATA_DIR:
  portcade world list            what runs, who is there, what fails and why
  portcade world upgrade <key>   a launch of the build and pack on the disk takes over, once it has proved itself
  portcade world drain <key>     another launch of the same takes over
      --to <key>                 instead: the players go to another world, and nobody comes until it has ended
      --notice 5m                how long players have before they are moved, from 1m to 60m
      --json                     one JSON object a line

  --log-format text|json how log lines look (text on a terminal, else json)

Settings come from the environment: PORTCADE_PORT, PORTCADE_DATA_DIR and others; see docs/operations.md.

Exit codes
${codesOf(Object.values(exitCodes))}
`;

/** How an order finds its master. */
const toMaster = `The order goes to the master that runs on the same PORTCADE_DATA_DIR (./data unless set), as its user.

Exit codes
${orderCodes}
`;

const notice = `  --notice 5m   how long players have before they are moved, from 1m to 60m (PORTCADE_LIMIT_DRAIN_MS unless given)
  --json        one JSON object a line`;

/** More about each command, by what stands after `portcade`. */
const topics = {
  start: `portcade start [--keep-worlds] [--log-format text|json]

Starts the master, which starts worlds as players need them. Ctrl-C and SIGTERM tell the players, stop all worlds with
their saves, and end with 0; a second one ends everything at once.
  --keep-worlds   leave running worlds alone, for the next master to find
  --log-format    how log lines look (text on a terminal, else json)
`,
  world: `portcade world <key> [--log-format text|json]

Runs one world without a master; everybody is let in, nothing is saved. For debugging.
To order a running master about its worlds: portcade world list | upgrade | drain.
`,
  "world list": `portcade world list [--json]

A line for every launch: its world and phase, players, the build it was started with and the pack its players need,
until when it is emptied and where to; and for a world that keeps failing how often, why, and when it is tried again.

${toMaster}`,
  "world upgrade": `portcade world upgrade <key> [--notice 5m] [--json]

A launch of the build and pack on the disk starts beside the old one, proves itself, and takes over: whoever comes goes
to it, and the players of the old one are moved to it at the end of the notice. If anything goes wrong before, nothing
has changed, and the last lines say why.
${notice}

${toMaster}`,
  "world drain": `portcade world drain <key> [--to <key>] [--notice 5m] [--json]

Another launch of the same takes over, as in an upgrade. With --to its players go to that world instead, nobody comes
meanwhile, and the order is done when every launch of it has ended.
  --to <key>    the world its players are moved to
${notice}

${toMaster}`,
  backup: `portcade backup [--to <dir>] [--before-deploy] [--json]

Copies both databases as they are at one moment, and proves the copies: they are whole, and this Portcade can open
them. The master that runs makes it, every hour without being asked too; where none runs, this process does. It lies in
<data>/backups, and is kept until somebody removes it.
  --to <dir>        made by this process, into a new folder anywhere
  --before-deploy   one of those of which the last few are kept (PORTCADE_BACKUPS_BEFORE_DEPLOY)
  --json            one JSON object a line

Exit codes
${backupCodes}
`,
  "backup list": `portcade backup list [--json]

The backups of PORTCADE_DATA_DIR (./data unless set), the newest first.
`,
  restore: `portcade restore <backup> [--data-dir <dir>]

Puts both databases of a backup in place of those that are there, whole or not at all, also when it is cut short. What
was there is kept beside it. <backup> is a name of portcade backup list, or a folder. No master may run on the data; as
after a boot of the machine nobody is in then, and everybody stands where they stood.
  --data-dir <dir>   of this data instead of PORTCADE_DATA_DIR (./data unless set)

Exit codes
${backupCodes}
`,
  caddyfile: `portcade caddyfile --host <name> [--email <address>] [--sockets <dir>] [--port <port>]
                   [--caddy-version <version>] [--output <file>]

Prints the shipped Caddyfile with values in their places; without them Caddy takes them from its environment.
  --host            the public name of the game; Caddy gets its certificate
  --email           whom the certificate authority may write to
  --sockets         the folder worlds in PORTCADE_DATA_DIR (/var/lib/portcade/worlds)
  --port            the master's (19080)
  --caddy-version   as caddy version prints it: from 2.7 on players outlast a reload of Caddy
  --output          into this file, as a whole or not at all
  --self-test       instead: renders good words, refuses bad ones, writes nothing
`,
  version: `portcade version [--set MAJOR.MINOR | --bump]

Prints the version. In a checkout it is changed first where that is asked for: in shared/version.ts, the only place it
is written. A release keeps the one it was built with, and no build changes it.
  --set    this one; the minor is one digit
  --bump   the next one: 0.8, 0.9, 1.0
`,
} as const;

export type Topic = keyof typeof topics;

export const isTopic = (words: string): words is Topic => Object.hasOwn(topics, words);

/** @param topic a command; all of them when left out */
export function helpOf(topic?: Topic): string {
  return topic === undefined ? help : topics[topic];
}
