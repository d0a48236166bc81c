import type { Launch } from "#core/world/launch.ts";
import type { Memory } from "#core/world/memory.ts";
import type { Transition } from "#engine/ports.ts";
import { type Address, idOf } from "#shared/address.ts";
import type { Auditor } from "../auditor.ts";
import { betweenEnginesMs } from "../laws.ts";
import type { Ledger } from "../ledger.ts";
import { stepsIn } from "../marks.ts";

/** Laws about what worlds want remembered, checked at the moment it is said and kept. */

/** S24: of two launches of a world the one that takes newcomers is believed, and what was done before anybody came to it. */
export function noteWords({ ledger }: Auditor, { id, body, previous, state }: Transition): void {
  if (body.type === "expect" && previous !== state) ledger.follows.delete(id);
  const launch = previous as Launch | undefined;
  const { type, ...said } = body as { type: string; text?: string; state?: string };
  const text = ["state", "catch.up"].includes(type)
    ? said.text
    : type === "lastWords"
      ? said.state
      : undefined;
  if (text === undefined) return;
  if (type === "catch.up") noteMisled(ledger, id, text);
  else if (ledger.liars.has(id)) ledger.lies.add(text);
  if (launch?.drain?.isSucceeded || launch?.isHeir) return;
  const known = ledger.words.get(id) ?? new Set();
  ledger.words.set(id, known.add(text));
}

function noteMisled(ledger: Ledger, launch: Address, text: string): void {
  if (ledger.lies.has(text)) ledger.misled.add(launch);
}

/** S24: what is remembered is what was said last. S21: and no more than may be. */
export function onMemory(auditor: Auditor, event: Transition): void {
  const { ledger, breach, seen } = auditor;
  const { id, state, input, cause } = event;
  const { limits } = seen.circumstances;
  const text = (state as Memory | undefined)?.text;
  const world = idOf(id);
  const known = ledger.memories.get(world) ?? "";
  // It may be newer: what a master wrote as it was killed, nobody heard of. A world that lies forgets what it likes.
  const isLie = text !== undefined && ledger.lies.has(text);
  if (input === "recall" && !isLie && stepsIn(text ?? "") < stepsIn(known))
    breach("S24", `${id} is ${text}, which was ${known}`);
  if (input === "recall") ledger.recalled.set(cause, text);
  if (text === undefined) return;
  if (text.length > limits.worldStateLength) breach("S21", `${id} is ${text.length} characters long`);
  ledger.memories.set(world, text);
  if (input === "keep") onKeep(auditor, world, { before: known, text, cause });
}

interface Keep {
  readonly before: string;
  readonly text: string;
  readonly cause: Address;
}

/**
 * S24: nobody is believed whom nobody asked; what a launch says goes on from what the one before it had said, and has
 * done since. Between engines the words of two launches overtake each other, and what a killed one decided is not seen.
 */
function onKeep(auditor: Auditor, world: string, { before, text, cause }: Keep): void {
  const { now, ledger, breach, seen } = auditor;
  // A world that lies may forget what it likes, and whoever takes a lie over has nothing to go on from.
  if (ledger.liars.has(cause)) ledger.said.delete(world);
  const isOne = seen.master.engine.count === 1;
  const isSeen = isOne || !auditor.hasRestartedSince(now - betweenEnginesMs);
  if (isSeen && !ledger.words.get(cause)?.has(text))
    breach("S24", `${world} remembers ${text} by the word of ${cause}, which does not take newcomers`);
  if (!isOne || ledger.liars.has(cause) || ledger.misled.has(cause) || ledger.lies.has(text)) return;
  if (stepsIn(text) < stepsIn(before))
    breach("S24", `${world} remembers ${text} by the word of ${cause}, and remembered ${before}`);
  const owed = ledger.owed.get(cause) ?? 0;
  if (stepsIn(text) < owed)
    breach("S24", `${world} remembers ${text}: ${owed} steps were taken before anybody came to ${cause}`);
}
