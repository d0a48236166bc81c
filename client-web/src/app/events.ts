import type { Cause, ToClient } from "#shared/protocol/client-master.ts";
import { lostCode } from "./control-line.ts";
import type { Journey, JourneyEffect, JourneyInput } from "./journey-state.ts";
import type { Problem } from "./view.ts";

/** What becomes of a player, for whoever watches from outside: tests, bots, measurements. `world` is a world's key. */
export type ClientEvent =
  /** Welcomed by a master. `isResumed`: the session is the one of before. */
  | { readonly type: "control.up"; readonly session: string; readonly isResumed: boolean }
  /** The control socket is gone; another one is dialled. 1006 when nobody said why. */
  | { readonly type: "control.lost"; readonly code: number }
  /** On screen and playing. `lease` is the journey that led there; the player stands at x, y. */
  | {
      readonly type: "arrived";
      readonly world: string;
      readonly lease: string;
      readonly cause: Cause;
      readonly x?: number | undefined;
      readonly y?: number | undefined;
    }
  /** A world socket was closed by the other side, or died. `isShown`: it is the one of the world on screen. */
  | {
      readonly type: "world.closed";
      readonly world: string;
      readonly code: number;
      readonly isShown: boolean;
    }
  /** The master says that the player is in that world no longer. */
  | {
      readonly type: "world.lost";
      readonly world: string;
      readonly reason: Extract<ToClient, { type: "world.lost" }>["reason"];
    }
  /** The world will be emptied. */
  | { readonly type: "draining"; readonly world: string; readonly inMs: number }
  | { readonly type: "chat"; readonly name: string; readonly text: string }
  /** Something was refused or failed, and the player was told. */
  | { readonly type: "problem"; readonly about: Problem["about"]; readonly reason: Problem["reason"] };

/** The events one step of the journey is worth, in order. */
export function eventsOf(
  before: Journey,
  input: JourneyInput,
  after: Journey,
  effects: readonly JourneyEffect[],
): ClientEvent[] {
  return [
    ...closed(before, input),
    ...controlOf(before, input, after),
    ...heard(input, after),
    ...effects.flatMap((effect) => (effect.type === "chat" ? [{ type: effect.type, ...effect.line }] : [])),
    ...arrival(before, after),
    ...refusal(before, after),
  ];
}

function controlOf(before: Journey, input: JourneyInput, after: Journey): ClientEvent[] {
  const [was, is] = [before, after].map(({ control }) => control.phase === "up");
  if (was && !is)
    return [{ type: "control.lost", code: input.type === "control.closed" ? input.code : lostCode }];
  if (input.type !== "control.heard" || input.message.type !== "welcome" || was || !is) return [];
  return [{ type: "control.up", session: input.message.session, isResumed: input.message.resumed }];
}

function closed({ world, travel }: Journey, input: JourneyInput): ClientEvent[] {
  if (input.type !== "world.closed") return [];
  const { dial, code } = input;
  if (world?.dial === dial) return [{ type: input.type, world: world.key, code, isShown: true }];
  if (travel?.phase !== "entering" || travel.dial !== dial) return [];
  return [{ type: input.type, world: travel.lease.world, code, isShown: false }];
}

function heard(input: JourneyInput, after: Journey): ClientEvent[] {
  if (input.type !== "control.heard" || after.control.phase !== "up") return [];
  const { message } = input;
  if (message.type === "world.lost")
    return [{ type: message.type, world: message.world, reason: message.reason }];
  if (message.type !== "notice" || message.notice !== "world_draining") return [];
  const { world = "", inMs = 0 } = message;
  return [{ type: "draining", world, inMs }];
}

function arrival({ world: was, travel }: Journey, { world }: Journey): ClientEvent[] {
  if (!world?.isLive || world.dial === was?.dial || travel?.phase !== "entering") return [];
  return [{ type: "arrived", world: world.key, lease: world.lease, cause: travel.lease.cause }];
}

function refusal({ problem: was }: Journey, { problem }: Journey): ClientEvent[] {
  if (!problem || problem.key === was?.key) return [];
  return [{ type: "problem", about: problem.about, reason: problem.reason }];
}
