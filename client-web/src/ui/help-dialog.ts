import type { Controls } from "../input/controls.ts";
import { actions, defaultKeys, keyName, rebind, type Action } from "../input/keys.ts";
import type { Sound } from "../audio/sound.ts";
import { en } from "../i18n/en.ts";
import { h, set, write } from "./h.ts";

/** How to play, which keys do what, and how loud it is. */
export class HelpDialog {
  readonly element: HTMLDialogElement;
  readonly #keys = h("div", { class: "keys" });
  readonly #controls: Controls;
  readonly #changed: () => void;
  #waiting: Action | undefined;

  /** `changed` is called after every change of keys or sound. */
  constructor(controls: Controls, sound: Sound, changed: () => void) {
    this.#controls = controls;
    this.#changed = changed;
    const slider = h("input", { type: "range", id: "volume", min: 0, max: 100, step: 5 });
    slider.value = String(Math.round(sound.volume * 100));
    slider.addEventListener("input", () => sound.set(Number(slider.value) / 100, false));
    slider.addEventListener("change", () => {
      sound.play("chat");
      changed();
    });
    const reset = h("button", { type: "button" }, en.resetKeys);
    reset.addEventListener("click", () => this.#set(defaultKeys));
    const close = h("button", { type: "button", class: "primary" }, en.close);
    close.addEventListener("click", () => this.element.close());
    this.element = h(
      "dialog",
      { "aria-labelledby": "help-title" },
      h(
        "div",
        { class: "sheet" },
        h("h2", { id: "help-title" }, en.help),
        this.#keys,
        h("p", { class: "quiet" }, en.touchHelp),
        h("p", { class: "quiet" }, en.gamepadHelp),
        h("div", { class: "volume" }, h("label", { for: "volume" }, en.volume), slider),
        h("div", { class: "row" }, reset, close),
      ),
    );
    this.element.addEventListener("keydown", (event) => this.#hear(event));
    this.element.addEventListener("close", () => (this.#waiting = undefined));
  }

  open(): void {
    this.#draw();
    this.element.showModal();
  }

  #hear(event: KeyboardEvent): void {
    if (this.#waiting === undefined || event.code === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const action = this.#waiting;
    this.#waiting = undefined;
    if (event.code === "Escape") this.#draw();
    else this.#set(rebind(this.#controls.keys, action, event.code));
    this.#keys.querySelectorAll("button")[actions.indexOf(action)]?.focus();
  }

  #set(keys: Controls["keys"]): void {
    this.#controls.keys = keys;
    this.#draw();
    this.#changed();
  }

  #draw(): void {
    this.#keys.replaceChildren(...actions.flatMap((action) => this.#row(action)));
  }

  #row(action: Action): HTMLElement[] {
    const key = h("kbd", {}, keyName(this.#controls.keys[action]));
    const button = h("button", { type: "button" }, en.change);
    set(button, "aria-label", en.changeKey(en.actions[action]));
    button.addEventListener("click", () => {
      this.#waiting = action;
      write(key, en.pressKey);
    });
    return [h("span", {}, en.actions[action]), key, button];
  }
}
