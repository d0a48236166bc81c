import type { Journey, JourneyEffect, JourneyInput } from "./journey-state.ts";
import type { Telemetry } from "./telemetry.ts";
import type { ControlLine } from "./control-line.ts";
import { noLine, type NetworkStats } from "./view.ts";
import type { Visit } from "./visit.ts";

/** What of a journey is counted and timed, under VirtuCade's names. */

type On<M extends { type: string }> = {
  readonly [T in M["type"]]?: (telemetry: Telemetry, message: Extract<M, { type: T }>, now: number) => void;
};

const heard: On<JourneyInput> = {
  "control.opened": (telemetry, _, now) => telemetry.stop("master_connect", now),
  "control.closed": (telemetry) => telemetry.count("master_disconnected"),
  "control.heard": (telemetry, { message }, now) => {
    // A journey nobody asked a portal for is timed from its lease.
    if (message.type === "lease" && !telemetry.isRunning("transfer")) telemetry.start("transfer", now);
    if (message.type === "denied") telemetry.count("world_join_failed");
    if (message.type !== "ticket") return;
    telemetry.count("world_join_approved");
    telemetry.stop("world_join_ticket", now);
  },
  "world.opened": (telemetry, _, now) => {
    telemetry.count("world_connect_succeeded");
    telemetry.stop("world_connect", now);
  },
  "world.closed": (telemetry, _, now) => {
    telemetry.count("world_disconnected");
    telemetry.start("world_disconnect_recovery", now);
  },
  "world.live": (telemetry, _, now) => {
    telemetry.count("transfer_succeeded");
    for (const name of ["world_ready", "transfer", "world_disconnect_recovery"]) telemetry.stop(name, now);
  },
  "pack.ready": (telemetry, _, now) => {
    telemetry.count("world_pack_ready");
    telemetry.stop("world_pack_prepare", now);
  },
  "pack.failed": (telemetry) => telemetry.count("world_pack_failed"),
};

const asked: On<JourneyEffect> = {
  "dial.control": (telemetry, _, now) => telemetry.start("master_connect", now),
  "dial.world": (telemetry, _, now) => {
    telemetry.start("world_ready", now);
    telemetry.start("world_connect", now);
  },
  "pack.prepare": (telemetry, _, now) => {
    telemetry.count("world_pack_started");
    telemetry.start("world_pack_prepare", now);
  },
  "send.world": (telemetry, { message }, now) => {
    if (message.type !== "portal.use") return;
    telemetry.count("transfer_requested");
    telemetry.start("transfer", now);
  },
  "send.control": (telemetry, { message }, now) => {
    if (message.type === "chat.send") telemetry.start("chat_echo", now);
    if (message.type !== "lease.redeem") return;
    telemetry.count("world_join_requested");
    telemetry.start("world_join_ticket", now);
  },
};

/** One step of the journey: what it heard, and what it asked for. */
export function measure(
  telemetry: Telemetry,
  input: JourneyInput,
  effects: readonly JourneyEffect[],
  now: number,
): void {
  const tell = <M extends { type: string }>(table: On<M>, message: M): void => {
    const entry = table[message.type as M["type"]] as ((t: Telemetry, m: M, now: number) => void) | undefined;
    entry?.(telemetry, message, now);
  };
  tell<JourneyInput>(heard, input);
  for (const effect of effects) tell<JourneyEffect>(asked, effect);
}

/** What the network overlay shows, from the lines as they are. */
export function networkOf(
  { session }: Journey,
  now: Pick<NetworkStats, "pack" | "transferMs" | "line"> & {
    readonly control: ControlLine | undefined;
    readonly visit: Visit | undefined;
  },
): NetworkStats {
  const { control, visit, ...rest } = now;
  return {
    ...(visit?.stats ?? noLine),
    ...rest,
    masterMs: control?.pingMs,
    masterBuffered: control?.buffered ?? 0,
    worlds: Object.keys(session?.worlds ?? {}).length,
  };
}

export function gaugesOf(journey: Journey, network: NetworkStats): Record<string, number | string> {
  return { role: "client", ...journeyGauges(journey), ...networkGauges(network) };
}

function journeyGauges({ world, travel, control, portal }: Journey): Record<string, number | string> {
  const isUp = Number(control.phase === "up");
  return {
    active_world: world?.key ?? "none",
    connecting_world: travel?.phase === "entering" ? travel.lease.world : "none",
    transfer_in_progress: Number(travel !== undefined && "lease" in travel),
    master_connected: isUp,
    world_connected: Number(world?.isLive === true),
    chat_connected: isUp,
    pending_join: Number(travel?.phase === "redeeming" || travel?.phase === "entering"),
    pending_transfer: Number(portal !== undefined),
    travel_lease_keepalive: Number(travel?.phase === "preparing"),
  };
}

function networkGauges(network: NetworkStats): Record<string, number> {
  const { masterMs = 0, worldMs = 0, transferMs = 0, pack } = network;
  return {
    routes: network.worlds,
    client_master_last_msec: masterMs,
    client_master_ping_msec: masterMs,
    client_world_last_msec: worldMs,
    client_world_ping_msec: worldMs,
    master_ws_outbound_buffered_bytes: network.masterBuffered,
    world_ws_outbound_buffered_bytes: network.worldBuffered,
    last_world_pack_bytes: pack.bytes,
    last_world_pack_msec: pack.ms,
    last_transfer_msec: transferMs,
    interpolation_delay_msec: network.delayMs,
    interpolation_starved: network.starved,
    snapshots_skipped: network.skipped,
    prediction_corrections: network.corrections,
    prediction_correction_largest_units: network.largestCorrection,
    world_received_bytes_per_sec: network.receivedPerSecond,
    world_sent_bytes_per_sec: network.sentPerSecond,
    entities: network.entities,
  };
}
