import { parseArgs } from "node:util";

export type Command =
  | { name: "start"; keepWorlds: boolean; logFormat?: string | undefined }
  | { name: "world"; key?: string | undefined; logFormat?: string | undefined }
  | { name: "version" }
  | { name: "help" }
  /** What was asked for is not there; one line says so. */
  | { name: "wrong"; problem: string };

export const commandNames = ["start", "world", "version", "help"] as const;

/** @param argv what stands after the program's name */
export function readCommand(argv: readonly string[]): Command {
  let given;
  try {
    given = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        "keep-worlds": { type: "boolean", default: false },
        "log-format": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
        version: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    return wrong((error as Error).message);
  }
  const { values, positionals } = given;
  const [name = "start", ...rest] = positionals;
  const logFormat = values["log-format"];
  if (values.help) return { name: "help" };
  if (values.version) return { name: "version" };
  if (logFormat !== undefined && logFormat !== "text" && logFormat !== "json")
    return wrong(`--log-format is ${JSON.stringify(logFormat)}; allowed: text, json`);
  if (rest.length > (name === "world" ? 1 : 0))
    return wrong(`${name} takes no ${JSON.stringify(rest.at(-1))}`);
  switch (name) {
    case "start":
      return { name, keepWorlds: values["keep-worlds"], logFormat };
    case "world":
      return { name, key: rest[0], logFormat };
    case "version":
    case "help":
      return { name };
    default:
      return wrong(`there is no command ${JSON.stringify(name)}; commands: ${commandNames.join(", ")}`);
  }
}

function wrong(problem: string): Command {
  return { name: "wrong", problem: problem.split("\n")[0] ?? "" };
}
