import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { contentSecurityPolicy } from "./content-security-policy.ts";
import { portOwner } from "./port-owner.ts";
import { readRange } from "./range.ts";
import { trustsHop } from "./server.ts";

test.each([
  [undefined, "whole"],
  ["bytes=0-", { first: 0, last: 99 }],
  ["bytes=10-19", { first: 10, last: 19 }],
  ["bytes=10-9999", { first: 10, last: 99 }],
  ["bytes=99-", { first: 99, last: 99 }],
  ["bytes=-10", { first: 90, last: 99 }],
  ["bytes=-1000", { first: 0, last: 99 }],
  ["bytes=100-", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=20-10", "whole"],
  ["bytes=0-1,5-6", "whole"],
  ["bytes=-", "whole"],
  ["items=0-1", "whole"],
  [`bytes=${"9".repeat(400)}-`, "whole"],
])("of 100 bytes %s means %o", (header, range) => {
  expect(readRange(header, 100)).toEqual(range);
});

const local = {
  masterUrl: "ws://127.0.0.1:19080/",
  worldUrl: "ws://127.0.0.1:19081/",
  packBaseUrl: "http://127.0.0.1:19080/world_packs",
  hasWorldPorts: true,
};
const connectSources = (policy: string): string[] =>
  (/connect-src ([^;]*)/.exec(policy)?.[1] ?? "").split(" ");

test("the policy names the host the page came from, and its world ports", () => {
  const own = { ...local, masterUrl: "ws://game.lan:19080/", worldUrl: "ws://game.lan:19081/" };
  const sources = connectSources(contentSecurityPolicy(own, "10.1.2.3:19080"));
  expect(sources).toContain("'self'");
  expect(sources).toContain("ws://10.1.2.3:19080");
  expect(sources).toContain("ws://game.lan:19080");
  expect(sources).toContain("ws://game.lan:*");
});

test("the policy names the public addresses, without their placeholder", () => {
  const sources = connectSources(
    contentSecurityPolicy(
      {
        masterUrl: "wss://play.example.org/",
        worldUrl: "wss://play.example.org/{world_key}",
        packBaseUrl: "https://packs.example.org/p",
        hasWorldPorts: false,
      },
      "play.example.org",
    ),
  );
  expect(sources).toContain("wss://play.example.org");
  expect(sources).toContain("https://packs.example.org");
  expect(sources.join(" ")).not.toContain("{");
});

test.each(["evil.example; script-src *", "a b", "x\r\nSet-Cookie: a=b", "-", "a/b", ""])(
  "a Host header that is no host (%j) stays out of the policy",
  (host) => {
    expect(contentSecurityPolicy(local, host)).toBe(contentSecurityPolicy(local, undefined));
  },
);

test("scripts come from the page's own host or a blob, and nothing is evaluated", () => {
  const policy = contentSecurityPolicy(local, "127.0.0.1:19080");
  expect(policy).toContain("script-src 'self' blob:;");
  expect(policy).toContain("default-src 'self';");
  expect(policy).not.toContain("unsafe");
});

test("exactly one hop is trusted, and only from this machine", () => {
  for (const near of [undefined, "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    expect(trustsHop(near, 0)).toBe(true);
    expect(trustsHop(near, 1)).toBe(false);
  }
  for (const far of ["10.0.0.1", "::ffff:10.0.0.1", "128.0.0.1", "fe80::1"])
    expect(trustsHop(far, 0)).toBe(false);
});

test.runIf(process.platform === "linux")("the owner of a port is found", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  expect(portOwner(port)).toMatch(new RegExp(`^\\S.* \\(pid ${process.pid}\\)$`));
  server.close();
  await once(server, "close");
  expect(portOwner(port)).toBeUndefined();
});
