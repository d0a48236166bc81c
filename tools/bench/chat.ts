import { fileURLToPath } from "node:url";
import { CpuMeter } from "./cpu-meter.ts";
import type { ChatOrder, Spell, Spoken } from "./chat-load.ts";
import { startChat } from "./chat-server.ts";
import { LoadProcess } from "./load-process.ts";
import type { Row, SystemName } from "./row.ts";
import { combinations } from "./workload.ts";
import type { RunOptions, Workload } from "./workload.ts";

const generator = fileURLToPath(new URL("chat-load.ts", import.meta.url));
const sizes = { saturation: 500, "half-load": 2000 } as const;
const manyInFlight = 64;
/** With many lines in flight the load cannot look into every frame of every listener. */
const sampledOfMany = 64;
const [warmMs, windowMs] = [2000, 5000];

export const chat: Workload = {
  name: "chat",
  about: `One room, N clients who all hear every line of 100 characters. \`saturation\`: ${manyInFlight} lines in flight; lines
delivered for each second the server's core was busy. Below the table the same with one line at a time, the next one
said when everybody has heard the last: no two of them can be joined. \`half-load\`: lines are said evenly, half as many
a second as one core could deliver one at a time; from saying to each hearing. Everybody must have heard every line
once, and all in one order (with many in flight ${sampledOfMany} of them are read line by line, of the others lines are
counted); a run in which somebody did not does not count.`,
  modes: ["saturation", "half-load"],
  systems: ["portcade", "colyseus-all", "socketio", "ws-json", "c-epoll"],
  async *run(options) {
    const singly = new Map<SystemName, number[]>();
    for (const { mode, system, run } of combinations(options)) {
      if (mode !== "saturation" && mode !== "half-load") continue;
      const n = options.n ?? sizes[mode];
      options.progress(`${system}, ${mode}, N = ${n}, run ${run}`);
      try {
        await using room = await Room.open(system, n);
        yield mode === "saturation" ? await room.saturate() : await room.halfLoad();
        if (mode !== "saturation") continue;
        const one = await room.deliveredSingly();
        options.progress(`${system}, one line at a time: ${one.toFixed(0)} a core-second`);
        singly.set(system, [...(singly.get(system) ?? []), one]);
      } catch (error) {
        options.reject(
          `${system}, ${mode}, N = ${n}`,
          error instanceof Error ? error.message : String(error),
        );
      }
    }
    if (singly.size > 0) options.note(noteOf(singly, options));
  },
};

function noteOf(
  singly: ReadonlyMap<SystemName, readonly number[]>,
  { n = sizes.saturation }: RunOptions,
): string {
  const medians = [...singly].map(([system, values]) => [system, medianOf(values)] as const);
  const ours = medians.find(([system]) => system === "portcade")?.[1];
  const rows = medians.map(
    ([system, value]) =>
      `| ${system} | ${Math.round(value / 1000)} k | ${ours === undefined ? "" : `× ${(ours / value).toFixed(1)}`} |`,
  );
  return `One line at a time (N = ${n}), each a write to every listener. Portcade rests up to 5 ms between two, so its core is
idle most of the time, and waking up is in its figure; medians:

| system | delivered per core-second | Portcade delivers |
|---|---|---|
${rows.join("\n")}`;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

interface Measured extends Spoken {
  readonly cpuPercent: number;
  readonly loadCpuPercent: number;
  readonly perCoreSecond: number;
}

/** A server with everybody in its room. */
class Room implements AsyncDisposable {
  readonly #system: SystemName;
  readonly #n: number;
  readonly #pid: number;
  readonly #load: LoadProcess;
  readonly #end: AsyncDisposableStack;

  private constructor(
    system: SystemName,
    n: number,
    pid: number,
    load: LoadProcess,
    end: AsyncDisposableStack,
  ) {
    this.#system = system;
    this.#n = n;
    this.#pid = pid;
    this.#load = load;
    this.#end = end;
  }

  static async open(system: SystemName, n: number): Promise<Room> {
    await using all = new AsyncDisposableStack();
    const { pid, port } = all.use(await startChat(system));
    const load = all.use(new LoadProcess(generator, { system, port, n } satisfies ChatOrder));
    await load.hear("in");
    return new Room(system, n, pid, load, all.move());
  }

  async saturate(): Promise<Row> {
    const { cpuPercent, loadCpuPercent, perCoreSecond } = await this.#measure({
      inFlight: manyInFlight,
      sampled: sampledOfMany,
    });
    return { ...this.#row("saturation"), cpuPercent, loadCpuPercent, deliveredPerCoreSecond: perCoreSecond };
  }

  async halfLoad(): Promise<Row> {
    const perSecond = (await this.deliveredSingly()) / this.#n / 2;
    const { latencies, ...costs } = await this.#measure({ perSecond, sampled: this.#n });
    const { cpuPercent, loadCpuPercent } = costs;
    return {
      ...this.#row("half-load"),
      cpuPercent,
      loadCpuPercent,
      p50Ms: latencies.p50,
      p99Ms: latencies.p99,
    };
  }

  async deliveredSingly(): Promise<number> {
    const { perCoreSecond } = await this.#measure({ inFlight: 1, sampled: this.#n });
    return perCoreSecond;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end.disposeAsync();
  }

  #row(mode: "saturation" | "half-load") {
    return { workload: "chat", mode, system: this.#system, n: this.#n } as const;
  }

  async #measure(spell: Omit<Spell, "warmMs" | "windowMs">): Promise<Measured> {
    this.#load.goOn({ ...spell, warmMs, windowMs } satisfies Spell);
    await this.#load.hear("window");
    const [server, load] = [new CpuMeter(this.#pid), new CpuMeter(this.#load.pid)];
    this.#load.goOn();
    await this.#load.hear("ended");
    const [cpuPercent, loadCpuPercent, seconds] = [server.percent, load.percent, server.seconds];
    this.#load.goOn();
    const spoken = await this.#load.hear<Spoken>("spoken");
    if (spoken.faults.length > 0) throw new Error(spoken.faults.join("; "));
    return { ...spoken, cpuPercent, loadCpuPercent, perCoreSecond: spoken.delivered / seconds };
  }
}
