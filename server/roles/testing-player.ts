import { type Heard, Peer } from "#adapters/ws/testing.ts";
import { encodeCommands } from "#shared/protocol/commands.ts";
import { Replica } from "#shared/protocol/replica.ts";
import { appVersion, protocol } from "#shared/version.ts";

export interface HelloOptions {
  readonly version?: string;
  readonly resume?: { token: string; epoch: string; seq: number };
}

const tls = { rejectUnauthorized: false };

/** A player who knows only the protocol: says hello, prepares nothing, walks straight. */
export class TestPlayer {
  readonly control: Peer;
  readonly #url: string;
  welcome: Heard = { type: "none" };
  world: Peer | undefined;
  #id = 1;
  #commands = 1;
  #replica = new Replica(1);
  #applied = 0;

  private constructor(control: Peer, url: string) {
    this.control = control;
    this.#url = url;
  }

  /** A connection that has said nothing yet. */
  static async dial(url: string): Promise<TestPlayer> {
    return new TestPlayer(await Peer.open(url, tls), url);
  }

  /** A connection that has been welcomed. */
  static async connect(url: string, options: HelloOptions = {}): Promise<TestPlayer> {
    const player = await TestPlayer.dial(url);
    player.hello(options);
    player.welcome = await player.control.until("welcome");
    return player;
  }

  hello({ version = appVersion, resume }: HelloOptions = {}): number {
    const { oldest, newest } = protocol;
    return this.ask({ type: "hello", protocol: { oldest, newest }, version, ...(resume && { resume }) });
  }

  /** Sends a request to the master under a new number. */
  ask(message: { type: string; [field: string]: unknown }): number {
    const id = this.#id++;
    this.control.say({ ...message, id });
    return id;
  }

  /** Sends a request and waits for what answers it. */
  async answer(message: { type: string; [field: string]: unknown }): Promise<Heard> {
    const id = this.ask(message);
    return this.control.until(({ re }) => re === id);
  }

  /** What a later hello shows to become this session again. */
  get resume(): { token: string; epoch: string; seq: number } {
    const seqs = this.control.heard.map(({ seq }) => (typeof seq === "number" ? seq : 0));
    const { resume, epoch } = this.welcome;
    return { token: resume as string, epoch: epoch as string, seq: Math.max(0, ...seqs) };
  }

  /** Comes back with the newest token, as a client does whose socket was dropped. */
  again(): Promise<TestPlayer> {
    return TestPlayer.connect(this.#url, { resume: this.resume });
  }

  /** Takes the lease that was or will be granted, and goes where it leads. */
  async enter(): Promise<Heard> {
    const lease = await this.control.until("lease");
    return this.redeem(lease["lease"] as string);
  }

  async redeem(lease: string): Promise<Heard> {
    this.ask({ type: "lease.redeem", lease });
    const ticket = await this.control.until(({ type }) => type === "ticket" || type === "denied");
    if (ticket.type === "denied") throw new Error(`denied: ${JSON.stringify(ticket)}`);
    return this.show(ticket);
  }

  /** Shows a ticket at the world it is for; resolves when the player is there. */
  async show(ticket: Heard): Promise<Heard> {
    const next = await this.knock(ticket["url"] as string, ticket["ticket"] as string);
    const { ticksPerSend } = await next.until("entered");
    const arrived = await this.control.until("arrived");
    await next.untilBinary();
    this.world?.cut();
    this.world = next;
    this.#commands = 1;
    this.#replica = new Replica(ticksPerSend as number);
    this.#applied = 0;
    return arrived;
  }

  /** Opens a world socket and shows whatever it is told to show. */
  async knock(url: string, ticket: string): Promise<Peer> {
    const peer = await Peer.open(url, tls);
    peer.say({ type: "enter", id: 1, protocol: protocol.newest, ticket });
    return peer;
  }

  /** What the world has told up to now. */
  get replica(): Replica {
    for (const frame of this.world?.binary.slice(this.#applied) ?? []) {
      const applied = this.#replica.apply(frame);
      if (applied !== "applied") throw new Error(`a snapshot is ${applied}`);
      this.#applied += 1;
    }
    if (this.#applied === 0) throw new Error("no snapshot yet");
    return this.#replica;
  }

  /** Walks straight until the world says the player stands within `reach` of there. */
  async walk(x: number, y: number, reach = 20): Promise<void> {
    const { world } = this;
    if (!world) throw new Error("in no world");
    for (;;) {
      const { self } = this.replica;
      const [dx, dy] = [x - self.x, y - self.y];
      const far = Math.hypot(dx, dy);
      if (far <= reach) return;
      const scale = 127 / Math.max(Math.abs(dx), Math.abs(dy), 127 / 8);
      const command = { dx: Math.round(dx * scale), dy: Math.round(dy * scale), buttons: 0 };
      const commands = Array.from({ length: Math.min(12, Math.ceil(far / 3)) }, () => command);
      world.socket.send(encodeCommands({ first: this.#commands, commands }));
      this.#commands += commands.length;
      const last = this.#commands - 1;
      while (this.replica.ack < last) await world.untilBinary(world.binary.length + 1);
    }
  }

  /** Uses a portal the player stands at, and goes where it leads. */
  async travel(portal: string): Promise<Heard> {
    this.world?.say({ type: "portal.use", id: this.#id++, portal });
    return this.enter();
  }

  /** Both sockets end without a word. */
  cut(): void {
    this.control.cut();
    this.world?.cut();
  }
}
