import type { Address } from "#shared/address.ts";
import type { Place } from "#shared/protocol/parts.ts";
import type { Turn } from "../inbox.ts";
import { end, placeFor, player, welcome } from "./attach.ts";
import { depart, spawnAt } from "./depart.ts";
import { parseName } from "./names.ts";
import type { Attached, Ending, Got, Identity, Naming, Session } from "./session.ts";

/** Guests, log-in and log-out. A change of identity is a journey like any other: to where that identity stood. */

export function renamed(
  state: Naming | Attached,
  { number, re }: Got<"named">,
  turn: Turn,
): Session | undefined {
  const identity = { name: `Guest-${number}` };
  if (state.phase === "naming") return enter(state, identity, turn);
  turn.send(player(turn), { type: "identity", re, name: identity.name, guest: true });
  return depart(
    become(state, identity, undefined),
    { cause: "logout", target: spawnAt(turn.facts.initialWorld, "default", turn) },
    turn,
  );
}

/** A new guest: welcomed first, then on the way to the initial world. */
function enter({ client, hello }: Naming, identity: { name: string }, turn: Turn): Session {
  turn.send("host:local", { type: "warm" });
  const state = welcome(
    { phase: "lobby", identity, client, resumeHash: "", durableAt: turn.now },
    hello,
    false,
    turn,
  );
  return depart(state, { cause: "first", target: spawnAt(turn.facts.initialWorld, "default", turn) }, turn);
}

export function login<S extends Attached>(state: S, { id, name }: Got<"login">, turn: Turn): S {
  const parsed = parseName(name);
  if (!parsed) turn.send(player(turn), { type: "denied", re: id, reason: "invalid_name" });
  else if (state.identity.account)
    turn.send(player(turn), { type: "denied", re: id, reason: "already_logged_in" });
  else turn.send(`account:${parsed.folded}`, { type: "claim", re: id, name: parsed.display });
  return state;
}

export function claimed(state: Attached, { re, name, place }: Got<"claimed">, turn: Turn): Session {
  const account = turn.from as Address<"account">;
  if (state.identity.account && state.identity.account !== account) {
    turn.send(account, { type: "release" });
    turn.send(player(turn), { type: "denied", re, reason: "already_logged_in" });
    return state;
  }
  turn.send(player(turn), { type: "identity", re, name, guest: false });
  const leaving = state.leaving === account ? undefined : state.leaving;
  const target =
    place && turn.facts.worlds.has(place.world) ? place : spawnAt(turn.facts.initialWorld, "default", turn);
  return depart(
    become({ ...state, leaving, durableAt: turn.now }, { name, account }, place),
    { cause: "login", target },
    turn,
  );
}

/** Where the old identity stood is not where the new one stands; an avatar still in a world keeps its own place. */
function become(state: Attached, identity: Identity, place: Place | undefined): Attached {
  const hasAvatar = "admission" in state && state.admission !== undefined;
  return { ...state, identity, place: hasAvatar ? state.place : place };
}

export function claimRefused<S extends Attached>(
  state: S,
  { re, reason }: Got<"claimRefused">,
  turn: Turn,
): S {
  turn.send(player(turn), { type: "denied", re, reason });
  return state;
}

/** The account stays with this session until its avatar has departed, so that the last steps are saved. */
export function logout<S extends Attached>(state: S, { id }: Got<"logout">, turn: Turn): S {
  const { account } = state.identity;
  if (!account || state.leaving) {
    turn.send(player(turn), { type: "denied", re: id, reason: account ? "try_later" : "not_logged_in" });
    return state;
  }
  turn.send("lobby:main", { type: "rename", re: id });
  if ("admission" in state && state.admission?.identity.account === account)
    return { ...state, leaving: account };
  // Nobody stands anywhere in this name yet: there are no last steps to wait for.
  turn.send(account, { type: "release" });
  return state;
}

/** The old avatar has departed, or never will: the account left behind is free, with its last steps. */
export function settled<S extends Attached>(state: S, input: Got<"settled">, turn: Turn): S {
  const { place, account, at } = input;
  const isNewest = turn.from === state.settling;
  const isHere = "admission" in state && state.admission !== undefined;
  const next = isNewest ? { ...state, settling: undefined, place: (isHere && at) || state.place } : state;
  const { leaving } = state;
  // The one that is being left may still stand, or stand anew; another journey's avatar has another's last steps.
  const stands = "admission" in state && state.admission?.identity.account === leaving;
  if (!leaving || stands || (account !== leaving && !isNewest)) return next;
  turn.send(leaving, { type: "release", place: account === leaving ? place : undefined });
  return { ...next, leaving: undefined };
}

/** How long the avatar's last save is waited for. */
const lastSaveMs = 1000;

/** Somebody logged in with this account elsewhere; they get the place where this player stands. */
export function takenOver(state: Attached, _: unknown, turn: Turn): Session | undefined {
  const account = turn.from as Address<"account">;
  const admission = "admission" in state ? state.admission : undefined;
  const isAvatar = admission?.identity.account === account;
  if (state.identity.account !== account) {
    turn.send(account, { type: "release", place: placeFor(state, account) });
    if (isAvatar)
      turn.send(admission.launch, { type: "kick", admission: admission.id, reason: "continued_elsewhere" });
    return state.leaving === account ? { ...state, leaving: undefined } : state;
  }
  if (state.client) turn.send(state.client, { type: "close", why: "continuedElsewhere" });
  end(state, turn, account);
  const ending: Ending | undefined = isAvatar
    ? { phase: "ending", account, admission, place: state.place, wakeAt: turn.now + lastSaveMs }
    : undefined;
  if (!ending) turn.send(account, { type: "release", place: placeFor(state, account) });
  return ending;
}

export function lastSaved(state: Ending, { admission, seq, place }: Got<"saved">, turn: Turn): Ending {
  const { id, launch, world } = state.admission;
  const isLast =
    admission === id && turn.from === launch && seq > state.admission.seq && place.world === world;
  return isLast ? { ...state, place, admission: { ...state.admission, seq } } : state;
}

export function handOver(state: Ending, { admission }: Got<"gone">, turn: Turn): Ending | undefined {
  return admission === state.admission.id && turn.from === state.admission.launch
    ? bequeath(state, turn)
    : state;
}

export function bequeath({ account, place }: Ending, turn: Turn): undefined {
  turn.send(account, { type: "release", place });
}
