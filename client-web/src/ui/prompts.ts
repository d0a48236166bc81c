import type { Client, Prompt, View } from "../app/view.ts";
import { en } from "../i18n/en.ts";
import { h, type Child } from "./h.ts";

/** These leave the game usable; the others wait for an answer. */
const asides = new Set<Prompt["kind"]>(["connection_lost", "world_disconnected", "server_offline"]);

/** What only the player can decide, or should know: one at a time. */
export class Prompts {
  readonly modal = h("dialog", { "aria-labelledby": "prompt-title" });
  readonly aside = h("dialog", { class: "aside panel", "aria-labelledby": "aside-title" });
  readonly #client: Client;
  #shown = "";
  /** Whether the modal prompt still needs an answer. */
  #isWaiting = false;

  constructor(client: Client) {
    this.#client = client;
    // Escape must not hide what waits for an answer; pressed twice it closes a dialog without asking.
    this.modal.addEventListener("cancel", (event) => event.preventDefault());
    this.modal.addEventListener("close", () => {
      if (this.#isWaiting && !this.modal.open) this.modal.showModal();
    });
  }

  update(view: View): void {
    const { prompt } = view;
    const wanted = prompt === undefined ? "" : JSON.stringify(prompt);
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    this.aside.open = false;
    this.#isWaiting = false;
    if (this.modal.open) this.modal.close();
    if (prompt === undefined) return;
    if (asides.has(prompt.kind)) this.#showAside(prompt);
    else this.#showModal(prompt);
  }

  #showAside(prompt: Prompt): void {
    const { title, text } = en.prompts[prompt.kind];
    this.aside.replaceChildren(
      h(
        "div",
        { class: "sheet" },
        h("div", { role: "alert" }, h("h2", { id: "aside-title" }, title), h("p", {}, text)),
        h(
          "div",
          { class: "row" },
          this.#button(prompt, en.dismiss, false),
          this.#button(prompt, en.tryAgain, true),
        ),
      ),
    );
    // Not `show()`: that would take the focus away from the world.
    this.aside.open = true;
  }

  #showModal(prompt: Prompt): void {
    this.modal.replaceChildren(h("div", { class: "sheet" }, ...this.#words(prompt)));
    this.#isWaiting = true;
    this.modal.showModal();
  }

  #words(prompt: Prompt): Child[] {
    const { title, text } = en.prompts[prompt.kind];
    const heading = h("h2", { id: "prompt-title" }, title);
    switch (prompt.kind) {
      case "update": {
        const canReload = prompt.canReload && versionAsked() !== prompt.server;
        const later = canReload ? text : en.updateLater(prompt.server);
        const words = h("p", { role: "alert" }, prompt.isComing ? en.updateComing(prompt.server) : later);
        return canReload ? [heading, words, row(this.#button(prompt, en.reload, true))] : [heading, words];
      }
      case "connection_rejected":
        return [
          heading,
          h("p", { role: "alert" }, en.rejectedBecause(prompt.reason)),
          row(this.#button(prompt, en.tryAgain, true)),
        ];
      case "continued_elsewhere":
        return [
          h("div", { role: "alert" }, heading),
          h("p", {}, text),
          row(this.#button(prompt, en.playHere, true)),
        ];
      case "confirm_host": {
        const hosts = h(
          "ul",
          { class: "hosts" },
          ...prompt.hosts.map((host) => h("li", {}, h("bdi", {}, host))),
        );
        const answers = row(this.#button(prompt, en.stayHere, false), this.#button(prompt, en.connect, true));
        return [heading, h("p", {}, text), hosts, h("p", { class: "quiet" }, en.hostWarning), answers];
      }
      case "site_refused":
        return [
          heading,
          h("p", { role: "alert" }, text),
          h("p", { class: "quiet" }, en.siteHint(location.origin)),
          row(this.#button(prompt, en.tryAgain, true)),
        ];
      case "connection_lost":
      case "world_disconnected":
      case "server_offline":
        return [heading, h("p", {}, text), row(this.#button(prompt, en.tryAgain, true))];
    }
  }

  #button(prompt: Prompt, label: string, yes: boolean): HTMLButtonElement {
    const button = h("button", { type: "button", class: yes ? "primary" : "" }, label);
    button.addEventListener("click", () => {
      // A notice that was read is gone, whatever still goes on.
      this.aside.open = false;
      this.#client.answer(prompt.kind, yes);
    });
    return button;
  }
}

const row = (...children: Child[]): HTMLElement => h("div", { class: "row" }, ...children);

/** The version this very page was asked for: asking again would bring the same page. */
const versionAsked = (): string | null => new URLSearchParams(location.search).get("v");
