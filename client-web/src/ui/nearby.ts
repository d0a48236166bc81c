import { limits } from "#shared/limits.ts";
import type { Client, Frame, LoadedWorld, Sprite, View } from "../app/view.ts";
import { en } from "../i18n/en.ts";
import { h, set, write } from "./h.ts";

const whereEveryMs = 1000;

/** The world in words: where one is, every portal, and who is close by. Usable without seeing the canvas. */
export class Nearby {
  readonly element: HTMLElement;
  readonly #plate = h("h2", { class: "plate" });
  readonly #where = h("p", { class: "unseen", id: "whereabouts" });
  readonly #portals = h("div", { class: "portals", role: "group", "aria-label": en.portals });
  readonly #people = h("ul", { class: "people" });
  readonly #items = new Map<number, HTMLLIElement>();
  readonly #client: Client;
  #shown: LoadedWorld | undefined;
  #whereAt = -whereEveryMs;

  constructor(client: Client) {
    this.#client = client;
    this.element = h(
      "section",
      { class: "nearby panel", "aria-label": en.nearby },
      this.#plate,
      this.#where,
      this.#portals,
      this.#people,
    );
  }

  update(view: View): void {
    write(this.#plate, view.world?.name ?? "");
    this.element.hidden = view.world === undefined;
    const loaded = this.#client.loaded;
    if (loaded === undefined || loaded === this.#shown || loaded.map.key !== view.world?.key) return;
    this.#shown = loaded;
    this.#portals.replaceChildren(
      ...Object.entries(loaded.map.portals).map(([name, portal]) => {
        const world = view.worlds?.[portal.target] ?? portal.label.replace(/^To /, "");
        const button = h("button", { type: "button", "aria-label": en.travelTo(world) }, world);
        button.style.setProperty("--portal", portal.color);
        button.addEventListener("click", () =>
          this.#client.walkTo({ x: portal.x, y: portal.y, portal: name }),
        );
        return button;
      }),
    );
  }

  /** Brings the list of people and the own whereabouts up to date; a few times a second. */
  look(frame: Frame, view: View, now: number): void {
    const { self } = frame;
    const close = self ? frame.others.filter((one) => isClose(one, self)) : [];
    const ids = new Set(close.map(({ id }) => id));
    for (const [id, item] of this.#items)
      if (!ids.has(id)) {
        item.remove();
        this.#items.delete(id);
      }
    for (const being of close) this.#list(being);
    if (!self || now - this.#whereAt < whereEveryMs) return;
    this.#whereAt = now;
    write(this.#where, en.youAreIn(view.world?.name ?? "", Math.round(self.x), Math.round(self.y)));
  }

  #list(being: Sprite): void {
    const item = this.#items.get(being.id) ?? h("li", {}, h("bdi", {}));
    if (!this.#items.has(being.id)) this.#people.append(item);
    this.#items.set(being.id, item);
    set(item, "data-kind", being.kind);
    set(item, "data-guest", being.guest);
    write(item.firstElementChild ?? item, being.name);
  }
}

const isClose = (one: Sprite, self: Sprite): boolean =>
  Math.hypot(one.x - self.x, one.y - self.y) <= limits.nearbyUnits;
