import type { WorldEntry } from "#shared/manifest.ts";
import { Page, type PageDeps } from "./client.ts";
import type { SimNature } from "./nature.ts";

type Habit = Exclude<keyof Habits, "restMs"> | "babble" | "forge";

export interface PlayerDeps {
  readonly nature: SimNature;
  readonly worlds: ReadonlyMap<string, WorldEntry>;
  readonly page: PageDeps;
  readonly habits: Habits;
  /** Shows tickets behind the page's back. */
  readonly cheat: (url: string, tickets: readonly string[]) => void;
  /** Says on the page's connection what the page never would. */
  readonly babble: (page: Page) => void;
  /** Says hello on a socket of its own and asks for what is not its own. */
  readonly forge: () => void;
  /** Told of everything a player does that goes against somebody's plans. */
  readonly count: (habit: Habit) => void;
}

/** How often, per wish, a player does what. */
export interface Habits {
  readonly login: number;
  readonly cancel: number;
  readonly reload: number;
  readonly duplicate: number;
  readonly cheat: number;
  /** Chance that a page never closes the socket of a world it has left. */
  readonly cling: number;
  /** The longest time between two wishes. */
  readonly restMs: number;
}

/** Few names, so that people meet themselves. */
const names = ["Ada", "Bo", "Cy"];

/** A restless player in front of a page: walks through portals, logs in, reloads, changes their mind. */
export class Player {
  readonly id: string;
  page: Page;
  /** Pages left open in other tabs. */
  readonly others: Page[] = [];
  isCalm = false;
  isGone = false;
  #pages = 0;
  readonly #deps: PlayerDeps;

  constructor(id: string, deps: PlayerDeps) {
    this.id = id;
    this.#deps = deps;
    this.page = this.#open();
    this.#later();
  }

  get pages(): readonly Page[] {
    return [this.page, ...this.others];
  }

  quit(): void {
    this.isGone = true;
    for (const page of this.pages) page.close();
  }

  #open(resume = this.page?.resume): Page {
    const { nature, habits, page } = this.#deps;
    const manners = { isClinging: this.#has("cling"), isSly: nature.chance(habits.cheat / 3) };
    return new Page(`${this.id}.${++this.#pages}`, resume, manners, page);
  }

  #later(): void {
    this.#deps.nature.after(this.#deps.nature.between(300, this.#deps.habits.restMs), () => {
      if (this.isGone) return;
      this.#wish();
      this.#later();
    });
  }

  #wish(): void {
    const { nature } = this.#deps;
    const { page } = this;
    if (page.journey.control.phase === "halted") return page.take({ type: "retry" });
    if (this.isCalm) return;
    if (this.#has("reload")) return this.#reload();
    if (this.#has("duplicate")) return this.#duplicate();
    if (this.#has("cancel")) return page.take({ type: "cancelTravel" });
    if (this.#has("login")) return this.#changeIdentity();
    this.#cheat();
    if (nature.chance(0.2)) page.take({ type: "say", text: "hello" });
    const portals = this.#deps.worlds.get(page.journey.world?.key ?? "")?.portals ?? {};
    const portal = nature.pick(Object.keys(portals));
    if (portal !== undefined) page.take({ type: "usePortal", portal });
  }

  #cheat(): void {
    const { cheat, forge, babble } = this.#deps;
    const last = this.page.tickets.slice(-2);
    const { url } = last.at(-1) ?? {};
    if (url && this.#has("cheat"))
      cheat(
        url,
        last.map(({ ticket }) => ticket),
      );
    if (this.#has("cheat", "babble")) babble(this.page);
    if (this.#has("cheat", "forge")) forge();
  }

  #has(habit: Exclude<keyof Habits, "restMs">, name: Habit = habit): boolean {
    const { nature, habits, count } = this.#deps;
    if (!nature.chance(habits[habit])) return false;
    count(name);
    return true;
  }

  #changeIdentity(): void {
    const { page } = this;
    const name = this.#deps.nature.pick(names) ?? "Ada";
    page.take(page.journey.session?.guest === false ? { type: "logout" } : { type: "login", name });
  }

  #reload(): void {
    this.page.close();
    this.page = this.#open();
  }

  /** A duplicated tab has a copy of the storage; the player goes on in the new one. */
  #duplicate(): void {
    this.others.push(this.page);
    this.page = this.#open();
  }
}
