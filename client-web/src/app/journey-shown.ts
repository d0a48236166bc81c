import type { Refusal } from "#shared/refusal.ts";
import type { Journey, Shown } from "./journey-state.ts";
import type { Prompt, View } from "./view.ts";

/** Failures the client mends by itself are not worth a word before they have lasted a little. */
const triesBeforeSaying = 3;
/** Dials follow each other faster than requests: 2.3 s at the middle of their spread, 0.9 s for the quieter word. */
const dialsBeforeSaying = 5;
const dialsBeforeNoting = 3;
/** A master says so while it starts, stops or cannot save: it is asked again, and nobody need answer a dialog. */
const passing: readonly Refusal[] = ["shutting_down", "try_later"];

/** What the page shows of a journey. `state` is the page's `data-state`. */
export function show(journey: Journey): Shown {
  const { world, session, travel, problem, isSavingPaused } = journey;
  return {
    state: stateOf(journey),
    world: world && { key: world.key, name: world.name },
    worlds: session?.worlds,
    player: session && { name: session.name, guest: session.guest },
    prompt: promptOf(journey),
    problem,
    isSavingPaused,
    isMasterAway: isMasterAway(journey),
    ...drainOf(journey),
    update: updateOf(journey),
    cause: travel && "lease" in travel ? travel.lease.cause : undefined,
    lost: world?.isLive === false ? journey.lost : undefined,
    isChatUp: journey.control.phase === "up",
    preparing:
      travel?.phase === "preparing"
        ? { world: travel.lease.world, name: travel.lease.name, pack: travel.pack }
        : undefined,
  };
}

/** When and where to the world on screen is emptied. */
function drainOf({ world, draining, session }: Journey): Pick<Shown, "drainsAt" | "drainsTo"> {
  const isHere = world?.isLive === true && draining?.lease === world.lease;
  const { by, target } = isHere ? draining : {};
  return { drainsAt: by, drainsTo: target && (session?.worlds[target] ?? target) };
}

/** A page that was loaded for that very version would come again as it is. */
function updateOf({ update, options }: Journey): string | undefined {
  return update === options.version || update === options.pageVersion ? undefined : update;
}

function stateOf({ control, session, travel, world }: Journey): View["state"] {
  if ("prompt" in control && control.prompt) return "rejected";
  if (!session) return "connecting";
  const isInSomeWorld = world?.isLive === true || (travel?.phase === "entering" && travel.isLive);
  if (control.phase !== "up" && !isInSomeWorld) return "offline";
  if (travel && "attempt" in travel) return "traveling";
  return isInSomeWorld && travel?.phase !== "preparing" ? "in-world" : "preparing";
}

/** A connection that is back at once is not worth a word. */
function isMasterAway({ control, world }: Journey): boolean {
  if (!world?.isLive || !("tries" in control)) return false;
  return control.tries >= dialsBeforeNoting || (control.phase === "waiting" && control.isNamed === true);
}

function promptOf({ control, session, world, tries }: Journey): Prompt | undefined {
  if (control.phase === "halted") return control.prompt;
  if (control.phase === "up")
    return !world?.isLive && tries >= triesBeforeSaying ? { kind: "world_disconnected" } : undefined;
  if (control.prompt) return control.prompt;
  // Whoever plays is not stopped by a master that cannot be had just now.
  if (world?.isLive) return undefined;
  const reason = control.phase === "waiting" ? control.reason : undefined;
  if (reason && !passing.includes(reason)) return { kind: "connection_rejected", reason };
  if (control.tries < dialsBeforeSaying) return undefined;
  return { kind: session ? "connection_lost" : "server_offline" };
}
