import type { Address } from "#shared/address.ts";
import type { Table } from "#shared/machine.ts";
import type { Turn } from "../inbox.ts";

/** The one channel everybody hears, `channel:all`. Volatile: chat goes on while nothing can be saved. */
export type Channel = {
  phase: "open";
  wakeAt?: undefined;
  /** Lines said so far. */
  lines: number;
  /** When each talker spoke within the window. */
  talkers: Readonly<Record<Address<"session">, readonly number[]>>;
};

export type ChannelInput =
  | {
      type: "say";
      session: Address<"session">;
      player: Address<"player">;
      name: string;
      text: string;
      re: number;
      /** Where the talker stands, for those who see them there. */
      avatar?: { launch: Address<"launch">; admission: string } | undefined;
    }
  | { type: "forget"; session: Address<"session"> };

export const channel: Table<Channel, ChannelInput, Turn> = {
  absent: { say: (_, input, turn) => say({ phase: "open", lines: 0, talkers: {} }, input, turn) },
  open: { say, forget },
};

function say(
  state: Channel,
  { session, player, name, text, re, avatar }: Extract<ChannelInput, { type: "say" }>,
  turn: Turn,
): Channel {
  const { chatLength, chatWindowMs, chatCount } = turn.facts.limits;
  const line = clean(text, chatLength);
  if (line === "") {
    turn.send(player, { type: "denied", re, reason: "chat_empty" });
    return state;
  }
  const spoken = (state.talkers[session] ?? []).filter((at) => at > turn.now - chatWindowMs);
  if (spoken.length >= chatCount) {
    turn.send(player, { type: "denied", re, reason: "chat_rate" });
    return state;
  }
  turn.send(player, { type: "ok", re });
  turn.send("audience:all", { type: "chat.line", line: state.lines + 1, name, text: line });
  if (avatar) turn.send(avatar.launch, { type: "bubble", admission: avatar.admission, text: line });
  return {
    ...state,
    lines: state.lines + 1,
    talkers: { ...state.talkers, [session]: [...spoken, turn.now] },
  };
}

function forget(state: Channel, { session }: Extract<ChannelInput, { type: "forget" }>): Channel {
  if (!(session in state.talkers)) return state;
  const { [session]: _, ...talkers } = state.talkers;
  return { ...state, talkers };
}

/** One line of plain text: controls and direction overrides become spaces, never longer than `length` units. */
function clean(text: string, length: number): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, " ").trim();
  if (plain.length <= length) return plain;
  // Never half a character at the end.
  return plain
    .slice(0, length)
    .replace(/[\uD800-\uDBFF]$/, "")
    .trimEnd();
}
