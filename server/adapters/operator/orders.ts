import { z } from "zod";
import type { Refusal } from "#shared/refusal.ts";
import { worldKey } from "#shared/protocol/parts.ts";

/** How long the players of the old launch have, milliseconds; the master's own default when absent. */
const noticeMs = z.int().min(1).optional();

/** What may be asked of a running master: one JSON line, and one of these per connection. */
export const order = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("world.list") }),
  z.strictObject({ type: z.literal("backup"), kind: z.enum(["asked", "before-deploy"]) }),
  z.strictObject({ type: z.literal("world.upgrade"), world: worldKey, noticeMs }),
  z.strictObject({ type: z.literal("world.drain"), world: worldKey, noticeMs, to: worldKey.optional() }),
]);
export type Order = z.infer<typeof order>;

/** One life of a world's process. */
export interface LaunchReport {
  readonly launch: string;
  readonly phase: string;
  readonly pid?: number | undefined;
  readonly players: number;
  /** Of the files it was started with, shortened; unknown for one that an earlier master started. */
  readonly build?: string | undefined;
  /** Of the pack its players need, shortened. */
  readonly pack?: string | undefined;
  /** It is to take over, and nobody is sent to it before. */
  readonly isHeir?: true;
  /** Nobody new comes; whoever is left in `leftMs` is moved to the world `to`. */
  readonly drains?: { readonly to: string; readonly leftMs: number };
}

/** A world as an operator sees it. */
export interface WorldReport {
  readonly key: string;
  /** `asleep` while no process of it lives and none is wanted. */
  readonly phase: string;
  readonly players: number;
  readonly launches: readonly LaunchReport[];
  /** Of the files on the disk: what the next launch is. */
  readonly build?: string | undefined;
  /** Launches in a row that failed, why the last one did, and when the next one is tried. */
  readonly failures?: number | undefined;
  readonly cause?: string | undefined;
  readonly retryMs?: number | undefined;
}

/** What the master answers, one JSON object a line; everything but `progress` is the last word. */
export type Answer =
  | {
      type: "progress";
      step: "starting" | "testing" | "draining" | "copying" | "checking" | "keeping";
      launch?: string | undefined;
      inMs?: number | undefined;
      players?: number;
      /** Of the copying. */
      percent?: number | undefined;
    }
  | { type: "done"; launch?: string | undefined; draining?: readonly LaunchReport[] }
  /** A backup lies there, `bytes` in all. */
  | { type: "backedUp"; folder: string; bytes: number }
  | { type: "failed"; reason: Refusal; cause?: string | undefined }
  | { type: "worlds"; worlds: readonly WorldReport[] };
