import { parseArgs } from "node:util";
import { type BackupKind, backupKinds } from "#adapters/sqlite/backup-kinds.ts";

export type BackupCommand =
  /** One is wanted; `to` a folder of its own. */
  | { name: "backup"; act: "ask"; kind: "asked" | "before-deploy"; to?: string | undefined; isJson: boolean }
  | { name: "backup"; act: "list"; isJson: boolean }
  /** What a master starts to have one made. */
  | { name: "backup"; act: "make"; kind: BackupKind }
  | { name: "restore"; backup: string; dataDir?: string | undefined }
  | { name: "help" };

const options = {
  to: { type: "string" },
  "before-deploy": { type: "boolean" },
  json: { type: "boolean" },
  kind: { type: "string" },
  "data-dir": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];

const takes: Readonly<Record<string, readonly (keyof Values)[]>> = {
  backup: ["to", "before-deploy", "json"],
  "backup list": ["json"],
  "backup make": ["kind"],
  restore: ["data-dir"],
};

/**
 * Reads `backup …` and `restore …`.
 *
 * @returns a text that says what is wrong, where something is
 */
export function readBackupCommand(argv: readonly string[]): BackupCommand | string {
  let given;
  try {
    given = parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch (error) {
    return (error as Error).message;
  }
  const { values, positionals } = given;
  if (values.help) return { name: "help" };
  const [name = "", second, third] = positionals;
  const isAct = name === "backup" && (second === "list" || second === "make");
  const what = isAct ? `${name} ${second}` : name;
  const odd = Object.keys(values).find((option) => !takes[what]?.some((taken) => taken === option));
  if (odd !== undefined) return `${what} takes no --${odd}`;
  const left = isAct || name === "restore" ? third : second;
  if (left !== undefined)
    return `${what} takes no ${JSON.stringify(left)}${what === "backup" ? "; --to names the folder to make" : ""}`;
  if (name === "restore") return readRestore(second, values);
  return readAct(isAct ? second : "ask", values);
}

function readRestore(backup: string | undefined, values: Values): BackupCommand | string {
  if (backup === undefined) return "restore needs a backup; see portcade backup list";
  return { name: "restore", backup, dataDir: values["data-dir"] };
}

function readAct(act: string, values: Values): BackupCommand | string {
  const isJson = values.json ?? false;
  if (act === "list") return { name: "backup", act, isJson };
  if (act === "ask") {
    const kind = values["before-deploy"] ? "before-deploy" : "asked";
    return { name: "backup", act, kind, to: values.to, isJson };
  }
  const kind = backupKinds.find((known) => known === values.kind);
  if (kind === undefined)
    return `--kind is ${JSON.stringify(values.kind)}; allowed: ${backupKinds.join(", ")}`;
  return { name: "backup", act: "make", kind };
}
