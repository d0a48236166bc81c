import type { Answer, LaunchReport, Order, WorldReport } from "#adapters/operator/orders.ts";
import { showDuration } from "./duration.ts";
import { exitCodes } from "./exit-codes.ts";

type Failed = Extract<Answer, { type: "failed" }>;
type Progress = Extract<Answer, { type: "progress" }>;
type Done = Extract<Answer, { type: "done" }>;
type WorldOrder = Extract<Order, { world: string }>;

/** What a person reads of an answer. */
export function linesOf(order: Order, answer: Answer, isFirst: boolean): string[] {
  if (answer.type === "worlds") return table(answer.worlds);
  if (answer.type === "backedUp" || order.type === "backup") return backupWords(answer);
  if (order.type === "world.list") return answer.type === "failed" ? failed(answer) : [];
  const [line, ...more] = sentences(order, answer, isFirst);
  return [`${order.world}: ${line}`, ...more];
}

function sentences(
  order: WorldOrder,
  answer: Exclude<Answer, { type: "worlds" | "backedUp" }>,
  isFirst: boolean,
): string[] {
  if (answer.type === "failed") return failed(answer);
  if (answer.type === "progress") return [progress(order, answer)];
  return isFirst
    ? ["done; nothing of it ran, and the next launch is of what lies on the disk"]
    : done(order, answer);
}

/** How a backup goes, whoever makes it. */
export function backupWords(answer: Answer): string[] {
  if (answer.type === "backedUp") return [`BACKUP_DONE folder=${answer.folder} bytes=${answer.bytes}`];
  if (answer.type === "failed") return [`no backup was made: ${answer.cause ?? answer.reason}`];
  if (answer.type !== "progress") return [];
  if (answer.step === "copying") return [`copying, ${answer.percent ?? 0} %`];
  return answer.step === "checking" ? ["checking the copies"] : [];
}

function progress(order: WorldOrder, { step, launch = "", inMs, players = 0 }: Progress): string {
  if (step === "starting") return `launch ${launch} starts`;
  if (step === "testing") return `launch ${launch} proves itself`;
  if (inMs === undefined) return `${counted(players)} left`;
  const target = order.type === "world.drain" ? order.to : undefined;
  return `nobody is let in; ${counted(players)} there, to be moved to ${target ?? "it"} in ${showDuration(inMs)}`;
}

function done(order: WorldOrder, { launch, draining = [] }: Done): string[] {
  if (order.type === "world.drain" && order.to !== undefined)
    return ["done; its launch has ended, and the next player starts another"];
  return [
    `done; launch ${launch ?? ""} takes the newcomers`,
    ...draining.map(({ launch, players, drains }) =>
      players === 0
        ? `Launch ${launch} is empty and ends.`
        : `Of launch ${launch} ${counted(players)} will be moved to it in ${showDuration(drains?.leftMs ?? 0)}.`,
    ),
  ];
}

function failed({ reason, cause }: Failed): string[] {
  const why = cause === undefined ? undefined : causeInWords(cause);
  if (reason === "invalid_world")
    return [why ?? "there is no such world to do this with; see portcade world list"];
  if (reason === "too_many_requests") return ["too much is being asked at once; order it again"];
  if (reason === "bad_request") return [why ?? "the master does not know this order"];
  if (reason === "world_unavailable")
    return [
      `failed: ${why ?? "the launch could not be used"}`,
      "Nothing has changed for its players. The launch's own lines in the master's log say more; mend it and try again.",
    ];
  if (reason === "try_later")
    return [
      `not now: ${why ?? "it is starting, or something else is being done with it"}`,
      "Look at portcade world list, and order it again.",
    ];
  return [`failed: ${why ?? reason}`];
}

const causes: Readonly<Record<string, string>> = {
  start_timeout: "it was not ready in time (PORTCADE_WORLD_START_TIMEOUT_SECONDS)",
  heartbeat_timeout: "it fell silent and was ended",
  test_timeout: "its self-test took too long",
  version_mismatch: "it is of another version than the master",
  link_lost: "its process ended, or lost its connection to the master",
  SIGKILL: "it was killed (SIGKILL; the system does so when memory runs out)",
};

/** Why a launch ended, as a sentence goes on; a cause that is not known stands for itself. */
function causeInWords(cause: string): string {
  const code = /^exit ([0-9]+)$/.exec(cause)?.[1];
  const exit = Object.values(exitCodes).find((known) => String(known.code) === code);
  if (exit) return `it ended with ${code}: ${exit.meaning}`;
  const fault = /^test_failed: (.*)$/s.exec(cause)?.[1];
  return fault === undefined ? (causes[cause] ?? cause) : `its self-test failed: ${fault}`;
}

const counted = (players: number): string => (players === 1 ? "1 player" : `${players} players`);

/** One line per launch; a world without one has a line too. */
function table(worlds: readonly WorldReport[]): string[] {
  const head = ["world", "phase", "launch", "state", "players", "build", "pack", ""];
  const rows = [head, ...worlds.flatMap(rowsOf)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function rowsOf(world: WorldReport): string[][] {
  const { key, phase, launches, failures, cause, retryMs, build } = world;
  const trouble =
    failures === undefined
      ? []
      : [
          `failed ${failures === 1 ? "once" : `${failures} times`}`,
          ...(cause === undefined ? [] : [causeInWords(cause)]),
          ...(retryMs === undefined ? [] : [`tried again in ${showDuration(retryMs)}`]),
        ];
  const rows = launches.map((launch, index) => {
    const notes = [...notesOf(launch, build), ...(index === 0 ? trouble : [])];
    return [
      index === 0 ? key : "",
      index === 0 ? phase : "",
      launch.launch,
      launch.phase,
      String(launch.players),
      launch.build ?? "?",
      launch.pack ?? "?",
      notes.join("; "),
    ];
  });
  return rows.length > 0 ? rows : [[key, phase, "", "", "0", build ?? "?", "", trouble.join("; ")]];
}

function notesOf({ drains, isHeir, build }: LaunchReport, onDisk: string | undefined): string[] {
  const notes = [];
  if (isHeir) notes.push("is to take over");
  if (drains) notes.push(`players move to ${drains.to} in ${showDuration(drains.leftMs)}`);
  else if (build !== undefined && onDisk !== undefined && build !== onDisk)
    notes.push(`${onDisk} on the disk`);
  return notes;
}
