import type { Client, View } from "../app/view.ts";
import { en } from "../i18n/en.ts";
import { h, set, write } from "./h.ts";
import { LoginDialog } from "./login-dialog.ts";

/** Who one is here, the version, and the way to another name. */
export class SessionPanel {
  readonly element: HTMLElement;
  readonly dialog: LoginDialog;
  readonly #who = h("bdi", {});
  readonly #version = h("span", { class: "version" });
  readonly #button = h("button", { type: "button" });
  #isGuest = true;

  constructor(client: Client) {
    this.dialog = new LoginDialog(client);
    this.#button.addEventListener("click", () => (this.#isGuest ? this.dialog.open() : client.logout()));
    this.element = h(
      "section",
      { class: "session panel", "aria-label": en.session },
      h("div", { class: "who" }, this.#who, this.#version),
      this.#button,
    );
  }

  update(view: View): void {
    const { player } = view;
    this.#isGuest = player?.guest ?? true;
    write(this.#version, en.version(view.version));
    write(
      this.#who,
      player === undefined ? en.connecting : this.#isGuest ? en.guest(player.name) : en.loggedIn(player.name),
    );
    write(this.#button, this.#isGuest ? en.login : en.logout);
    set(this.#button, "disabled", player === undefined);
    this.dialog.update(view);
  }
}
