/** Asks a process's inspector what its JavaScript allocates, by sampling, garbage included. */

/** One byte in so many is looked at; what is reported is scaled back. */
const samplingBytes = 4096;

interface ProfileNode {
  readonly callFrame: { readonly functionName: string };
  readonly selfSize: number;
  readonly children: readonly ProfileNode[];
}

export interface Allocations {
  readonly bytes: number;
  /** Functions by what they allocated, most first. */
  readonly functions: readonly (readonly [name: string, bytes: number])[];
}

export class HeapProfile implements Disposable {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
      if (id !== undefined) this.#waiting.get(id)?.(result);
    });
  }

  static async open(inspector: string): Promise<HeapProfile> {
    const socket = new WebSocket(inspector);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", () => reject(new Error("the inspector does not answer")));
    });
    return new HeapProfile(socket);
  }

  async start(): Promise<void> {
    await this.#call("HeapProfiler.startSampling", {
      samplingInterval: samplingBytes,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
  }

  async stop(): Promise<Allocations> {
    const { profile } = (await this.#call("HeapProfiler.stopSampling", {})) as {
      profile: { head: ProfileNode };
    };
    return allocationsIn(profile.head);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #call(method: string, params: object): Promise<unknown> {
    const id = ++this.#calls;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
}

export function allocationsIn(head: ProfileNode): Allocations {
  const byName = new Map<string, number>();
  const nodes = [head];
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    const name = node.callFrame.functionName || "(anonymous)";
    byName.set(name, (byName.get(name) ?? 0) + node.selfSize);
    nodes.push(...node.children);
  }
  const functions = [...byName].filter(([, bytes]) => bytes > 0).toSorted(([, a], [, b]) => b - a);
  return { bytes: functions.reduce((sum, [, bytes]) => sum + bytes, 0), functions };
}
