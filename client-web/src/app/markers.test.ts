import { describe, expect, it } from "vitest";
import type { Journey, JourneyInput, JourneyStep } from "./journey-state.ts";
import { beginJourney, stepJourney } from "./journey.ts";
import { markersOf } from "./markers.ts";

const options = { version: "8.9" };
const pack = { url: "http://127.0.0.1/hub.zip", size: 10, mtime: 1, sha256: "0".repeat(64) };

/** Feeds a journey, collecting the lines it is worth. Dials and requests take the journey's own numbers. */
class Story {
  journey: Journey;
  readonly lines: string[] = [];
  now = 0;
  #step: JourneyStep;

  constructor() {
    this.#step = beginJourney(options, undefined, { now: 0, luck: 0.5 });
    this.journey = this.#step.journey;
  }

  get dial(): number {
    return "dial" in this.journey.control ? this.journey.control.dial : 0;
  }

  hear(input: JourneyInput): this {
    const before = this.journey;
    this.#step = stepJourney(before, input, { now: this.now, luck: 0.5 });
    this.journey = this.#step.journey;
    this.lines.push(...markersOf(before, input, this.journey, this.#step.effects));
    return this;
  }

  master(message: object): this {
    return this.hear({ type: "control.heard", dial: this.dial, message: message as never });
  }

  welcomed(): this {
    const welcome = {
      epoch: "e",
      seq: 1,
      session: "s",
      resume: "r",
      resumed: false,
      complete: true,
      protocol: 1,
    };
    this.hear({ type: "control.opened", dial: this.dial });
    const who = { version: "8.9", name: "Guest-1", guest: true, worlds: [], initial: "hub", chat: [] };
    return this.master({ type: "welcome", ...welcome, ...who });
  }

  leased(hardMs = 60_000): this {
    const lease = { lease: "l1", cause: "first", world: "hub", name: "Hub", pack, softMs: 1000, hardMs };
    return this.master({ type: "lease", seq: 2, ...lease });
  }
}

describe("the markers VirtuCade's scripts look for", () => {
  it("tell a version that is refused", () => {
    const story = new Story().hear({ type: "control.opened", dial: 1 });
    story.master({ type: "rejected", reason: "version_mismatch", server: "8.8", client: "8.9" });
    expect(story.lines).toEqual([
      "PROJECT_VERSION_REJECTED client=8.9 server=8.8",
      "CONNECTION_PROMPT title=Game Updated message=update",
    ]);
  });

  it("tell every attempt to reach the master after the first, and that it is offline", () => {
    const story = new Story();
    for (let attempt = 0; attempt < 5; attempt++) {
      story.hear({ type: "control.closed", dial: story.dial, code: 1006 });
      story.now += 60_000;
      story.hear({ type: "wake" });
    }
    expect(story.lines).toEqual([
      "MASTER_BOOTSTRAP_RETRY attempt=1",
      "MASTER_BOOTSTRAP_RETRY attempt=2",
      "MASTER_BOOTSTRAP_RETRY attempt=3",
      "MASTER_BOOTSTRAP_RETRY attempt=4",
      "CONNECTION_PROMPT title=Server Offline message=server_offline",
      "MASTER_BOOTSTRAP_RETRY attempt=5",
    ]);
  });

  it("tell a join and its repetition under the same lease", () => {
    const story = new Story().welcomed().leased();
    const { travel } = story.journey;
    story.hear({ type: "pack.ready", pack: travel?.phase === "preparing" ? travel.pack : 0 });
    const { travel: redeeming } = story.journey;
    const re = redeeming?.phase === "redeeming" ? redeeming.re : 0;
    story.master({ type: "denied", seq: 3, re, lease: "l1", reason: "ticket_unavailable" });
    story.now += 1000;
    story.hear({ type: "wake" });
    expect(story.lines).toEqual([
      "WORLD_JOIN_REQUEST key=hub lease=l1 attempt=1",
      "WORLD_JOIN_RETRY key=hub lease=l1 attempt=2",
    ]);
  });

  it("tell a pack given up because its lease ends", () => {
    const story = new Story().welcomed().leased(9000);
    story.now += 4500;
    story.hear({ type: "wake" });
    expect(story.lines).toContain("WORLD_PACK_CANCELED key=hub reason=travel_lease_expiring");
  });
});
