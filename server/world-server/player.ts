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
/** Who is behind has caught up when this share of what may wait is left: then what is sent next is soon there. */
const caughtUpShare = 1 / 4;
/** Who is behind for longer begins anew: nobody's id is kept from others for the sake of who never reads. */
const patienceSeconds = 5;

/** One player's connection, the avatar it steers, and what it has been shown of the world. */
export class Player {
  /** Whom it steers; absent before the ticket was good and after the player departed. */
  avatar: Avatar | undefined;
  readonly #link: Link<FromPlayer>;
  readonly #lagBytes: number;
  #view: View | undefined;
  /** What was prepared and is not sent yet: its payload in the frame, from here to there. */
  #payload = 0;
  #end = 0;
  /** It has lost track, and when it may be shown the whole state again; seconds of the world. */
  #isLost = false;
  #restartAt = 0;
  /** Since when too much waits for it; −1 while it keeps up. */
  #behindSince = -1;

  /** A player who has more than `lagBytes` still to read is shown nothing until most of it is read: the newest then. */
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
    this.#payload = 0;
  }

  /**
   * Writes what the player does not know yet behind what `frame` holds already; `send` sends it.
   * False when it was left out because too much waits to be read.
   */
  prepare(simulation: Simulation, frame: FrameBytes): boolean {
    if (!this.avatar || !this.#view) return true;
    if (this.#isBehind(simulation, this.#view)) return false;
    this.#restart(simulation, this.#view);
    frame.reserve(headRoom);
    frame.at += headRoom;
    this.#payload = frame.at;
    simulation.write(frame, this.#view, this.avatar);
    this.#end = frame.at;
    return true;
  }

  /** Sends what was prepared: one frame, one write. False when the memory of `frame` is kept until it has left. */
  send({ bytes }: FrameBytes): boolean {
    if (this.#payload === 0) return true;
    const start = frameInPlace(bytes, this.#payload, this.#end, opcodes.binary);
    this.#payload = 0;
    if (this.#link.bufferedBytes === 0) return this.#link.sendFramed(bytes, start, this.#end);
    // Who lags already would keep the memory of a whole slice with every frame.
    this.#link.sendFramed(bytes.slice(start, this.#end), 0, this.#end - start);
    return true;
  }

  /** It is shown the whole state with the next send; within a second of the one before, when that is over. */
  restart(): void {
    this.#isLost = true;
  }

  #isBehind({ seconds, replication }: Simulation, view: View): boolean {
    const most = this.#behindSince < 0 ? this.#lagBytes : this.#lagBytes * caughtUpShare;
    if (this.#link.bufferedBytes <= most) {
      this.#behindSince = -1;
      return false;
    }
    if (this.#behindSince < 0) this.#behindSince = seconds;
    if (seconds - this.#behindSince > patienceSeconds && view.send >= 0) replication.restart(view);
    return true;
  }

  #restart(simulation: Simulation, view: View): void {
    if (!this.#isLost || simulation.seconds < this.#restartAt) return;
    this.#isLost = false;
    this.#restartAt = simulation.seconds + restartSeconds;
    simulation.replication.restart(view);
  }
}
