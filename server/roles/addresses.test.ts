import { expect, test } from "vitest";
import { Addresses } from "./addresses.ts";

const local = { clientHost: "127.0.0.1", clientScheme: "ws" } as const;
function addresses(config: ConstructorParameters<typeof Addresses>[0]): Addresses {
  const made = new Addresses(config);
  made.port = 19080;
  return made;
}

test("on one machine everything is found by host and port", () => {
  const here = addresses(local);
  expect(here.page).toBe("http://127.0.0.1:19080/");
  expect(here.master).toBe("ws://127.0.0.1:19080/");
  expect(here.packs).toBe("http://127.0.0.1:19080/world_packs");
  expect(here.world("hub", { port: 19081 })).toBe("ws://127.0.0.1:19081/");
  expect([...here.origins]).toEqual(["http://127.0.0.1:19080", "https://127.0.0.1:19080"]);
});

test("behind a proxy the public addresses are told", () => {
  const there = addresses({
    clientHost: "127.0.0.1",
    clientScheme: "wss",
    publicMasterUrl: "wss://play.example.org/",
    publicWorldUrlTemplate: "wss://play.example.org/{world_key}",
    packBaseUrl: "https://pages.example.net/world_packs",
  });
  expect(there.page).toBe("https://play.example.org/");
  expect(there.packs).toBe("https://pages.example.net/world_packs");
  expect(there.world("hub.l1", { socket: "/run/l1.sock" })).toBe("wss://play.example.org/hub.l1");
  expect([...there.origins]).toEqual(
    expect.arrayContaining(["https://play.example.org", "https://pages.example.net"]),
  );
});

test("pages on other hosts play here when they are named", () => {
  const here = addresses({ ...local, pageOrigins: ["https://me.github.io"] });
  expect([...here.origins]).toContain("https://me.github.io");
  expect([...addresses(local).origins]).not.toContain("https://me.github.io");
});

test("an IPv6 host is bracketed", () => {
  expect(addresses({ ...local, clientHost: "::1" }).world("hub", { port: 1 })).toBe("ws://[::1]:1/");
});
