import type { Client, Frame, Goal, LoadedWorld, View } from "../app/view.ts";
import { Sound } from "../audio/sound.ts";
import { en } from "../i18n/en.ts";
import { Controls, type Device } from "../input/controls.ts";
import { keyName } from "../input/keys.ts";
import { uncovered, type Covered } from "../render/camera.ts";
import type { Moment, Renderer, RendererOptions } from "../render/renderer.ts";
import { Chat } from "./chat.ts";
import { h, set, write } from "./h.ts";
import { HelpDialog } from "./help-dialog.ts";
import { Nearby } from "./nearby.ts";
import { Network, type Drawing } from "./network.ts";
import { Notices } from "./notices.ts";
import { Prompts } from "./prompts.ts";
import { SessionPanel } from "./session-panel.ts";
import { TitleScreen } from "./title-screen.ts";

/** How often the page's own data follow the game, in milliseconds. */
const mirrorMs = 100;

export interface PageOptions {
  readonly client: Client;
  readonly showNetwork: boolean;
  readonly renderer: RendererOptions["wanted"];
  /** Loads the renderer; kept apart so that the first screen does not wait for it. */
  createRenderer(options: RendererOptions): Promise<Renderer>;
}

/** The page: everything the player sees and touches, kept in step with the client. */
export class Page {
  readonly main = h("main", {});
  readonly #client: Client;
  readonly #canvas = h("canvas", {
    class: "world",
    tabindex: 0,
    role: "application",
    "aria-describedby": "whereabouts",
  });
  readonly #banner = h("div", { "aria-hidden": "true" });
  readonly #hint = h("div", { class: "hint panel" });
  readonly #mute = h("button", { type: "button", class: "icon" });
  readonly #sound = new Sound();
  readonly #title = new TitleScreen();
  readonly #chat: Chat;
  readonly #session: SessionPanel;
  readonly #nearby: Nearby;
  readonly #notices: Notices;
  readonly #prompts: Prompts;
  readonly #network: Network;
  readonly #controls: Controls;
  readonly #parts: readonly { update(view: View): void }[];
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #phone = matchMedia("(max-width: 700px)");
  #covered = uncovered;
  #renderer: Renderer | undefined;
  #shown: LoadedWorld | undefined;
  #drawing: "nothing" | "preparing" | "first" | "on" = "nothing";
  #mirroredAt = 0;
  #frames = 0;
  #fps = 0;
  #fpsSince = 0;
  #last: View | undefined;
  #frameNow: Frame | undefined;

  constructor(options: PageOptions) {
    const { client } = options;
    this.#client = client;
    this.#chat = new Chat(
      client,
      () => this.#canvas.focus(),
      () => this.#sound.play("chat"),
    );
    this.#session = new SessionPanel(client);
    this.#nearby = new Nearby(client);
    this.#notices = new Notices(client, () => this.#sound.play("error"));
    this.#prompts = new Prompts(client);
    this.#network = new Network(options.showNetwork);
    const stick = h("div", { class: "stick", hidden: true }, h("i", {}));
    this.#controls = new Controls({
      client,
      canvas: this.#canvas,
      stick,
      toWorld: (x, y) => this.#renderer?.toWorld(x, y) ?? { x: 0, y: 0 },
      entityAt: (point) => entityAt(this.#frameNow, point),
      press: (action) => this.#press(action),
      changed: (device) => this.#showHint(device),
    });
    this.#parts = [this.#title, this.#chat, this.#session, this.#nearby, this.#notices, this.#prompts];
    this.#assemble(stick);
    void this.#start(options);
  }

  get drawing(): Drawing {
    const { kind = "none", quality = 0 } = this.#renderer ?? {};
    return { fps: this.#fps, kind, quality };
  }

  /** What only the page can add to a performance sample. */
  get gauges(): Record<string, number> {
    return { fps: this.#fps, network_stats_ui_visible: Number(this.#network.isOpen) };
  }

  #assemble(stick: HTMLElement): void {
    const help = new HelpDialog(this.#controls, this.#sound, () => this.#showSettings());
    const helpButton = h("button", { type: "button", class: "icon", "aria-label": en.helpHint }, "?");
    helpButton.addEventListener("click", () => help.open());
    this.#mute.addEventListener("click", () => this.#press("mute"));
    const tools = h("div", { class: "tools" }, this.#mute, helpButton);
    this.#session.element.append(tools);
    this.#notices.element.prepend(this.#prompts.aside);
    this.main.append(
      this.#canvas,
      h("div", { class: "focus-frame", "aria-hidden": "true" }),
      stick,
      this.#banner,
      this.#title.element,
      h("div", { class: "corner top-left" }, this.#nearby.element),
      h("div", { class: "corner top-right" }, this.#session.element, this.#network.element),
      this.#chat.element,
      h("div", { class: "corner bottom-right" }, this.#hint),
      this.#notices.element,
      this.#session.dialog.element,
      help.element,
      this.#prompts.modal,
    );
    this.#showSettings();
  }

  async #start(options: PageOptions): Promise<void> {
    document.body.append(this.main);
    this.#client.subscribe((view) => this.#update(view));
    this.#update(this.#client.view);
    requestAnimationFrame(this.#frame);
    this.#renderer = await options.createRenderer({ canvas: this.#canvas, wanted: options.renderer });
  }

  #update(view: View): void {
    const last = this.#last;
    this.#last = view;
    this.#mark(view);
    for (const part of this.#parts) part.update(view);
    if (view.state === "traveling" && last?.state !== "traveling" && last?.world) this.#sound.play("portal");
    const isElsewhere = view.world?.key !== last?.world?.key;
    if (isElsewhere) this.#change(view.world);
    if ((isElsewhere && view.world) || hasReturned(last, view)) this.#focusWorld();
  }

  #mark({ state, world, player }: View): void {
    set(this.main, "data-state", state);
    set(this.main, "data-world", world?.key ?? "");
    set(this.main, "data-player", player?.name ?? "");
    set(this.#canvas, "aria-label", en.canvas(world?.name ?? ""));
  }

  #change(world: View["world"]): void {
    // A place belongs to its world: the next picture tells the new one.
    for (const name of ["data-x", "data-y"]) this.main.removeAttribute(name);
    if (world) this.#enter(world.name);
  }

  #enter(name: string): void {
    this.main.style.setProperty("--accent", this.#client.loaded?.map.theme.accent ?? "");
    this.#sound.play("arrive");
    // A new element, so that its animation begins anew.
    this.#banner.replaceChildren(h("div", { class: "banner" }, name));
  }

  /** Unless the player is typing, or has something to answer. */
  #focusWorld(): void {
    const active = document.activeElement;
    const isBusy = active instanceof HTMLInputElement || document.querySelector("dialog:modal") !== null;
    if (!isBusy) this.#canvas.focus({ preventScroll: true });
  }

  readonly #frame = (now: number): void => {
    requestAnimationFrame(this.#frame);
    this.#controls.poll();
    const frame = this.#client.frame(now);
    this.#frameNow = frame;
    this.#draw(frame, now);
    this.#network.look(frame);
    this.#title.tick(now);
    this.#countFrame(now);
    if (now - this.#mirroredAt >= mirrorMs) this.#mirror(frame, now);
  };

  #draw(frame: Frame, now: number): void {
    const { loaded } = this.#client;
    if (this.#renderer === undefined || loaded === undefined) return;
    if (loaded !== this.#shown) this.#prepare(this.#renderer, loaded);
    // The last picture of the old world stays until the new one's are ready.
    if (this.#drawing === "preparing") return;
    this.#renderer.draw(frame, this.#moment(now));
    if (this.#drawing !== "first") return;
    this.#drawing = "on";
    this.#client.drawn();
  }

  #prepare(renderer: Renderer, loaded: LoadedWorld): void {
    this.#shown = loaded;
    this.#drawing = "preparing";
    const ready = (): void => {
      if (this.#shown === loaded) this.#drawing = "first";
    };
    renderer.show(loaded).then(ready, (error: unknown) => console.error("WORLD_DRAW_FAILED", error));
  }

  #moment(now: number): Moment {
    const { device, keys } = this.#controls;
    const useHint =
      device === "keyboard" && keys.use !== "Space" ? `[${keyName(keys.use)}]` : en.inReach[device];
    return { now, useHint, guestTag: en.guestTag, isCalm: this.#calm.matches, covered: this.#covered };
  }

  /** On a phone the panels lie above and below the world, otherwise beside it. */
  #measure(): Covered {
    if (this.#nearby.element.hidden) return uncovered;
    const nearby = this.#nearby.element.getBoundingClientRect();
    if (!this.#phone.matches) return { ...uncovered, left: nearby.right };
    const chat = this.#chat.element.getBoundingClientRect();
    return { ...uncovered, top: nearby.bottom, bottom: Math.min(innerHeight - chat.top, innerHeight * 0.25) };
  }

  #mirror(frame: Frame, now: number): void {
    this.#mirroredAt = now;
    if (frame.self) {
      set(this.main, "data-x", Math.round(frame.self.x));
      set(this.main, "data-y", Math.round(frame.self.y));
    }
    this.#nearby.look(frame, this.#client.view, now);
    this.#covered = this.#measure();
    this.#network.update(this.#client.view, this.drawing);
  }

  #countFrame(now: number): void {
    this.#frames++;
    if (now - this.#fpsSince < 1000) return;
    this.#fps = (this.#frames * 1000) / (now - this.#fpsSince);
    this.#frames = 0;
    this.#fpsSince = now;
  }

  #press(action: "chat" | "mute" | "network"): void {
    if (action === "chat") {
      this.#controls.release();
      return this.#chat.focus();
    }
    if (action === "network") return this.#network.toggle();
    this.#sound.set(this.#sound.volume, !this.#sound.isMuted);
    this.#showSettings();
  }

  #showSettings(): void {
    const { isMuted } = this.#sound;
    set(this.#mute, "aria-label", isMuted ? en.soundOff : en.soundOn);
    write(this.#mute, isMuted ? "♪̸" : "♪");
    this.#showHint(this.#controls.device);
  }

  #showHint(device: Device): void {
    const { keys } = this.#controls;
    const walk = keyName(keys.up) + keyName(keys.left) + keyName(keys.down) + keyName(keys.right);
    const names: Readonly<Record<string, string>> = {
      WASD: walk,
      Space: keyName(keys.use),
      Enter: keyName(keys.chat),
    };
    const entries = en.hints[device].map(([key, does]) =>
      h("span", {}, h("kbd", {}, names[key] ?? key), ` ${does}`),
    );
    this.#hint.replaceChildren(...entries);
  }
}

/** The character or thing whose picture covers that point of the world; the one in front when there are several. */
function entityAt(frame: Frame | undefined, point: { x: number; y: number }): Goal | undefined {
  const hit = frame?.others
    .filter(({ kind, x, y }) => kind !== "player" && covers(x - point.x, y - point.y))
    .toSorted((a, b) => b.y - a.y)[0];
  return hit && { x: hit.x, y: hit.y, entity: hit.id };
}

/** A body's picture stands above its middle; a finger is no pencil. */
const covers = (dx: number, dy: number): boolean => Math.abs(dx) < 22 && dy > -24 && dy < 38;

/** A log-in may lead into the same world, and its dialog gives the focus back to "Log out". */
const hasReturned = (last: View | undefined, { state, problem }: View): boolean =>
  last?.state === "traveling" && state === "in-world" && problem === last.problem;
