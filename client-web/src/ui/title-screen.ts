import type { View } from "../app/view.ts";
import { en } from "../i18n/en.ts";
import { h, set, write } from "./h.ts";
import { drawWordmark, wordmarkSize } from "./wordmark.ts";

const framesPerSecond = 10;

/** The first screen: the name with a portal turning in it, and what is being waited for. */
export class TitleScreen {
  readonly element: HTMLElement;
  readonly #name = h("canvas", { width: wordmarkSize.w, height: wordmarkSize.h, "aria-hidden": "true" });
  readonly #doing = h("p", { class: "doing", role: "status" });
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
  #drawnBeat = -1;

  constructor() {
    this.element = h(
      "div",
      { class: "title" },
      h("h1", { class: "wordmark", "aria-label": "Portcade" }, this.#name),
      h("p", { class: "tagline" }, en.tagline),
      this.#doing,
    );
  }

  update(view: View): void {
    const isGone = view.world !== undefined;
    this.element.classList.toggle("gone", isGone);
    set(this.element, "aria-hidden", isGone ? "true" : undefined);
    write(this.#doing, isGone ? "" : doing[view.state]);
  }

  /** Turns the portal; cheap, and not at all once a world is there. */
  tick(now: number): void {
    if (this.element.classList.contains("gone")) return;
    const beat = this.#calm.matches ? 0 : Math.floor((now / 1000) * framesPerSecond);
    if (beat === this.#drawnBeat) return;
    this.#drawnBeat = beat;
    const context = this.#name.getContext("2d");
    if (context) drawWordmark(context, beat);
  }
}

const doing: Readonly<Record<View["state"], string>> = {
  connecting: en.connecting,
  preparing: en.connecting,
  traveling: en.entering,
  "in-world": "",
  offline: en.offline,
  rejected: en.waiting,
};
