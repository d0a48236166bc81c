const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * May a page of this origin open a socket here? Compared exactly, never by prefix or suffix.
 * Programs that are no browser send no origin and may.
 *
 * @param host the request's own `Host` header: a page this server delivered
 * @param allowed further origins, such as `https://example.org`
 */
export function isOriginAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: ReadonlySet<string>,
): boolean {
  if (origin === undefined) return true;
  if (!/^https?:\/\/[^/?#@\\\s]+$/.test(origin) || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.origin !== origin) return false;
  return loopbackHosts.has(page.hostname) || page.host === host?.toLowerCase() || allowed.has(origin);
}
