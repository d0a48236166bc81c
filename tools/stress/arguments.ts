import { parseArgs } from "node:util";

export const usage = `npm run stress -- --url wss://play.example.org/ [--clients 8] [--browsers 0] [--seconds 60]

Players without a screen, and real browsers where asked for, against a master that runs: each fetches the page, comes
in, walks, travels and talks until time is up, and leaves. What fails is told by phase.

  --url        the master's address, ws:// or wss://
  --page       where the page lies (the same host over http or https unless given)
  --clients    how many players without a screen, 0 to 1000
  --browsers   how many real browsers beside them, 0 to 20
  --seconds    how long they play; everybody makes one journey at least
  --gap        milliseconds from one to the next (250)
  --patience   seconds that anything may take (30)
  --json       a file for the figures

Exit codes: 0 passed, 2 something failed, 14 wrong arguments.
`;

export interface StressOptions {
  readonly master: string;
  readonly page: string;
  readonly clients: number;
  readonly browsers: number;
  readonly playMs: number;
  readonly gapMs: number;
  readonly patienceMs: number;
  readonly json?: string | undefined;
}

const options = {
  url: { type: "string" },
  page: { type: "string" },
  clients: { type: "string", default: "8" },
  browsers: { type: "string", default: "0" },
  seconds: { type: "string", default: "60" },
  gap: { type: "string", default: "250" },
  patience: { type: "string", default: "30" },
  json: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** @returns a text that says what is wrong where something is; an empty one when only help is wanted */
export function readArguments(argv: readonly string[]): StressOptions | string {
  let values;
  try {
    ({ values } = parseArgs({ args: [...argv], options }));
  } catch (error) {
    return (error as Error).message;
  }
  if (values.help) return "";
  const master = addressOf(values.url, /^wss?:$/);
  if (!master) return "--url is needed: ws://… or wss://…, where the master is reached";
  const page = addressOf(values.page ?? master.href.replace(/^ws/, "http"), /^https?:$/);
  if (!page) return "--page is http://… or https://…";
  const numbers = {
    clients: within(values.clients, 0, 1000),
    browsers: within(values.browsers, 0, 20),
    seconds: within(values.seconds, 0, 86_400),
    gap: within(values.gap, 0, 60_000),
    patience: within(values.patience, 1, 600),
  };
  for (const [name, value] of Object.entries(numbers))
    if (value === undefined) return `--${name} is ${JSON.stringify(values[name as keyof typeof numbers])}`;
  const { clients = 0, browsers = 0, seconds = 0, gap = 0, patience = 0 } = numbers;
  if (clients + browsers === 0) return "nobody is to play: --clients and --browsers are both 0";
  return {
    master: master.href,
    page: page.href,
    clients,
    browsers,
    playMs: seconds * 1000,
    gapMs: gap,
    patienceMs: patience * 1000,
    json: values.json,
  };
}

function addressOf(text: string | undefined, protocol: RegExp): URL | undefined {
  const url = text === undefined ? null : URL.parse(text);
  return url && protocol.test(url.protocol) ? url : undefined;
}

function within(text: string, least: number, most: number): number | undefined {
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
