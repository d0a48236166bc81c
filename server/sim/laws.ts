/**
 * Every law, in one place. `when` says how it is looked at: `action` at the moment something is done, `lasting` as a
 * condition that may not last longer than `boundMs`, `rest` once trouble has ended and every bound has passed, `end`
 * after everybody has left, `twice` by playing a seed again.
 */
export interface Law {
  readonly says: string;
  readonly when: "action" | "lasting" | "rest" | "end" | "twice";
  /** How long what is forbidden may last, or how much time what is demanded may take. */
  readonly boundMs?: number;
}

const seconds = (count: number): number => count * 1000;
/** Slowest detection: a half-open link to a world, its next registration, its next audit. */
const detectionMs = seconds(30);

/** Between engines a word may have to wait for one that is down or whose disk is busy: everything may last longer. */
export const betweenEnginesMs = seconds(10);

export const laws = {
  S1: { says: "a ticket admits one connection", when: "action" },
  S2: { says: "a session has one live avatar", when: "lasting", boundMs: detectionMs },
  S3: { says: "a hold has a journey", when: "lasting", boundMs: detectionMs },
  S4: { says: "a save counts only from the committed admission", when: "action" },
  S5: { says: "a world somebody is in or may come to is not stopped for being empty", when: "action" },
  S6: {
    says: "a launch has one connection, of its own process, to the newest master",
    when: "lasting",
    boundMs: seconds(20),
  },
  S7: { says: "a process has a launch that wants it", when: "lasting", boundMs: seconds(15) },
  S8: { says: "a live avatar's admission is the committed one", when: "lasting", boundMs: detectionMs },
  S9: {
    says: "an avatar's session exists, and so does the launch a session is in",
    when: "lasting",
    boundMs: detectionMs,
  },
  S10: { says: "an account is live in one session", when: "lasting", boundMs: 0 },
  S11: { says: "what is saved for an account is where its own avatar stood", when: "action" },
  S12: { says: "a world that answers is neither doubted nor killed", when: "action" },
  S13: { says: "a good ticket is not turned away", when: "action" },
  S14: { says: "a client hears of a ticket after its world did", when: "action" },
  S15: { says: "a session travels once at a time", when: "lasting", boundMs: 0 },
  S16: { says: "what has ended does not come back", when: "action" },
  S17: { says: "a player is where they arrived, and nowhere by anybody's word alone", when: "action" },
  S18: { says: "only the world a player is in moves them", when: "action" },
  S19: { says: "one launch of a world takes newcomers", when: "lasting", boundMs: 0 },
  S20: { says: "a port has one owner, and is one that may be had", when: "lasting", boundMs: 0 },
  S21: { says: "nothing holds more than it may", when: "lasting", boundMs: 0 },
  S22: { says: "an old connection moves nothing", when: "action" },
  S23: { says: "an older save does not replace a newer one", when: "action" },
  S24: {
    says: "what was acknowledged survives, and of a walk at most its last steps are lost",
    when: "action",
  },
  S25: { says: "no secret is written down", when: "action" },
  S26: { says: "a stranger causes nothing but a moment's connection", when: "lasting", boundMs: seconds(5) },
  S27: { says: "who enters has the pack of the launch they enter", when: "action" },
  S28: { says: "the same seed tells the same story", when: "twice" },
  L1: { says: "whoever wants to play plays, and all agree where", when: "rest" },
  L2: { says: "nothing is left: no journey, no launch, nobody counted in", when: "end" },
  L3: { says: "no avatar is left", when: "end" },
  L4: { says: "no process and no connection is left", when: "end" },
  L5: { says: "no session is left", when: "end" },
  L6: { says: "every request is answered", when: "lasting", boundMs: seconds(15) },
  L7: { says: "a world that failed comes back once it can", when: "lasting", boundMs: seconds(45) },
  L8: { says: "where nothing goes wrong nobody is refused or waits", when: "action", boundMs: seconds(3) },
  L9: {
    says: "a master that dies and comes back costs nobody their world or session",
    when: "lasting",
    boundMs: seconds(5),
  },
  L10: { says: "after trouble the noise dies down", when: "rest", boundMs: seconds(30) },
  L11: {
    says: "who waits for a world is let in with those who wait with them, and before who came later",
    when: "lasting",
    boundMs: seconds(2),
  },
  L12: {
    says: "a drain ends in time and no sooner, and its players are in a world",
    when: "lasting",
    boundMs: seconds(2),
  },
} as const satisfies Record<string, Law>;

export type LawId = keyof typeof laws;
