import type { ToClient } from "#shared/protocol/client-master.ts";
import type { ToPlayer } from "#shared/protocol/client-world.ts";

type Kind = "text" | "number" | "flag" | "list" | "object";
type Fields = Readonly<Record<string, Kind>>;
type Shapes<M extends { type: string }> = { readonly [T in M["type"]]: Fields };

/**
 * The fields without which a message cannot be used, and their kinds. What else it carries is taken as it comes:
 * a receiver ignores fields it does not know, and nothing here is trusted with more than a picture.
 */
export const masterShapes: Shapes<ToClient> = {
  rejected: { reason: "text" },
  welcome: {
    epoch: "text",
    seq: "number",
    session: "text",
    resume: "text",
    resumed: "flag",
    complete: "flag",
    protocol: "number",
    version: "text",
    name: "text",
    guest: "flag",
    worlds: "list",
    initial: "text",
    chat: "list",
  },
  ok: { seq: "number", re: "number" },
  denied: { seq: "number", reason: "text" },
  identity: { seq: "number", name: "text", guest: "flag" },
  lease: {
    seq: "number",
    lease: "text",
    cause: "text",
    world: "text",
    name: "text",
    pack: "object",
    softMs: "number",
    hardMs: "number",
  },
  "lease.refreshed": { seq: "number", lease: "text", softMs: "number", hardMs: "number" },
  ticket: {
    seq: "number",
    lease: "text",
    admission: "text",
    ticket: "text",
    url: "text",
    world: "text",
    expiresMs: "number",
  },
  arrived: { seq: "number", lease: "text", admission: "text", world: "text", x: "number", y: "number" },
  "world.lost": { seq: "number", world: "text", reason: "text" },
  "chat.line": { seq: "number", line: "number", name: "text", text: "text" },
  notice: { seq: "number", notice: "text" },
  pong: { re: "number" },
};

export const worldShapes: Shapes<ToPlayer> = {
  entered: {
    re: "number",
    world: "text",
    map: "text",
    entity: "number",
    tickMs: "number",
    ticksPerSend: "number",
  },
  rejected: { reason: "text" },
  "portal.asked": { re: "number", portal: "text" },
  "portal.denied": { portal: "text", reason: "text" },
  bubble: { entity: "number", text: "text" },
  interacted: { re: "number", entity: "number" },
  "interact.denied": { re: "number", entity: "number", reason: "text" },
  departed: {},
  pong: { re: "number" },
};

/** A message of the master; `undefined` for anything that cannot be used. Never throws. */
export function fromMaster(text: string): ToClient | undefined {
  return read(text, masterShapes) as ToClient | undefined;
}

/** A text message of a world; `undefined` for anything that cannot be used. Never throws. */
export function fromWorld(text: string): ToPlayer | undefined {
  return read(text, worldShapes) as ToPlayer | undefined;
}

function read(text: string, shapes: Readonly<Record<string, Fields>>): unknown {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(message)) return undefined;
  const type = message["type"];
  if (typeof type !== "string" || !Object.hasOwn(shapes, type)) return undefined;
  const fields = Object.entries(shapes[type] ?? {});
  return fields.every(([name, kind]) => isKind(message[name], kind)) ? message : undefined;
}

function isKind(value: unknown, kind: Kind): boolean {
  if (kind === "text") return typeof value === "string";
  if (kind === "number") return typeof value === "number" && Number.isFinite(value);
  if (kind === "flag") return typeof value === "boolean";
  return kind === "list" ? Array.isArray(value) : isObject(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
