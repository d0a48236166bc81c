import type { Admission } from "#core/session/session.ts";
import type { Inside } from "#world-server/door-state.ts";
import type { Auditor } from "../auditor.ts";
import type { Player } from "../player.ts";

/** After trouble has ended and every bound has passed. */
export function atRest(auditor: Auditor): void {
  for (const player of auditor.seen.players) isSomewhere(auditor, player);
}

/** L1: whoever wants to play, plays: page, world and master agree where. */
function isSomewhere(auditor: Auditor, { page }: Player): void {
  const { world, session, control, travel } = page.journey;
  const known = whereabouts(auditor, session?.id);
  const isPlaying = known.avatar?.isActive === true && known.avatar.connection !== undefined;
  if (isPlaying && world?.isLive === true && world.key === known.admission?.world) return;
  const believed = { control: control.phase, travel: travel?.phase, world, session: session?.id };
  auditor.breach("L1", `${page.id} believes ${JSON.stringify(believed)}; so it is: ${JSON.stringify(known)}`);
}

/** What the master knows of a session, and the avatar that the world really has for it. */
function whereabouts(auditor: Auditor, session: string | undefined): Whereabouts {
  const state = new Map(auditor.sessions()).get(`session:${session}`);
  const admission = state && "admission" in state ? state.admission : undefined;
  if (!admission) return { phase: state?.phase };
  const launch = auditor.seen.processes.get(admission.launch.slice("launch:".length));
  return { phase: state?.phase, admission, avatar: launch?.door.inside.get(admission.id) };
}

interface Whereabouts {
  readonly phase: string | undefined;
  readonly admission?: Admission | undefined;
  readonly avatar?: Inside | undefined;
}

/** L2: after everybody has left nothing is left: no machine, no process, nobody counted in. */
export function atTheEnd(auditor: Auditor): void {
  const { processes, master } = auditor.seen;
  if (processes.size > 0) auditor.breach("L2", `processes left: ${[...processes.keys()].join(", ")}`);
  const left = [...master.engine.states()].filter(([address]) => !/^(lobby|channel):/.test(address));
  if (left.length > 0)
    auditor.breach("L2", `machines left: ${left.map(([id, { phase }]) => `${id} ${phase}`).join(", ")}`);
  const lobby = new Map(master.engine.states("lobby")).get("lobby:main") as { inside: number } | undefined;
  if (lobby && lobby.inside !== 0) auditor.breach("L2", `${lobby.inside} of nobody counted in`);
  isCalm(auditor);
}

/** L8: where nothing goes wrong nothing is refused. */
function isCalm(auditor: Auditor): void {
  if (auditor.seen.circumstances.suite !== "calm") return;
  const refusals = [...auditor.counts].filter(([name]) => name.startsWith("refusal "));
  if (auditor.cells.has("travel.departing.deadline"))
    auditor.breach("L8", "a healthy world did not let go in time");
  if (refusals.length > 0) auditor.breach("L8", `refused in calm weather: ${JSON.stringify(refusals)}`);
}
