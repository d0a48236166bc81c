import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { visible } from "#adapters/log/escape.ts";
import type { Layout } from "../layout.ts";
import { type CaddyfileCommand, type Edge, isFrom, readCaddyfileCommand } from "./caddyfile-arguments.ts";
import { exitCodes } from "./exit-codes.ts";

type Wanted = Exclude<CaddyfileCommand, { name: "help" }>;

/** What the shipped Caddyfile takes from outside: `{$NAME}` or `{$NAME:otherwise}`. */
const place = /\{\$(PORTCADE_[A-Z_]+)(?::([^}]*))?\}/g;

/** Does what `portcade caddyfile …` asks for; returns the exit code. */
export function runCaddyfile({ caddyfile }: Layout, wanted: Wanted): number {
  let template: string;
  try {
    template = readFileSync(caddyfile, "utf8");
  } catch (error) {
    return refuse(
      `${caddyfile} cannot be read (${codeOf(error)}); it lies at the top of a checkout, and of the archive of a release`,
    );
  }
  return wanted.act === "self-test" ? testItself(template) : render(template, wanted);
}

/**
 * The shipped Caddyfile with values in their places.
 *
 * @throws Error when it has a place that nothing is known for
 */
export function renderCaddyfile(template: string, { host, email, sockets, port, caddy }: Edge): string {
  const values: Readonly<Record<string, string | undefined>> = {
    PORTCADE_GAME_HOST: host,
    PORTCADE_ACME_EMAIL: email ?? "",
    PORTCADE_SOCKETS: sockets,
    PORTCADE_PORT: port === undefined ? undefined : String(port),
    PORTCADE_CADDY_ADMIN: undefined,
    PORTCADE_CADDY_STREAMS: caddy && isFrom(caddy, [2, 7]) ? "stream_close_delay 5m" : "",
  };
  return (
    template
      .split("\n")
      // What explains the places has nothing to say where there are none.
      .filter((line) => !/^#(?: {3}PORTCADE_(?:GAME_HOST|ACME|PORT |SOCKETS|CADDY)|$)/.test(line))
      .map((line) =>
        line
          .replace(/ All it takes from outside:$/, "")
          .replace(/^# `portcade caddyfile` .* The master/, "# The master"),
      )
      .map((line) =>
        line.replace(place, (_, name: string, otherwise: string | undefined) => {
          const value = Object.hasOwn(values, name) ? (values[name] ?? otherwise) : undefined;
          if (value === undefined)
            throw new Error(`the Caddyfile has a place for ${name}, which is unknown here`);
          return value;
        }),
      )
      // An address that was not given, and options that this Caddy does not know.
      .filter(
        (line, index, lines) =>
          line !== '\temail ""' && !(line.trim() === "" && lines[index - 1]?.endsWith("{")),
      )
      .join("\n")
      .replace(/ \{\n\t+\}\n/g, "\n")
  );
}

function render(template: string, { edge, output }: Extract<Wanted, { act: "render" }>): number {
  const text = renderCaddyfile(template, edge);
  if (output === undefined) process.stdout.write(text);
  else {
    const next = `${output}.next`;
    try {
      writeFileSync(next, text);
      renameSync(next, output);
    } catch (error) {
      rmSync(next, { force: true });
      return refuse(`${output} cannot be written (${codeOf(error)}); it is as it was`);
    }
  }
  // Not among the lines of the file.
  process.stderr.write(`${visible(`CADDYFILE_RENDERED host=${edge.host} output=${output ?? "-"}`)}\n`);
  return exitCodes.clean.code;
}

const goodWords = [
  ["--host", "play.example.org"],
  ["--host", "play.example.org", "--email", "me@example.org", "--sockets", "/srv/worlds", "--port", "8000"],
  ["--host", "localhost", "--caddy-version", "v2.8.4 h1:abc="],
];
const badWords = [
  [],
  ["--host", "play.example.org {"],
  ["--host", "10.0.0.1"],
  ["--host", "Play.example.org"],
  ["--host", "play.example.org", "--email", 'me@example.org"'],
  ["--host", "play.example.org", "--sockets", "worlds"],
  ["--host", "play.example.org", "--port", "0"],
  ["--host", "play.example.org", "--caddy-version", "2.5.1"],
];

/** Renders for good words, and not for bad ones; without a Caddy, which can be asked by `caddy validate`. */
function testItself(template: string): number {
  for (const words of goodWords) {
    const read = readCaddyfileCommand(["caddyfile", ...words]);
    if (typeof read === "string" || read.name !== "caddyfile" || read.act !== "render")
      return refuse(`${words.join(" ")} is not understood`);
    if (renderCaddyfile(template, read.edge).includes("{$"))
      return refuse(`${words.join(" ")} leaves a place empty`);
  }
  for (const words of badWords)
    if (typeof readCaddyfileCommand(["caddyfile", ...words]) !== "string")
      return refuse(`${words.join(" ")} is not refused`);
  process.stdout.write(
    `CADDYFILE_RENDERED self_test=pass rendered=${goodWords.length} refused=${badWords.length}\n`,
  );
  return exitCodes.clean.code;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown";
}

function refuse(line: string): number {
  process.stderr.write(`${visible(line)}\n`);
  return exitCodes.badArguments.code;
}
