import type { Client, View } from "../app/view.ts";
import { en } from "../i18n/en.ts";
import { h } from "./h.ts";

/** Asks for a name. Stays open until the name is accepted or the player leaves. */
export class LoginDialog {
  readonly element: HTMLDialogElement;
  readonly #input = h("input", {
    type: "text",
    id: "login-name",
    maxlength: 64,
    autocomplete: "username",
    autocapitalize: "off",
    spellcheck: "false",
    autofocus: true,
  });
  readonly #problem = h("div", {});
  #shownProblem = 0;

  constructor(client: Client) {
    const title = h("h2", { id: "login-title" }, en.login);
    const form = h("form", { class: "sheet", method: "dialog", novalidate: true });
    form.append(
      title,
      h("p", {}, en.loginHint),
      h("label", { for: "login-name" }, en.name, this.#input),
      this.#problem,
      h("p", { class: "quiet" }, en.unprotected),
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", on: { click: () => this.element.close() } }, en.cancel),
        h("button", { type: "submit", class: "primary" }, en.login),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#problem.replaceChildren();
      client.login(this.#input.value);
    });
    this.element = h("dialog", { "aria-labelledby": title.id }, form);
    this.element.classList.add("panel-frame");
  }

  open(): void {
    this.#problem.replaceChildren();
    this.#input.value = "";
    this.element.showModal();
  }

  update(view: View): void {
    if (view.player?.guest === false && this.element.open) this.element.close();
    const { problem } = view;
    if (problem === undefined || problem.key === this.#shownProblem) return;
    this.#shownProblem = problem.key;
    if (problem.about !== "login" || !this.element.open) return;
    this.#problem.replaceChildren(h("p", { role: "alert", class: "problem" }, en.reason(problem.reason)));
    this.#input.select();
    this.#input.focus();
  }
}
