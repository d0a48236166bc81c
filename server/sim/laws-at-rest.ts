import type { Auditor } from "./laws.ts";
import type { Player } from "./player.ts";

/** After trouble has ended and every bound has passed. */
export function atRest(auditor: Auditor): void {
  for (const player of auditor.seen.players) isSomewhere(auditor, player);
}

/** L1: whoever wants to play, plays: page, world and master agree where. */
function isSomewhere(auditor: Auditor, { page }: Player): void {
  const { world, session, control, travel } = page.journey;
  const state = session && new Map(auditor.sessions()).get(`session:${session.id}`);
  const admission = state && "admission" in state ? state.admission : undefined;
  const launch = admission && auditor.seen.processes.get(admission.launch.slice("launch:".length));
  const avatar = admission && launch?.door.inside.get(admission.id);
  const isPlaying = world?.isLive === true && world.key === admission?.world && avatar?.isActive === true;
  if (isPlaying && avatar.connection !== undefined) return;
  const page_ = `${page.id} ${control.phase} ${travel?.phase ?? "-"} in ${world?.key}${world?.isLive ? "" : " (gone)"}`;
  const master = `${state?.phase ?? "no session"} in ${admission?.world} as ${admission?.id}`;
  auditor.breach("L1", `${page_}; master: ${session?.id} ${master}; avatar: ${JSON.stringify(avatar)}`);
}

/** L2: after everybody has left nothing is left: no machine, no process, nobody counted in. */
export function atTheEnd(auditor: Auditor): void {
  const { processes, master, circumstances } = auditor.seen;
  if (processes.size > 0) auditor.breach("L2", `processes left: ${[...processes.keys()].join(", ")}`);
  const left = [...master.engine.states()].filter(([address]) => !/^(lobby|channel):/.test(address));
  if (left.length > 0)
    auditor.breach("L2", `machines left: ${left.map(([id, { phase }]) => `${id} ${phase}`).join(", ")}`);
  const lobby = new Map(master.engine.states("lobby")).get("lobby:main") as { inside: number } | undefined;
  if (lobby && lobby.inside !== 0) auditor.breach("L2", `${lobby.inside} of nobody counted in`);
  isCalm(auditor, circumstances.crash === 0 && circumstances.kill === 0 && circumstances.habits.login === 0);
}

/** L8: where nothing goes wrong nothing is refused. */
function isCalm(auditor: Auditor, mayCheck: boolean): void {
  const { circumstances } = auditor.seen;
  const { habits, freeze, cut, halfOpen, clog, jam, unwilling, packFails, stop } = circumstances;
  const trouble = freeze + cut + halfOpen + clog + jam + unwilling + packFails + stop;
  const whims = habits.cancel + habits.reload + habits.duplicate + habits.cheat;
  if (!mayCheck || trouble + whims > 0) return;
  const refusals = [...auditor.counts].filter(([name]) => name.startsWith("refusal "));
  if (refusals.length > 0) auditor.breach("L8", `refused in calm weather: ${JSON.stringify(refusals)}`);
}
