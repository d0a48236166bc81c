import type { Admission } from "#core/session/session.ts";
import type { Travel } from "#core/travel/travel.ts";
import type { World } from "#core/world/world.ts";
import type { Transition } from "#engine/ports.ts";
import type { Inside } from "#world-server/door-state.ts";
import type { Auditor } from "../auditor.ts";
import type { Page } from "../client.ts";
import { laws } from "../laws.ts";
import type { Player } from "../player.ts";

/** After trouble has ended and every bound has passed. */
export function atRest(auditor: Auditor): void {
  for (const player of auditor.seen.players) isSomewhere(auditor, player);
  isQuiet(auditor);
}

/**
 * So much is said in a second by a process (its heartbeat, its deadline, its saves) and for everybody who is known (a
 * save in three, an audit in one, chat): a half more than in calm weather.
 */
const wordsOfProcess = 3;
const wordsOfSession = 2;
/** Once by everybody who arrives, where a world came back late, and by everybody whose tab is closed and whose time is up. */
const wordsOfArrival = 20;
const wordsOfEnding = 6;
const redeemsOfArrival = 3;

/** L10: what happens now is what calm people and processes cause, and nobody knocks again and again. */
function isQuiet(auditor: Auditor): void {
  const { now, seen, sinceHeal, breach } = auditor;
  const { redeems, arrivals } = sinceHeal;
  const { at, events, arrivals: arrivedBefore, sessions: sessionsBefore } = sinceHeal.calm;
  const seconds = (now - at) / 1000;
  const sessions = auditor.sessions().length;
  const newcomers = Math.min(arrivals - arrivedBefore, sessions);
  const endings = Math.max(0, sessionsBefore - sessions);
  const most =
    seconds * (wordsOfProcess * seen.processes.size + wordsOfSession * sessions) +
    wordsOfArrival * newcomers +
    wordsOfEnding * endings;
  const happened = auditor.events - events;
  if (happened > most)
    breach("L10", `${happened} things happen in ${seconds} s, where ${Math.round(most)} would do`);
  if (redeems > redeemsOfArrival * Math.max(arrivals, seen.players.length))
    breach("L10", `${redeems} redeems led to ${arrivals} arrivals since all is well`);
}

/**
 * L10: tries, once all is well. Who has waited the whole time for a world that still rests, and asks once more, is as
 * slow as that world and not noise.
 */
export function onRedeem(
  { now, seen, sinceHeal, isSettled, ledger, states }: Auditor,
  event: Transition,
): void {
  const { cause, previous } = event;
  const since = now - (ledger.redeemedAt.get(cause) ?? now);
  ledger.redeemedAt.set(cause, now);
  if (!isSettled) return;
  const target = (previous as Travel | undefined)?.journey.target.world;
  const phase = new Map(states<World>("world")).get(`world:${target}`)?.phase;
  const isResting = phase === "resting" || phase === "cooling";
  if (!isResting || since < seen.circumstances.limits.redeemMs) sinceHeal.redeems++;
}

/** L1: whoever wants to play, plays: page, world and master agree where. */
function isSomewhere(auditor: Auditor, { page }: Player): void {
  const { world, session, control, travel } = page.journey;
  const known = whereabouts(auditor, session?.id);
  if (isPreparing(auditor, page)) return;
  const isPlaying = known.avatar?.isActive === true && known.avatar.connection !== undefined;
  if (isPlaying && world?.isLive === true && world.key === known.admission?.world) return;
  const believed = { control: control.phase, travel: travel?.phase, world, session: session?.id };
  auditor.breach("L1", `${page.id} believes ${JSON.stringify(believed)}; so it is: ${JSON.stringify(known)}`);
}

/** Packs take the time they take: whose was long on the way, and has only just come, is still on the way too. */
function isPreparing({ now }: Auditor, { journey, longPackAt }: Page): boolean {
  const phase = journey.travel?.phase;
  const isOnTheWay = phase === "preparing" || phase === "redeeming" || phase === "entering";
  return isOnTheWay && now < longPackAt + laws.L6.boundMs;
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
