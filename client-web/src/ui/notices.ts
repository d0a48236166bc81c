import type { Client, Problem, View } from "../app/view.ts";
import { en } from "../i18n/en.ts";
import { DrainNotice } from "./drain-notice.ts";
import { h, say, set, write } from "./h.ts";
import { UpdateNotice } from "./update-notice.ts";

const problemMs = 9000;

/** What is going on right now: a download, a journey, something refused, what the server cannot do for a while. */
export class Notices {
  readonly element: HTMLElement;
  readonly #bar = h("progress", { max: 1 });
  readonly #what = h("strong", {});
  readonly #amount = h("span", { class: "amount" });
  readonly #spoken = h("p", { class: "unseen", role: "status" });
  readonly #download: HTMLElement;
  readonly #travel = h("div", { class: "note wait panel", role: "status" });
  readonly #saving = h("div", { class: "note wait panel", role: "status" });
  readonly #away = h("div", { class: "note quiet panel", role: "status" });
  readonly #drain = new DrainNotice();
  readonly #update: UpdateNotice;
  readonly #problem = h("div", {});
  readonly #failed: () => void;
  #problemKey = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `failed` is called whenever something was refused. */
  constructor(client: Client, failed: () => void) {
    this.#failed = failed;
    const cancel = h("button", { type: "button", on: { click: () => client.cancelTravel() } }, en.cancel);
    this.#download = h(
      "div",
      { class: "download panel" },
      h("div", { class: "row" }, this.#what, cancel),
      this.#bar,
      this.#amount,
    );
    this.#update = new UpdateNotice(() => client.reload());
    this.element = h("div", { class: "corner top-middle" });
    this.element.append(
      this.#spoken,
      this.#drain.spoken,
      this.#download,
      this.#travel,
      this.#drain.countdown,
      this.#away,
      this.#saving,
      this.#update.element,
      this.#problem,
    );
  }

  update(view: View): void {
    this.#showDownload(view);
    say(this.#travel, isOnTheWay(view) ? wayOf(view) : "");
    this.#drain.update(view);
    this.#update.update(view);
    say(this.#away, view.isMasterAway ? en.masterAway : "");
    say(this.#saving, view.isSavingPaused ? en.savingPaused : "");
    const { problem } = view;
    if (problem === undefined || problem.key === this.#problemKey) return;
    this.#problemKey = problem.key;
    this.#failed();
    if (problem.about !== "login" && problem.about !== "chat") this.#showProblem(problem);
  }

  #showDownload({ download }: View): void {
    this.#download.hidden = download === undefined;
    if (download === undefined) return write(this.#spoken, "");
    const share = download.total > 0 ? download.loaded / download.total : 0;
    const percent = Math.floor(share * 100);
    write(this.#what, en.downloading(download.name));
    write(this.#amount, en.amount(download.loaded, download.total));
    write(this.#spoken, en.downloaded(download.name, Math.floor(percent / 25) * 25));
    set(this.#bar, "aria-label", en.downloading(download.name));
    set(this.#bar, "aria-valuetext", `${percent} %`);
    this.#bar.value = share;
  }

  #showProblem(problem: Problem): void {
    const where = problem.world === undefined ? "" : `${problem.world}: `;
    const close = h("button", { type: "button", class: "icon", "aria-label": en.dismiss }, "✕");
    const note = h(
      "div",
      { class: "note bad panel" },
      h("p", { role: "alert" }, where + en.reason(problem.reason)),
      close,
    );
    const clear = (): void => note.remove();
    close.addEventListener("click", clear);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(clear, problemMs);
    this.#problem.replaceChildren(note);
  }
}

/** Between two worlds, with nothing more telling to show. */
const isOnTheWay = ({ state, world, download }: View): boolean =>
  world !== undefined && download === undefined && (state === "traveling" || state === "preparing");

function wayOf({ lost, cause = "portal" }: View): string {
  return lost ? en.lost[lost] : en.onTheWay[cause];
}
