import { parseArgs } from "node:util";

/** What a Caddyfile is rendered with; checked, so that each can stand in one as it is. */
export interface Edge {
  /** The public name of the game. */
  readonly host: string;
  readonly email?: string | undefined;
  /** The folder of the worlds' sockets. */
  readonly sockets?: string | undefined;
  /** The master's. */
  readonly port?: number | undefined;
  /** Caddy's own, as major and minor. */
  readonly caddy?: readonly [major: number, minor: number] | undefined;
}

export type CaddyfileCommand =
  | { name: "caddyfile"; act: "render"; edge: Edge; output?: string | undefined }
  | { name: "caddyfile"; act: "self-test" }
  | { name: "help" };

const options = {
  host: { type: "string" },
  email: { type: "string" },
  sockets: { type: "string" },
  port: { type: "string" },
  "caddy-version": { type: "string" },
  output: { type: "string" },
  "self-test": { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** The last part begins with a letter: an address gets no certificate. */
const hostPattern = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)*(?=[a-z])${label}$`);
const emailPattern = /^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;
const folderPattern = /^(?:\/[A-Za-z0-9._-]+)+$/;

/**
 * Reads `caddyfile …`.
 *
 * @returns a text that says what is wrong, where something is
 */
export function readCaddyfileCommand(argv: readonly string[]): CaddyfileCommand | string {
  let given;
  try {
    given = parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (error) {
    return (error as Error).message;
  }
  const { values, positionals } = given;
  if (values.help) return { name: "help" };
  const left = positionals[1];
  if (left !== undefined) return `caddyfile takes no ${JSON.stringify(left)}`;
  if (values["self-test"])
    return Object.keys(values).length > 1
      ? "--self-test stands alone"
      : { name: "caddyfile", act: "self-test" };
  const edge = readEdge(values);
  return typeof edge === "string" ? edge : { name: "caddyfile", act: "render", edge, output: values.output };
}

function readEdge(values: Values): Edge | string {
  const { host, email, sockets, port } = values;
  if (host === undefined) return "caddyfile needs --host, the public name of the game";
  if (!hostPattern.test(host))
    return `--host is ${JSON.stringify(host)}; allowed: a name in small letters, such as play.example.org`;
  if (email !== undefined && !emailPattern.test(email))
    return `--email is ${JSON.stringify(email)}; allowed: an address, such as me@example.org`;
  if (sockets !== undefined && !folderPattern.test(sockets))
    return `--sockets is ${JSON.stringify(sockets)}; allowed: a path from the root, of letters, digits, ".", "_" and "-"`;
  if (port !== undefined && !(/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535))
    return `--port is ${JSON.stringify(port)}; allowed: 1 to 65535`;
  const caddy = readCaddyVersion(values["caddy-version"]);
  if (typeof caddy === "string") return caddy;
  return { host, email, sockets, port: port === undefined ? undefined : Number(port), caddy };
}

/** As `caddy version` prints it: `2.6.2`, or `v2.8.4 h1:…`. */
function readCaddyVersion(given: string | undefined): Edge["caddy"] | string {
  if (given === undefined) return undefined;
  const [, major = "", minor = ""] = /^v?(\d{1,4})\.(\d{1,4})(?:[.\s-].*)?$/.exec(given) ?? [];
  const version = [Number(major), Number(minor)] as const;
  return isFrom(version, [2, 6])
    ? version
    : `--caddy-version is ${JSON.stringify(given)}; allowed: 2.6 and newer`;
}

/** Whether a version is another one, or a newer one. */
export function isFrom(version: readonly [number, number], first: readonly [number, number]): boolean {
  return version[0] > first[0] || (version[0] === first[0] && version[1] >= first[1]);
}
