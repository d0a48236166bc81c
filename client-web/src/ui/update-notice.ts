import type { View } from "../app/view.ts";
import { en } from "../i18n/en.ts";
import { h, write } from "./h.ts";

/** A newer version is out and the game goes on: when it comes is the player's choice, also not now. */
export class UpdateNotice {
  readonly element: HTMLElement;
  readonly #words = h("p", { role: "status" });
  #declined: string | undefined;
  #offered: string | undefined;

  constructor(reload: () => void) {
    const decline = (): void => {
      this.#declined = this.#offered;
      this.element.hidden = true;
    };
    this.element = h(
      "div",
      { class: "note quiet panel", hidden: true },
      this.#words,
      h("button", { type: "button", on: { click: reload } }, en.reload),
      h("button", { type: "button", class: "icon", "aria-label": en.dismiss, on: { click: decline } }, "✕"),
    );
  }

  update({ update, state }: View): void {
    this.#offered = update;
    this.element.hidden = update === undefined || update === this.#declined || state !== "in-world";
    write(this.#words, this.element.hidden || update === undefined ? "" : en.updateOut(update));
  }
}
