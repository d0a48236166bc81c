import { limits } from "../limits.ts";
import type { FromLaunch, LaunchFrame, Roster } from "./launch-master.ts";

/** Names in one frame: as many as fit when all of them are as long as they may be. */
const partItems = limits.arrayItems;

/**
 * A launch's end of one control connection: a roster leaves in as many frames as it takes, and one that
 * says what the last one said leaves as a word. `register` always says it all, so a new connection starts anew.
 */
export class RosterParts {
  #told: string | undefined;

  framesOf(message: FromLaunch): LaunchFrame[] {
    if (message.type !== "register" && message.type !== "heartbeat") return [message];
    const told = JSON.stringify(message.roster);
    if (message.type === "heartbeat" && told === this.#told) return [{ type: "heartbeat" }];
    this.#told = told;
    const [roster = message.roster, ...rest] = cut(message.roster);
    return [
      { ...message, roster, ...(rest.length > 0 && { more: rest.length }) },
      ...rest.map((part): LaunchFrame => ({ type: "roster.part", roster: part })),
    ];
  }
}

type Reporting = Extract<LaunchFrame, { type: "register" | "heartbeat" }>;

/** The master's end: whole rosters come out. One whose last part never comes decides nothing. */
export class RosterWhole {
  #last: Roster | undefined;
  #begun: { readonly message: Reporting; readonly parts: Roster[]; missing: number } | undefined;

  /** A message with its whole roster, `waiting` while parts are to come, `astray` for a part nobody waits for. */
  take(frame: LaunchFrame): FromLaunch | "waiting" | "astray" {
    if (frame.type === "roster.part") return this.#add(frame.roster);
    if (this.#begun) return "astray";
    if (frame.type !== "register" && frame.type !== "heartbeat") return frame;
    const roster = frame.roster ?? this.#last;
    if (!roster) return "astray";
    if (frame.more === undefined) return this.#whole(frame, roster);
    this.#begun = { message: frame, parts: [roster], missing: frame.more };
    return "waiting";
  }

  #add(part: Roster): FromLaunch | "waiting" | "astray" {
    const begun = this.#begun;
    if (!begun) return "astray";
    begun.parts.push(part);
    if (--begun.missing > 0) return "waiting";
    this.#begun = undefined;
    return this.#whole(begun.message, {
      inside: begun.parts.flatMap(({ inside }) => inside),
      expected: begun.parts.flatMap(({ expected }) => expected),
    });
  }

  #whole(message: Reporting, roster: Roster): FromLaunch {
    this.#last = roster;
    const { more: _, ...rest } = message;
    return { ...rest, roster };
  }
}

function cut({ inside, expected }: Roster): Roster[] {
  const parts: Roster[] = [];
  for (let from = 0; from < inside.length + expected.length; from += partItems)
    parts.push({
      inside: inside.slice(from, from + partItems),
      expected: expected.slice(
        Math.max(0, from - inside.length),
        Math.max(0, from + partItems - inside.length),
      ),
    });
  return parts;
}
