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
  readonly #spoken = h("p", { class: "unseen", role: "status" });
  readonly #items = new Map<number, HTMLLIElement>();
  readonly #places = new Map<number, Sprite>();
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
      this.#spoken,
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
    const close = self ? frame.others.filter((one) => one.name !== "" && isClose(one, self)) : [];
    const ids = new Set(close.map(({ id }) => id));
    for (const [id, item] of this.#items)
      if (!ids.has(id)) {
        item.remove();
        this.#items.delete(id);
        this.#places.delete(id);
      }
    for (const being of close) this.#list(being);
    this.#speak(close);
    if (!self || now - this.#whereAt < whereEveryMs) return;
    this.#whereAt = now;
    write(this.#where, en.youAreIn(view.world?.name ?? "", Math.round(self.x), Math.round(self.y)));
  }

  #list(being: Sprite): void {
    this.#places.set(being.id, being);
    // Another world gives the same number to something else.
    const known = this.#items.get(being.id);
    const item = known?.dataset["kind"] === being.kind ? known : this.#add(being);
    set(item, "data-kind", being.kind);
    set(item, "data-guest", being.guest);
    const button = item.querySelector("button");
    if (button) set(button, "aria-label", en.talkTo(being.name));
    write(item.querySelector("bdi") ?? item, being.name);
  }

  /** Characters and things are buttons: the player walks there and speaks to them. */
  #add({ id, kind }: Sprite): HTMLLIElement {
    const name = h("bdi", {});
    const item = h("li", {}, kind === "player" ? name : h("button", { type: "button" }, name));
    item.firstElementChild?.addEventListener("click", () => this.#goTo(id));
    this.#items.get(id)?.remove();
    this.#people.append(item);
    this.#items.set(id, item);
    return item;
  }

  #goTo(id: number): void {
    const being = this.#places.get(id);
    if (being && being.kind !== "player") this.#client.walkTo({ x: being.x, y: being.y, entity: id });
  }

  /** What players say is read out by the chat; what anybody else says only here. */
  #speak(close: readonly Sprite[]): void {
    const speaker = close.find(({ kind, says }) => kind !== "player" && says !== undefined);
    if (!speaker) return write(this.#spoken, "");
    const text = speaker.says ?? "";
    if (this.#spoken.textContent === `${speaker.name}: ${text}`) return;
    this.#spoken.replaceChildren(h("bdi", {}, speaker.name), ": ", h("bdi", {}, text));
  }
}

const isClose = (one: Sprite, self: Sprite): boolean =>
  Math.hypot(one.x - self.x, one.y - self.y) <= limits.nearbyUnits;
