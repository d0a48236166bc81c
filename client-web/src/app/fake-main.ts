import { Page } from "../ui/page.ts";
import { FakeClient } from "./fake-client.ts";

/** Entry of the page over test data: `window.fake` pokes it, `?world=` chooses where it stands. */
const query = new URLSearchParams(location.search);
const client = new FakeClient({ crowd: Number(query.get("crowd") ?? 3) });
const renderer = query.get("renderer");

Object.assign(globalThis, { fake: client });
if (query.has("empty"))
  client.poke({ state: "connecting", player: undefined, chat: { isUp: false, lines: [] } });
else await client.goTo(query.get("world") ?? "hub");

// oxlint-disable-next-line no-new -- the page lives as long as the document
new Page({
  client,
  showNetwork: query.get("stats") === "1",
  renderer: renderer === "canvas" || renderer === "webgl" ? renderer : undefined,
  createRenderer: async (options) => (await import("../render/pixi-renderer.ts")).createRenderer(options),
});
