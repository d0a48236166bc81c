import { idOf } from "#shared/address.ts";
import type { Envelope } from "./inbox.ts";

/** How a request is refused while nothing can be committed; `undefined` for facts, which wait instead. */
export function refusalOf({ to, from, body }: Envelope, id: string): Envelope | undefined {
  // Whoever stands in a portal is told now; later they may be anywhere.
  if (from.startsWith("launch-link:") && body.type === "portal")
    return {
      id,
      from: to,
      to: from as `launch-link:${string}`,
      body: { type: "unhold", admission: body.admission, request: body.request, reason: "try_later" },
    };
  if (!from.startsWith("client:")) return undefined;
  if (body.type === "open")
    return {
      id,
      from: to,
      to: from as `client:${string}`,
      body: { type: "reject", re: body.hello.re, reason: "try_later", close: "shuttingDown" },
    };
  if (!("id" in body) || typeof body.id !== "number") return undefined;
  return {
    id,
    from: to,
    to: `player:${idOf(to)}`,
    body: { type: "denied", re: body.id, reason: "try_later" },
  };
}

/** What the sender of a fact that waits is told, if it would give up otherwise. */
export function delayOf({ to, from, body }: Envelope, id: string, epoch: number): Envelope | undefined {
  if (body.type !== "register") return undefined;
  return { id, from: to, to: from as `launch-link:${string}`, body: { type: "registration.delayed", epoch } };
}

const lasting: ReadonlySet<string> = new Set(["saves", "left", "departed", "state"]);

/** A process whose last word on somebody waits to be written down keeps it until it is. */
export function doubtOf({ to, from, body }: Envelope, id: string): Envelope | undefined {
  if (!from.startsWith("launch-link:") || !lasting.has(body.type)) return undefined;
  return { id, from: to, to: from as `launch-link:${string}`, body: { type: "unsaved" } };
}

/**
 * How a world process learns that there is no room for what it says: its connection ends. It registers again and
 * says again what matters, and others are heard meanwhile. `undefined` for what nobody would say again.
 */
export function partingOf({ to, from, body }: Envelope, id: string): Envelope | undefined {
  if (!from.startsWith("launch-link:") || body.type === "linkClosed") return undefined;
  return {
    id,
    from: to,
    to: from as `launch-link:${string}`,
    body: { type: "close", why: "tooManyFrames" },
  };
}

const replaceable: ReadonlySet<string> = new Set(["heartbeat", "saves", "state", "deadline"]);

/** Waiting facts with the same name replace each other: only the newest roster and the newest saves matter. */
export function parkedAs({ id, from, to, body }: Envelope): string {
  if (body.type === "state") return `${from} ${to} state ${body.isFinal ? "final" : ""}`;
  // A process that comes again has lost the connection by which it came before.
  if (body.type === "register") return `${to} ${body.type} ${body.tokenHash}`;
  return replaceable.has(body.type) ? `${from} ${to} ${body.type}` : id;
}
