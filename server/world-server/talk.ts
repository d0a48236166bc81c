import { BuiltFrame } from "#adapters/ws/frames.ts";
import { limits } from "#shared/limits.ts";
import { encode } from "#shared/protocol/frame.ts";
import type { RulesEntity } from "#shared/world-rules.ts";
import type { Player } from "./player.ts";
import type { Simulation } from "./simulation.ts";

/** What is said in a world, and what answers when it is spoken to. */
export class Talk {
  readonly #simulation: Simulation;
  readonly #listeners: Iterable<Player>;

  /** `listeners` are those who are shown the world, whoever they are just then. */
  constructor(simulation: Simulation, listeners: Iterable<Player>) {
    this.#simulation = simulation;
    this.#listeners = listeners;
  }

  /** Aloud: those hear it who have the speaker before them, and the speaker. */
  say(entity: number, text: string): void {
    if (text === "") return;
    const frame = new BuiltFrame(encode({ type: "bubble", entity, text }));
    for (const player of this.#listeners) if (player.sees(this.#simulation, entity)) player.tell(frame);
  }

  /** A player has said something. */
  sayAs(admission: string, text: string): void {
    const speaker = this.#simulation.avatarOf(admission);
    if (speaker) this.say(speaker.entity, text);
  }

  /** A player speaks to something or touches it. A character of the map answers that player alone. */
  interact(player: Player, re: number, entity: number): RulesEntity | undefined {
    const found = this.#simulation.entityInReach(player.avatar, entity);
    if ("refusal" in found) {
      player.say({ type: "interact.denied", re, entity, reason: found.refusal });
      return undefined;
    }
    player.say({ type: "interacted", re, entity });
    player.attend(entity);
    const text = this.#simulation.dialogOf(entity).slice(0, limits.chatLength);
    if (text !== "") player.say({ type: "bubble", entity, text });
    return found.entity;
  }
}
