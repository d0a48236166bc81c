/**
 * Where the client dials first. An override in the page's address comes before the page's own master, and is never
 * trusted with more than a question: a host nobody vouches for needs the player's yes and gets no stored token.
 */
export interface Endpoints {
  readonly master: string;
  /** Replaces the address of the first world; holds `{world_key}`. */
  readonly worldTemplate?: string | undefined;
  /** Replaces the folder of the first pack; no trailing slash. */
  readonly packBase?: string | undefined;
  /** Hosts of overrides that are neither the page's own, loopback nor built in. */
  readonly strangers: readonly string[];
  /** Overrides that were not usable, as `name=value`. */
  readonly ignored: readonly string[];
}

export interface EndpointSources {
  /** The page's query, with or without `?`. */
  readonly query: string;
  /** Where the page came from; absent outside a browser. */
  readonly page?: { readonly protocol: string; readonly host: string; readonly hostname: string } | undefined;
  /** Whether a master serves the page, which then dials its own host; else a static host does. */
  readonly isServedByMaster?: boolean | undefined;
  /** The master built in or given, for a page on a static host. */
  readonly master?: string | undefined;
  /** Hosts built in as known. */
  readonly hosts?: readonly string[] | undefined;
}

const masterPort = 19_080;
const placeholder = "{world_key}";

/** Environment and build come before the query in VirtuCade; here the query overrides, but never silently. */
export function readEndpoints(sources: EndpointSources): Endpoints {
  const query = new URLSearchParams(sources.query);
  const ignored: string[] = [];
  const take = (name: string, check: (value: string) => string | undefined): string | undefined => {
    const value = query.get(name)?.trim();
    if (!value) return undefined;
    const usable = check(value);
    if (usable === undefined) ignored.push(`${name}=${value}`);
    return usable;
  };
  const scheme = take("server_scheme", (value) => (["ws", "wss"].includes(value) ? value : undefined));
  const host = take("server_host", (value) => hostUrl(value, scheme ?? secureScheme(sources, value)));
  const master = take("master_url", socketUrl) ?? host;
  const worldTemplate = take("world_url_template", socketTemplate);
  const packBase = take("world_pack_base_url", folderUrl);
  const overrides = [master, worldTemplate, packBase].filter((url) => url !== undefined);
  const strangers = overrides.map(hostOf).filter((name) => !isKnown(name, sources));
  return {
    master: master ?? defaultMaster(sources),
    worldTemplate,
    packBase,
    strangers: [...new Set(strangers)],
    ignored,
  };
}

/** The same without what the address asked for: what a "no" to its hosts leaves. */
export function withoutOverrides(sources: EndpointSources): Endpoints {
  return readEndpoints({ ...sources, query: "" });
}

export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function defaultMaster(sources: EndpointSources): string {
  const { page, master, isServedByMaster } = sources;
  if (page && isServedByMaster) return `${page.protocol === "https:" ? "wss" : "ws"}://${page.host}/`;
  return master ?? `ws://127.0.0.1:${masterPort}/`;
}

/** A page that came over https may dial only `wss`, but for loopback. */
function secureScheme({ page }: EndpointSources, host: string): string {
  return page?.protocol === "https:" && !isLoopback(host) ? "wss" : "ws";
}

function hostUrl(host: string, scheme: string): string | undefined {
  const url = parsed(`${scheme}://${host}/`, ["ws:", "wss:"]);
  if (!url || url.pathname !== "/" || url.search || url.hash) return undefined;
  if (!/:\d+$/.test(host)) url.port = String(masterPort);
  return url.href;
}

function socketUrl(value: string): string | undefined {
  return parsed(value, ["ws:", "wss:"])?.href;
}

function socketTemplate(value: string): string | undefined {
  return value.includes(placeholder) && parsed(value, ["ws:", "wss:"]) && hostOf(value) ? value : undefined;
}

function folderUrl(value: string): string | undefined {
  return parsed(value, ["http:", "https:"])?.href.replace(/\/+$/, "");
}

/** No credentials, no placeholder in the host: both are ways to look like somebody else. */
function parsed(value: string, protocols: readonly string[]): URL | undefined {
  if (!/^[a-z]+:\/\/[^/?#]/i.test(value)) return undefined;
  const url = URL.parse(value);
  if (!url || !protocols.includes(url.protocol) || !url.hostname || url.username || url.password)
    return undefined;
  return /[{}]|%7b/i.test(url.hostname) ? undefined : url;
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? "";
}

function isKnown(host: string, { page, hosts, master }: EndpointSources): boolean {
  const hostname = URL.parse(`ws://${host}/`)?.hostname ?? "";
  const builtIn = [...(hosts ?? []), ...(master ? [hostOf(master)] : [])];
  return isLoopback(hostname) || host === page?.host || builtIn.includes(host) || builtIn.includes(hostname);
}

/** Where a master has every pack that it vouches for, by its hash; without a trailing slash. */
export function keptPacks(master: string): string {
  return `${master.replace(/^ws/, "http").replace(/\/+$/, "")}/world_packs`;
}

/** The address of a world by template, for its route. */
export function fillTemplate(template: string, route: string): string {
  return template.replaceAll(placeholder, encodeURIComponent(route));
}
