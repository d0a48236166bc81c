import { createClient } from "./app/client.ts";
import { readEndpoints, type EndpointSources } from "./app/endpoints.ts";
import { readLaunchArgs } from "./app/launch-args.ts";
import { playScenario } from "./app/scenarios.ts";
import { cacheStorageStore } from "./packs/cache-storage-store.ts";
import { createPackCache } from "./packs/pack-cache.ts";
import { kept } from "./kept.ts";
import { Page } from "./ui/page.ts";

const tab = kept("sessionStorage");

/** Sites of one owner may share an origin, so the folder is part of every name. */
const site = new URL(".", location.href).pathname;

/** Set while the page is loaded anew because a newer build replaced a part of it. */
const reloaded = `portcade:${site}:reloaded`;

/** The renderer comes after the first screen. When its file is gone but the site is not, there is a newer build. */
async function loadRenderer(): Promise<typeof import("./render/pixi-renderer.ts")> {
  try {
    const renderer = await import("./render/pixi-renderer.ts");
    tab.removeItem(reloaded);
    return renderer;
  } catch (error) {
    const isSiteThere = await fetch(location.href, { method: "HEAD" }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isSiteThere && tab.getItem(reloaded) === null) {
      tab.setItem(reloaded, "1");
      location.reload();
      // This page goes now, and its error with it.
      return new Promise(() => {});
    }
    throw error;
  }
}

const query = new URLSearchParams(location.search);
const log = (line: string): void => console.log(line);

const endpoints: EndpointSources = {
  query: location.search,
  page: location,
  isServedByMaster: document.querySelector('meta[name="portcade-master"]') !== null,
  hosts: __CLIENT_HOSTS__,
  ...(__MASTER_URL__ !== "" && { master: __MASTER_URL__ }),
};

const cacheName = `portcade:${site}:world-packs-v1`;

let page: Page | undefined;

const client = createClient({
  endpoints,
  packs: createPackCache({
    name: cacheName,
    store: cacheStorageStore(cacheName),
    fetch,
    origin: location.origin,
  }),
  storage: tab,
  host: window,
  reload: (version) => {
    const url = new URL(location.href);
    url.searchParams.set("v", version);
    location.assign(url);
  },
  log,
  gauges: () => page?.gauges ?? {},
});

const wanted = query.get("renderer");
page = new Page({
  client,
  showNetwork: query.get("stats") === "1",
  renderer: wanted === "canvas" || wanted === "webgl" ? wanted : undefined,
  createRenderer: async (options) => (await loadRenderer()).createRenderer(options),
});

if (__TEST_HOOK__)
  Object.assign(globalThis, { __world: { view: () => client.view, stats: () => page?.drawing } });

void playScenario(readLaunchArgs(query.get("args") ?? ""), {
  client,
  master: readEndpoints(endpoints).master,
  log,
});
