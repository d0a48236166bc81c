import type { Session } from "#core/session/session.ts";
import type { Address } from "#shared/address.ts";
import { hashOf, TestCluster } from "./testing.ts";

/** A whole stay, told to the real engine and machines by outsiders who only listen. */
export class Story extends TestCluster {
  async open(id: string, resume?: string): Promise<void> {
    await this.tell(`client:c-${id}`, `session:${id}`, {
      type: "open",
      hello: { re: 1, version: "0.1", protocol: 1, ...(resume && { resumeHash: hashOf(resume) }) },
    });
  }

  /** The newest world process the host was asked for comes up. */
  async register(link: string): Promise<string> {
    const order = this.last("host:local", "launch") as unknown as {
      launch: string;
      world: string;
      token: string;
    };
    await this.tell(`launch-link:${link}`, `launch:${order.launch}`, {
      type: "register",
      tokenHash: hashOf(order.token),
      world: order.world,
      version: "0.1",
      protocol: 1,
      pid: 100,
      endpoint: { port: 1 },
      roster: { inside: [], expected: [] },
    });
    return order.launch;
  }

  lease(id: string): string {
    return this.last(`player:${id}`, "lease")["lease"] as string;
  }

  async redeem(id: string): Promise<void> {
    await this.tell(`client:c-${id}`, `session:${id}`, {
      type: "lease.redeem",
      id: 9,
      lease: this.lease(id),
    });
  }

  /** From the redeem to the commit, on a launch whose control connection is `link`. */
  async enter(id: string, launch: string, link: string): Promise<string> {
    const { admission } = this.last(`launch-link:${link}`, "expect") as unknown as { admission: string };
    const from: Address = `launch-link:${link}`;
    await this.tell(from, `launch:${launch}`, { type: "acked", admission });
    if (this.last(`player:${id}`, "ticket")["admission"] !== admission)
      throw new Error("a ticket of another admission");
    await this.tell(from, `launch:${launch}`, { type: "arrived", admission });
    return admission;
  }

  async arriveFirst(id: string): Promise<{ launch: string; admission: string }> {
    await this.open(id);
    await this.redeem(id);
    const launch = await this.register("hub");
    return { launch, admission: await this.enter(id, launch, "hub") };
  }

  session(id: string): Session | undefined {
    return this.state(`session:${id}`) as Session | undefined;
  }
}
