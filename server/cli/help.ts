import { exitCodes } from "./exit-codes.ts";

const codes = Object.values(exitCodes).map(
  ({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`,
);

export const help = `portcade — an online world of many small worlds

  portcade [start]       start the master; it starts worlds as players need them
      --keep-worlds      leave running worlds alone when the master stops
  portcade world <key>   run one world without a master; everybody is let in (for debugging)
  portcade backup <dir>  copy both databases into a new folder, also while a master runs, and try the copies
  portcade version       print the version
  portcade help          print this

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
${codes.join("\n")}
`;
