import type { Address } from "#shared/address.ts";
import type { Turn } from "../inbox.ts";
import { player, welcome } from "./attach.ts";
import { moveOn } from "./depart.ts";
import type { Attached, Got, InWorld } from "./session.ts";

/** A player who was here before comes back, by the same page or by one that was loaded anew. */

/** A resume: the newest token takes the session over, whatever connection it had. */
export function reopen(state: Attached, { hello }: Got<"open">, turn: Turn): Attached {
  const client = turn.from as Address<"client">;
  const isKnown = hello.resumeHash === state.resumeHash || hello.resumeHash === state.previousHash;
  if (hello.resumeHash === undefined || !isKnown) {
    turn.send(client, { type: "resume.unknown" });
    return state;
  }
  if (hello.protocol === undefined) {
    turn.send(client, {
      type: "reject",
      re: hello.re,
      reason: "protocol_unsupported",
      close: "protocolUnsupported",
    });
    return state;
  }
  if (state.client !== undefined && state.client !== client)
    turn.send(state.client, { type: "close", why: "continuedElsewhere" });
  // Until the new token is known to have arrived, the one just shown is good for another try.
  const next = welcome(
    { ...state, client, wakeAt: undefined, previousHash: hello.resumeHash },
    hello,
    true,
    turn,
  );
  if (next.phase === "travelling") turn.send(next.travel, { type: "repeat" });
  const here = "admission" in next ? next.admission : undefined;
  // A page that was loaded anew has not heard it.
  if (here?.drain && here.drain.by > turn.now) {
    const { by, target } = here.drain;
    const inMs = by - turn.now;
    turn.send(player(turn), { type: "notice", notice: "world_draining", world: here.world, target, inMs });
  }
  if (hello.version !== turn.facts.version)
    turn.send(player(turn), { type: "notice", notice: "update_available", version: turn.facts.version });
  return next.phase === "inWorld" ? obeySummons(next, turn) : next;
}

/** Their world is emptied, and they were asked to go while they had no connection. */
function obeySummons(state: InWorld, turn: Turn): Attached {
  const { summons, launch, world } = state.admission;
  if (summons === undefined) return state;
  // What was done there since goes before them.
  if (summons === world) turn.send(launch, { type: "hand.over" });
  return moveOn(state, summons, turn);
}

/** The client has the newest token: the one before it opens nothing any more. */
export function welcomed<S extends Attached>(state: S, _: unknown, turn: Turn): S {
  return turn.from === state.client && state.previousHash !== undefined
    ? { ...state, previousHash: undefined }
    : state;
}
