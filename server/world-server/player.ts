import { type BuiltFrame, frameInPlace, headRoom, opcodes } from "#adapters/ws/frames.ts";
import type { Link } from "#adapters/ws/link.ts";
import type { FromPlayer, ToPlayer } from "#shared/protocol/client-world.ts";
import { encode } from "#shared/protocol/frame.ts";
import type { CloseName } from "#shared/protocol/close-codes.ts";
import type { Avatar } from "./avatar.ts";
import type { FrameBytes } from "./replication/frame-bytes.ts";
import type { View } from "./replication/view.ts";
import type { Simulation } from "./simulation.ts";

/** A whole state may be a hundred times what asks for it, so more often nobody gets one by asking. */
const restartSeconds = 1;

/** One player's connection, the avatar it steers, and what it has been shown of the world. */
export class Player {
  /** Whom it steers; absent before the ticket was good and after the player departed. */
  avatar: Avatar | undefined;
  readonly #link: Link<FromPlayer>;
  readonly #lagBytes: number;
  #view: View | undefined;
  /** It has lost track, and when it may be shown the whole state again; seconds of the world. */
  #isLost = false;
  #restartAt = 0;

  /** Nothing is shown to a player who has more than `lagBytes` still to read: the next one will be newer. */
  constructor(link: Link<FromPlayer>, lagBytes: number) {
    this.#link = link;
    this.#lagBytes = lagBytes;
  }

  say(message: ToPlayer): void {
    this.#link.send(encode(message));
  }

  /** What many are told alike. */
  tell(frame: BuiltFrame): void {
    this.#link.send(frame);
  }

  close(why: CloseName): void {
    this.#link.close(why);
  }

  /** It is shown the world from now on. */
  watch(simulation: Simulation): void {
    if (this.avatar) this.#view ??= simulation.replication.open(this.avatar.entity);
  }

  /** Whether it has an entity before it; its own it always has. */
  sees(simulation: Simulation, entity: number): boolean {
    if (!this.#view) return false;
    return entity === this.avatar?.entity || simulation.replication.sees(this.#view, entity);
  }

  /** What it is told of before others when not all can be. */
  attend(entity: number): void {
    if (this.#view) this.#view.focus = entity;
  }

  /** It steers nobody and is shown nothing any more. */
  leave(simulation: Simulation): void {
    if (this.#view) simulation.replication.close(this.#view);
    this.#view = undefined;
    this.avatar = undefined;
  }

  /**
   * Sends what the player does not know yet: one frame, one write. `frame` is used again for the next player.
   * False when nothing was sent because too much waits already.
   */
  show(simulation: Simulation, frame: FrameBytes): boolean {
    if (!this.avatar || !this.#view) return true;
    if (this.#link.bufferedBytes > this.#lagBytes) return false;
    this.#restart(simulation, this.#view);
    frame.at = headRoom;
    simulation.write(frame, this.#view, this.avatar);
    const start = frameInPlace(frame.bytes, headRoom, frame.at, opcodes.binary);
    if (!this.#link.sendFramed(frame.bytes, start, frame.at)) frame.renew();
    return true;
  }

  /** It is shown the whole state with the next send; within a second of the one before, when that is over. */
  restart(): void {
    this.#isLost = true;
  }

  #restart(simulation: Simulation, view: View): void {
    if (!this.#isLost || simulation.seconds < this.#restartAt) return;
    this.#isLost = false;
    this.#restartAt = simulation.seconds + restartSeconds;
    simulation.replication.restart(view);
  }
}
