/** What decides where the page may connect. */
export interface PolicyOptions {
  /** Where clients dial the master, and the template or address they dial worlds at. */
  readonly masterUrl: string;
  readonly worldUrl: string;
  readonly packBaseUrl: string;
  /** Worlds listen on ports of their own, also ones that are not known beforehand. */
  readonly hasWorldPorts: boolean;
}

const hostPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?$/;

/**
 * The policy the shell runs under. `host` is the request's own `Host` header: browsers do not all let
 * `'self'` cover sockets, so it is named; anything that is not plainly a host is left out.
 */
export function contentSecurityPolicy(options: PolicyOptions, host: string | undefined): string {
  const { masterUrl, worldUrl, packBaseUrl, hasWorldPorts } = options;
  const master = new URL(masterUrl);
  const world = new URL(worldUrl.replaceAll("{world_key}", "world"));
  const own = host !== undefined && hostPattern.test(host) ? [`${master.protocol}//${host}`] : [];
  const connect = new Set([
    "'self'",
    ...own,
    originOf(master),
    hasWorldPorts ? `${world.protocol}//${world.hostname}:*` : originOf(world),
    originOf(new URL(packBaseUrl)),
    // Addresses the player agreed to (`?master_url=` and the like): loopback in the clear, others only encrypted.
    "https: wss: http://localhost:* http://127.0.0.1:* ws://localhost:* ws://127.0.0.1:*",
  ]);
  return [
    "default-src 'self'",
    "script-src 'self' blob:",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "font-src 'self' blob: data:",
    `connect-src ${[...connect].join(" ")}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    // Several clients side by side in one page of the same host are a way of working.
    "frame-ancestors 'self'",
  ].join("; ");
}

/** Placeholders in a host or path never reach the policy: only scheme, host and port do. */
const originOf = (url: URL): string => `${url.protocol}//${url.host}`;
