import { isIPv6 } from "node:net";
import { z } from "zod";
import type { Endpoint } from "#shared/protocol/launch-master.ts";

const placeholder = "{world_key}";

/** A full address of one of the schemes, with a host and without a name or password in it. */
function isAddress(text: string, schemes: string): boolean {
  // `new URL` turns `ws:///x` into host `x`, so the text itself must show a host.
  if (!new RegExp(`^(${schemes})://[^/?#\\s]+`, "i").test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.hostname !== "" && url.username === "" && url.password === "" && url.hash === "";
}

const bounded = z.string().max(2048);

export const socketUrl = bounded.refine((text) => isAddress(text, "wss?"));

export const worldTemplate = bounded.refine(
  (text) => text.includes(placeholder) && isAddress(text.replaceAll(placeholder, "hub"), "wss?"),
);

/** Without its trailing slashes, so that `/<file>` can follow. */
export const webUrl = bounded
  .refine((text) => isAddress(text, "https?") && !text.includes("?"))
  .transform((text) => text.replace(/\/+$/, ""));

/** What decides where clients dial. */
export interface Advertised {
  readonly port: number;
  readonly clientHost: string;
  readonly clientScheme: "ws" | "wss";
  readonly publicMasterUrl?: string | undefined;
  readonly publicWorldUrlTemplate?: string | undefined;
  readonly packBaseUrl?: string | undefined;
}

const hostPort = (host: string, port: number): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;

/** Where a client dials the master, such as `ws://127.0.0.1:19080/`. */
export function masterUrl(at: Advertised): string {
  return at.publicMasterUrl ?? `${at.clientScheme}://${hostPort(at.clientHost, at.port)}/`;
}

/**
 * Where a client dials a launch, by its route name. A launch on a socket file is reached through a proxy
 * only, so configuration demands a template for it.
 */
export function worldUrl(at: Advertised, route: string, endpoint: Endpoint): string {
  const template = at.publicWorldUrlTemplate;
  if (template !== undefined) return template.replaceAll(placeholder, encodeURIComponent(route));
  if ("port" in endpoint) return `${at.clientScheme}://${hostPort(at.clientHost, endpoint.port)}/`;
  return new URL(encodeURIComponent(route), masterUrl(at)).href;
}

/** Where clients fetch packs, without a trailing slash; the master's own `/world_packs` unless set. */
export function packBaseUrl(at: Advertised): string {
  if (at.packBaseUrl !== undefined) return at.packBaseUrl;
  const own = new URL(masterUrl(at).replace(/^ws/i, "http"));
  return new URL("/world_packs", own).href;
}
