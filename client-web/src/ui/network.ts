import type { View } from "../app/view.ts";
import { en } from "../i18n/en.ts";
import { h, write } from "./h.ts";

/** Figures of the drawing, beside those of the client. */
export interface Drawing {
  readonly fps: number;
  readonly kind: string;
  readonly quality: number;
}

/** The figures of connection and drawing, for the curious and for reports. */
export class Network {
  readonly element: HTMLElement;
  readonly #lines = Array.from({ length: 5 }, () => h("p", {}));
  readonly #more = h("p", { class: "more" });

  constructor(isOpen: boolean) {
    this.element = h("section", { class: "network panel", "aria-label": en.network, hidden: !isOpen });
    this.element.append(...this.#lines, this.#more);
    this.#write(["net: connecting"]);
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  toggle(): void {
    this.element.hidden = !this.element.hidden;
  }

  update(view: View, drawing: Drawing): void {
    if (this.element.hidden) return;
    const net = view.network;
    if (view.state === "connecting") return this.#write(["net: connecting"]);
    this.#write([
      `net master=${ms(net.masterMs)} world=${ms(net.worldMs)}`,
      `ws buffered master=${net.masterBuffered} world=${net.worldBuffered}`,
      `world ${view.world?.key ?? "none"} routes=${net.worlds} chat=${view.chat.isUp ? "on" : "off"}`,
      `pack ${net.pack.status} ${net.pack.bytes} in ${ms(net.pack.ms)}`,
      `transfer ${ms(net.transferMs)} fps=${Math.round(drawing.fps)}`,
    ]);
    const starved = (net.starved * 100).toFixed(1);
    write(
      this.#more,
      `${drawing.kind} level=${drawing.quality} delay=${ms(net.delayMs)} starved=${starved}% corrections=${net.corrections}`,
    );
  }

  #write(texts: readonly string[]): void {
    for (const [i, line] of this.#lines.entries()) write(line, texts[i] ?? "");
  }
}

const ms = (value: number | undefined): string => (value === undefined ? "-" : `${Math.round(value)}ms`);
