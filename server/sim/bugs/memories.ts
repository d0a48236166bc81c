import { cells, type Handler, ignore, type PlantedBug, tier, where } from "../planting.ts";

/** Mistakes about what worlds want remembered, from one launch to the next. */

const successors = ["running", "closing", "suspect"];
const phases = ["starting", "testing", "running", "closing", "suspect", "stopping"];

/** What a launch inherits is as good as known once it is said. */
const toldOnce =
  (real: Handler): Handler =>
  (state, input, turn) => {
    const next = real(state, input, turn);
    return next && { ...next, inherits: undefined };
  };

export const memoryBugs: readonly PlantedBug[] = [
  {
    name: "what worlds remember is not written down",
    law: "S24",
    change: where({ kill: 0.05 }),
    code: () => tier("memory", "volatile"),
  },
  {
    name: "the launch that takes over is told once what it inherits, and believed at once",
    law: "S24",
    change: where({ upgrade: 0.2, cut: 1 }),
    code: () => cells("launch", successors, { "take.over": toldOnce, recalled: toldOnce }),
  },
  {
    name: "what is still done in a launch that was taken over from is forgotten",
    law: "S24",
    change: where({ upgrade: 0.2 }),
    code: () => cells("world", ["open", "closed"], { "went.on": ignore }),
  },
  {
    name: "nobody reads the last words of a process",
    law: "S24",
    change: where({ kill: 0.05, crash: 0.2 }),
    code: () => cells("launch", phases, { lastWords: ignore }),
  },
];
