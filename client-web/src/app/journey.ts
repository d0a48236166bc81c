import type { ToClient } from "#shared/protocol/client-master.ts";
import { ask } from "./journey-ask.ts";
import { closed, dial, hasten, opened, rejected, retry, wakeControl, welcomed } from "./journey-control.ts";
import type {
  Instant,
  Journey,
  JourneyInput,
  JourneyOptions,
  JourneyStep,
  Resume,
  Turn,
} from "./journey-state.ts";
import {
  arrived,
  cancel,
  denied,
  leased,
  packFailed,
  packReady,
  refreshed,
  strand,
  taken,
  ticketed,
  travelWakeAt,
  wakeGivenBack,
  wakeTravel,
} from "./journey-travel.ts";
import { noticed } from "./journey-notices.ts";
import {
  interact,
  usePortal,
  wakePortal,
  worldClosed,
  worldDrawn,
  worldHeard,
  worldLive,
  worldLost,
  worldOpened,
} from "./journey-world.ts";

type Handler<I> = (journey: Journey, input: I, turn: Turn) => Journey;

const handlers: { [T in JourneyInput["type"]]: Handler<Extract<JourneyInput, { type: T }>> } = {
  "control.opened": opened,
  "control.closed": closed,
  "control.heard": (journey, { dial, message }, turn) =>
    "dial" in journey.control && journey.control.dial === dial ? hear(journey, message, turn) : journey,
  "world.opened": worldOpened,
  "world.closed": worldClosed,
  "world.heard": worldHeard,
  "world.live": worldLive,
  "world.drawn": worldDrawn,
  "pack.ready": packReady,
  "pack.failed": packFailed,
  wake: (journey, _, turn) => wakes.reduce((next, wake) => wake(next, turn), journey),
  login: (journey, { name }, turn) => ask(journey, "login", { type: "login", name }, turn),
  logout: (journey, _, turn) => ask(journey, "login", { type: "logout" }, turn),
  say: (journey, { text }, turn) => ask(journey, "chat", { type: "chat.send", text }, turn),
  usePortal,
  interact,
  cancelTravel: (journey, _, turn) => cancel(journey, turn),
  retry: (journey, _, turn) => hurry(retry(journey, turn), turn),
  online: (journey, _, turn) => hasten(journey, turn),
  woke: (journey, _, turn) => hasten(journey, turn),
};

const wakes: readonly ((journey: Journey, turn: Turn) => Journey)[] = [
  wakeControl,
  wakeTravel,
  wakeGivenBack,
  wakePortal,
];

/** What the master may say at any time; `welcome` and `rejected` answer the greeting. */
const hearers: { [T in ToClient["type"]]: Handler<Extract<ToClient, { type: T }>> } = {
  welcome: welcomed,
  rejected,
  ok: (journey, message) => taken(answered(journey, message.re), message),
  denied: (journey, message, turn) => denied(taken(journey, message), message, turn),
  identity: (journey, { re, name, guest }) => ({
    ...answered(journey, re),
    session: journey.session && { ...journey.session, name, guest },
  }),
  lease: leased,
  "lease.refreshed": refreshed,
  ticket: ticketed,
  arrived,
  "world.lost": worldLost,
  "chat.line": (journey, { line, name, text }, turn) => {
    if (line <= journey.line) return journey;
    turn.effects.push({ type: "chat", line: { name, text } });
    return { ...journey, line };
  },
  notice: noticed,
  pong: (journey) => journey,
};

/** A page that has just been opened; `resume` is what an earlier page of this tab left behind. */
export function beginJourney(options: JourneyOptions, resume: Resume | undefined, at: Instant): JourneyStep {
  const blank: Journey = {
    options,
    control: { phase: "waiting", at: at.now, tries: 0 },
    resume,
    asked: new Map(),
    tries: 0,
    isSavingPaused: false,
    line: 0,
    lastId: 0,
  };
  return take(blank, at, (journey, turn) => dial(journey, 0, turn));
}

/** One input: the next journey, and what is to be done, in this order. */
export function stepJourney(journey: Journey, input: JourneyInput, at: Instant): JourneyStep {
  const handler = handlers[input.type] as Handler<JourneyInput>;
  return take(journey, at, (before, turn) => settle(handler(before, input, turn), turn));
}

/** When `wake` is due; `undefined` when nothing happens by itself. */
export function wakeAt(journey: Journey): number | undefined {
  const { control, portal, givenBack } = journey;
  const controlAt = control.phase === "waiting" ? control.at : "until" in control ? control.until : undefined;
  const againAt = control.phase === "up" ? givenBack?.until : undefined;
  const times = [controlAt, travelWakeAt(journey), againAt, portal?.until].filter(
    (time) => time !== undefined,
  );
  return times.length > 0 ? Math.min(...times) : undefined;
}

function take(journey: Journey, at: Instant, move: (journey: Journey, turn: Turn) => Journey): JourneyStep {
  let { lastId } = journey;
  const turn: Turn = { now: at.now, luck: at.luck, effects: [], id: () => ++lastId };
  const next = move(journey, turn);
  return { journey: next.lastId === lastId ? next : { ...next, lastId }, effects: turn.effects };
}

/** Whatever happened: a player with a master and without a world is on the way to one. */
function settle(journey: Journey, turn: Turn): Journey {
  const { control, travel, world } = journey;
  return control.phase === "up" && !travel && !world?.isLive ? strand(journey, turn) : journey;
}

function hear(journey: Journey, message: ToClient, turn: Turn): Journey {
  // A newer master may say what this client does not know.
  const hearer = hearers[message.type] as Handler<ToClient> | undefined;
  if (!hearer) return journey;
  const isGreeting = message.type === "welcome" || message.type === "rejected";
  if (!isGreeting && journey.control.phase !== "up") return journey;
  return hearer(
    "seq" in message && !isGreeting ? numbered(journey, message.seq, turn) : journey,
    message,
    turn,
  );
}

/** What has been received need not be told again after a resume. */
function numbered(journey: Journey, seq: number, turn: Turn): Journey {
  if (!journey.resume || seq <= journey.resume.seq) return journey;
  const resume: Resume = { ...journey.resume, seq };
  turn.effects.push({ type: "remember", resume });
  return { ...journey, resume };
}

function answered(journey: Journey, re: number | undefined): Journey {
  if (re === undefined || !journey.asked.has(re)) return journey;
  const asked = new Map(journey.asked);
  asked.delete(re);
  return { ...journey, asked };
}

/** A stranded player who asks for it is tried again at once. */
function hurry(journey: Journey, turn: Turn): Journey {
  const { travel } = journey;
  return travel?.phase === "stranded" ? { ...journey, travel: { ...travel, at: turn.now } } : journey;
}
