import type { Client, View } from "../app/view.ts";
import { limits } from "#shared/limits.ts";
import { en } from "../i18n/en.ts";
import { h, set, write } from "./h.ts";

const kept = 200;

/** The chat: what was said, and a field to say something. */
export class Chat {
  readonly element: HTMLElement;
  readonly #log = h("div", {
    class: "lines",
    role: "log",
    "aria-label": en.chat,
    "aria-live": "polite",
    tabindex: 0,
  });
  readonly #input = h("input", {
    type: "text",
    "aria-label": en.message,
    maxlength: limits.chatLength,
    autocomplete: "off",
    enterkeyhint: "send",
  });
  readonly #send = h("button", { type: "submit", class: "primary" }, en.send);
  readonly #toggle = h("button", { type: "button", class: "icon chat-toggle", "aria-expanded": "false" });
  readonly #problem = h("div", {});
  readonly #client: Client;
  #newest = 0;
  #problemKey = 0;

  readonly #heard: () => void;

  /** `leave` gives the focus back to the world; `heard` is called when somebody else has said something. */
  constructor(client: Client, leave: () => void, heard: () => void) {
    this.#client = client;
    this.#heard = heard;
    const form = h("form", { class: "say", on: { submit: (event) => this.#submit(event, leave) } });
    form.append(this.#toggle, this.#input, this.#send);
    this.#input.addEventListener("keydown", (event) => event.key === "Escape" && leave());
    this.#toggle.addEventListener("click", () => this.#open(!this.element.classList.contains("open")));
    this.element = h("section", { class: "chat panel", hidden: true }, this.#log, this.#problem, form);
    this.#open(false);
  }

  focus(): void {
    this.#input.focus();
  }

  update(view: View): void {
    const { isUp, lines } = view.chat;
    if (isUp || view.world) this.element.hidden = false;
    set(this.#input, "disabled", !isUp);
    set(this.#send, "disabled", !isUp);
    set(this.#input, "placeholder", isUp ? en.messageHint : en.chatDown);
    this.#append(
      view,
      lines.filter((line) => line.key > this.#newest),
    );
    const { problem } = view;
    if (problem?.about !== "chat") this.#problem.replaceChildren();
    else if (problem.key !== this.#problemKey)
      this.#problem.replaceChildren(
        h("p", { role: "alert", class: "chat-problem" }, en.reason(problem.reason)),
      );
    this.#problemKey = problem?.key ?? this.#problemKey;
  }

  #append(view: View, lines: View["chat"]["lines"]): void {
    if (lines.length === 0) return;
    const log = this.#log;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const own = view.player?.name;
    for (const { name, text } of lines) log.append(line(name, text, own));
    const isNews = this.#newest > 0 && lines.some(({ name }) => name !== undefined && name !== own);
    this.#newest = lines.at(-1)?.key ?? this.#newest;
    while (log.childElementCount > kept) log.firstElementChild?.remove();
    if (isAtEnd) log.scrollTop = log.scrollHeight;
    if (isNews) this.#heard();
  }

  #submit(event: SubmitEvent, leave: () => void): void {
    event.preventDefault();
    const text = this.#input.value.trim();
    if (text === "") return leave();
    this.#client.say(text);
    this.#input.value = "";
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #open(isOpen: boolean): void {
    this.element.classList.toggle("open", isOpen);
    set(this.#toggle, "aria-expanded", String(isOpen));
    set(this.#toggle, "aria-label", isOpen ? en.hideChat : en.showChat);
    write(this.#toggle, isOpen ? "▾" : "▴");
    this.#log.scrollTop = this.#log.scrollHeight;
  }
}

function line(name: string | undefined, text: string, own: string | undefined): HTMLElement {
  if (name === undefined) return h("p", { class: "system" }, text);
  const speaker = h("bdi", {}, name);
  speaker.style.setProperty("--name", `oklch(86% 0.1 ${hueOf(name)})`);
  const isMention = own !== undefined && name !== own && text.toLowerCase().includes(own.toLowerCase());
  return h("p", isMention ? { class: "mention" } : {}, speaker, ": ", h("bdi", {}, text));
}

/** The same name has the same colour everywhere. */
function hueOf(name: string): number {
  let sum = 7;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return sum;
}
