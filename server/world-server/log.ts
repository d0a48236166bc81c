const levels = ["trace", "debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface LogOptions {
  readonly format: "json" | "text";
  /** Somebody reads along: figures for programs are left out. */
  readonly isTerminal?: boolean | undefined;
  readonly write: (line: string) => void;
}

/**
 * A world's log: one line per event. As JSON with `time level event world launch msg` and the event's own
 * fields; as text with time, key and `msg`. Tickets, tokens and names are never handed to it.
 */
export class Log {
  readonly #options: LogOptions;
  #least = levels.indexOf("info");
  #world: string | undefined;
  #launch: string | undefined;

  constructor(options: LogOptions) {
    this.#options = options;
  }

  /** From now on every line says whose it is. */
  identify(world: string, launch: string, level: string): void {
    this.#world = world;
    this.#launch = launch;
    const least = levels.findIndex((one) => one === level);
    if (least >= 0) this.#least = least;
  }

  /** `msg` is the marker line of the event where it has one. */
  info(event: string, msg: string = event, fields: Fields = {}): void {
    this.#line("info", event, msg, fields);
  }

  warn(event: string, msg: string, fields: Fields = {}): void {
    this.#line("warn", event, msg, fields);
  }

  error(event: string, msg: string, fields: Fields = {}): void {
    this.#line("error", event, msg, fields);
  }

  debug(event: string, fields: Fields = {}): void {
    this.#line("debug", event, event, fields);
  }

  #line(level: Level, event: string, msg: string, fields: Fields): void {
    if (levels.indexOf(level) < this.#least) return;
    const time = new Date().toISOString();
    const { format, write, isTerminal } = this.#options;
    if (isTerminal && event === "perf.sampled") return;
    if (format === "text") return write(`${time} [${this.#world ?? "spare"}] ${printable(msg)}\n`);
    write(
      `${JSON.stringify({ time, level, event, world: this.#world, launch: this.#launch, ...fields, msg })}\n`,
    );
  }
}

/** A marker line: `NAME key=value …`; spaces inside a value become `_`. */
export function marker(name: string, fields: Fields): string {
  const words = Object.entries(fields).map(
    ([key, value]) => `${key}=${String(value ?? "").replaceAll(/\s/g, "_")}`,
  );
  return [name, ...words].join(" ");
}

/** One line stays one line, whatever is in it. */
function printable(text: string): string {
  return text
    .replaceAll(/\p{C}/gu, (letter) => JSON.stringify(letter).slice(1, -1))
    .replaceAll(/[\u2028\u2029]/g, " ");
}
