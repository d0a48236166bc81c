import type { Link } from "#adapters/ws/link.ts";
import type { FromPlayer, ToPlayer } from "#shared/protocol/client-world.ts";
import { encode } from "#shared/protocol/frame.ts";
import { encodeSnapshot } from "#shared/protocol/snapshot.ts";
import type { CloseName } from "#shared/protocol/close-codes.ts";
import type { Simulation } from "./simulation.ts";

/** One player's connection, and what it has been shown of the world. */
export class Player {
  readonly #link: Link<FromPlayer>;
  readonly #lagBytes: number;
  readonly #known = new Set<number>();
  #generation: number | undefined;

  /** Nothing is shown to a player who has more than `lagBytes` still to read: the next one will be newer. */
  constructor(link: Link<FromPlayer>, lagBytes: number) {
    this.#link = link;
    this.#lagBytes = lagBytes;
  }

  say(message: ToPlayer): void {
    this.#link.send(encode(message));
  }

  close(why: CloseName): void {
    this.#link.close(why);
  }

  /** Who came into view and who left it since the last time, then where everybody is. */
  show(simulation: Simulation, admission: string): void {
    if (this.#link.bufferedBytes > this.#lagBytes) return;
    if (simulation.generation !== this.#generation) this.#introduce(simulation);
    const snapshot = simulation.takeSnapshot(admission);
    if (snapshot) this.#link.send(encodeSnapshot(snapshot));
  }

  #introduce(simulation: Simulation): void {
    const visible = simulation.visible();
    const ids = new Set(visible.map(({ id }) => id));
    const enter = visible.filter(({ id }) => !this.#known.has(id));
    const leave = [...this.#known].filter((id) => !ids.has(id));
    for (const { id } of enter) this.#known.add(id);
    for (const id of leave) this.#known.delete(id);
    this.#generation = simulation.generation;
    if (enter.length > 0 || leave.length > 0) this.say({ type: "entities", enter, leave });
  }
}
