import type { IncomingMessage } from "node:http";
import { isIPv4, isIPv6 } from "node:net";
import type { Nature } from "#engine/ports.ts";
import type { Limits } from "#shared/limits.ts";
import { Allowance } from "./allowance.ts";

const minuteMs = 60_000;

/**
 * Where a request comes from, for counting. One hop is trusted: our own proxy on loopback or a Unix socket.
 * `undefined` is this machine itself, which has no limits.
 */
export function addressOf(request: Pick<IncomingMessage, "headers" | "socket">): string | undefined {
  const peer = request.socket.remoteAddress;
  const isNear = peer === undefined || isLoopback(peer);
  if (!isNear) return bucketOf(peer);
  const forwarded = [request.headers["x-forwarded-for"] ?? []].flat().join(",");
  if (forwarded === "") return undefined;
  // A proxy appends what it saw, so only the last entry is not the client's own word.
  const last = forwarded.slice(forwarded.lastIndexOf(",") + 1).trim();
  return isIPv4(last) || isIPv6(last) ? bucketOf(last) : "unknown";
}

export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\./.test(address);
}

/** IPv4 as it is; IPv6 by its first 64 bits, since one subscriber owns all the rest. */
function bucketOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1] ?? address;
  if (!isIPv6(address)) return address;
  const [head = "", tail] = (address.toLowerCase().split("%")[0] ?? "").split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}

/** How many connections, new sessions and log-ins one address may have. */
export class AddressLimits {
  readonly #limits: Limits;
  readonly #clock: Pick<Nature, "now">;
  readonly #connections = new Map<string, number>();
  readonly #logins = new Map<string, Allowance>();
  readonly #sessions = new Map<string, Allowance>();
  #total = 0;

  constructor(limits: Limits, clock: Pick<Nature, "now">) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** `undefined` when it may connect; then `release` must follow once. */
  connect(address: string | undefined): "connect_rate" | "server_full" | undefined {
    if (this.#total >= this.#limits.connectionsTotal) return "server_full";
    if (address !== undefined) {
      const count = this.#connections.get(address) ?? 0;
      if (count >= this.#limits.connectionsPerAddress) return "connect_rate";
      this.#connections.set(address, count + 1);
    }
    this.#total++;
    return undefined;
  }

  release(address: string | undefined): void {
    this.#total--;
    if (address === undefined) return;
    const count = (this.#connections.get(address) ?? 1) - 1;
    if (count > 0) this.#connections.set(address, count);
    else this.#connections.delete(address);
  }

  mayLogin(address: string | undefined): boolean {
    return this.#mayTake(this.#logins, this.#limits.loginsPerMinute, address);
  }

  /** A session outlives its connection for a while, so who comes and goes fast would hold every seat. */
  mayOpenSession(address: string | undefined): boolean {
    return this.#mayTake(this.#sessions, this.#limits.sessionsPerMinute, address);
  }

  #mayTake(ledger: Map<string, Allowance>, perMinute: number, address: string | undefined): boolean {
    if (address === undefined) return true;
    const now = this.#clock.now();
    const allowance = ledger.get(address) ?? new Allowance(perMinute / minuteMs, perMinute, now);
    // Behind all others, so that the first is the one that asked longest ago.
    ledger.delete(address);
    ledger.set(address, allowance);
    if (ledger.size > this.#limits.addressesKept) forgetOne(ledger);
    return allowance.take(now);
  }
}

/** Whoever has that many addresses to ask from is not held by what one may. */
function forgetOne(ledger: Map<string, Allowance>): void {
  const [longest] = ledger.keys();
  if (longest !== undefined) ledger.delete(longest);
}
