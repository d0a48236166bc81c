import type { Frame, NetworkStats, View } from "../app/view.ts";
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
  readonly #more = Array.from({ length: 5 }, () => h("p", { class: "more" }));

  constructor(isOpen: boolean) {
    this.element = h("section", { class: "network panel", "aria-label": en.network, hidden: !isOpen });
    this.element.append(...this.#lines, ...this.#more);
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
    this.#writeMore(net, drawing);
  }

  /** Where the nearest of the others is shown, frame by frame. */
  look({ self, others }: Frame): void {
    if (this.element.hidden || !self) return;
    const far = (one: { x: number; y: number }): number => Math.hypot(one.x - self.x, one.y - self.y);
    const near = others.filter(({ kind }) => kind === "player");
    const nearest = near.reduce((a, b) => (far(b) < far(a) ? b : a), near[0] ?? self);
    const at = nearest === self ? "none" : `${nearest.x.toFixed(1)},${nearest.y.toFixed(1)}`;
    write(this.#more.at(-1) ?? this.element, `nearest ${at}`);
  }

  #writeMore(net: NetworkStats, { kind, quality }: Drawing): void {
    const { line } = net;
    const texts = [
      `${kind} level=${quality} entities=${net.entities} skipped=${net.skipped}`,
      `delay=${ms(net.delayMs)} starved=${(net.starved * 100).toFixed(1)}%`,
      `corrections ${net.correctionsPerMinute}/min largest=${net.largestCorrection.toFixed(1)}`,
      `in=${kB(net.receivedPerSecond)} out=${kB(net.sentPerSecond)}${line ? ` bad line ${line.lagMs}±${line.jitterMs}ms ${line.loss * 100}%` : ""}`,
    ];
    for (const [i, text] of texts.entries()) write(this.#more[i] ?? this.element, text);
  }

  #write(texts: readonly string[]): void {
    for (const [i, line] of this.#lines.entries()) write(line, texts[i] ?? "");
  }
}

const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)}kB/s`;

const ms = (value: number | undefined): string => (value === undefined ? "-" : `${Math.round(value)}ms`);
