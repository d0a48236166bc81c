import { exitCodes } from "./exit-codes.ts";

const codes = Object.values(exitCodes).map(
  ({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`,
);

export const help = `portcade — an online world of many small worlds

  portcade [start]       start the master; it starts worlds as players need them
      --keep-worlds      leave running worlds alone when the master stops
  portcade world <key>   run one world without a master; everybody is let in (for debugging)
  portcade version       print the version
  portcade help          print this

  --log-format text|json how log lines look (text on a terminal, else json)

Settings come from the environment: PORTCADE_PORT, PORTCADE_DATA_DIR and others; see docs/operations.md.

Exit codes
${codes.join("\n")}
`;
