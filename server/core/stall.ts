import { idOf } from "#shared/address.ts";
import type { Envelope } from "./inbox.ts";

/** How a request is refused while nothing can be committed; `undefined` for facts, which wait instead. */
export function refusalOf({ to, from, body }: Envelope, id: string): Envelope | undefined {
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
export function delayOf({ to, from, body }: Envelope, id: string): Envelope | undefined {
  if (body.type !== "register") return undefined;
  return { id, from: to, to: from as `launch-link:${string}`, body: { type: "registration.delayed" } };
}

/** Waiting facts with the same name replace each other: only the newest roster and the newest saves matter. */
export function parkedAs({ id, from, to, body }: Envelope): string {
  const isReplaceable =
    body.type === "heartbeat" || body.type === "saves" || (body.type as string) === "deadline";
  return isReplaceable ? `${from} ${to} ${body.type}` : id;
}
