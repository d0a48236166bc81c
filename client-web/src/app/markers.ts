import type { Journey, JourneyEffect, JourneyInput } from "./journey-state.ts";
import { show } from "./journey-shown.ts";
import type { Prompt } from "./view.ts";

/** VirtuCade's console markers: its author's scripts look for these words. */

const titles: Readonly<Record<Exclude<Prompt["kind"], "confirm_host">, string>> = {
  update: "Game Updated",
  connection_lost: "Connection Lost",
  world_disconnected: "World Disconnected",
  server_offline: "Server Offline",
  connection_rejected: "Connection Rejected",
  site_refused: "Site Refused",
  continued_elsewhere: "You continued elsewhere",
};

/** The lines one step of the journey is worth. */
export function markersOf(
  before: Journey,
  input: JourneyInput,
  after: Journey,
  effects: readonly JourneyEffect[],
): string[] {
  return [...effects.flatMap((effect) => asked(effect, after)), ...turned(before, input, after)];
}

function asked(effect: JourneyEffect, { control, travel }: Journey): string[] {
  if (effect.type === "dial.control")
    return "tries" in control && control.tries > 0 ? [`MASTER_BOOTSTRAP_RETRY attempt=${control.tries}`] : [];
  if (effect.type !== "send.control") return [];
  const { message } = effect;
  if (message.type === "world.join" || message.type === "world.rejoin")
    return [`WORLD_JOIN_REQUEST key=${message.world}`];
  if (message.type !== "lease.redeem") return [];
  const attempt = travel && "attempt" in travel ? travel.attempt : 1;
  const word = attempt > 1 ? "WORLD_JOIN_RETRY" : "WORLD_JOIN_REQUEST";
  return [`${word} key=${message.world} lease=${message.lease} attempt=${attempt}`];
}

function turned(before: Journey, input: JourneyInput, after: Journey): string[] {
  return [
    ...packCancelled(before, input, after),
    ...connectRetried(before, after),
    ...prompted(before, after),
  ];
}

function packCancelled({ travel, problem }: Journey, input: JourneyInput, after: Journey): string[] {
  if (travel?.phase !== "preparing" || (after.travel && "lease" in after.travel)) return [];
  const line = `WORLD_PACK_CANCELED key=${travel.lease.world}`;
  if (input.type === "cancelTravel") return [`${line} reason=player`];
  const isExpired = after.problem !== problem && after.problem?.reason === "travel_lease_expired";
  return isExpired ? [`${line} reason=travel_lease_expiring`] : [];
}

function connectRetried({ travel }: Journey, after: Journey): string[] {
  if (travel?.phase !== "entering" || after.travel?.phase !== "pausing") return [];
  return [`WORLD_CONNECT_RETRY key=${travel.lease.world} attempt=${after.travel.attempt}`];
}

function prompted(before: Journey, after: Journey): string[] {
  const { prompt } = show(after);
  if (!prompt || prompt.kind === "confirm_host" || prompt.kind === show(before).prompt?.kind) return [];
  const message = prompt.kind === "connection_rejected" ? prompt.reason : prompt.kind;
  const line = `CONNECTION_PROMPT title=${titles[prompt.kind]} message=${message}`;
  if (prompt.kind !== "update") return [line];
  return [`PROJECT_VERSION_REJECTED client=${after.options.version} server=${prompt.server}`, line];
}
