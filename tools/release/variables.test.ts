import { expect, test } from "vitest";
import { caddySettings, serverSettings } from "./deploy.ts";
import { given, wanted } from "./variables.ts";

test("a variable goes by either name, the own one first; an empty one is none", () => {
  expect(given("USER", { PORTCADE_USER: "a", VIRTUCADE_USER: "b" })).toBe("a");
  expect(given("USER", { PORTCADE_USER: "", VIRTUCADE_USER: "b" })).toBe("b");
  expect(given("USER", { VIRTUCADE_USER: "" })).toBeUndefined();
});

test("all that are missing are named at once, each with what it is for", () => {
  const env = { PORTCADE_HOST: "a", VIRTUCADE_GAME_HOST: "b" };
  expect(wanted(["HOST", "GAME_HOST"], env)).toEqual({ HOST: "a", GAME_HOST: "b" });
  expect(() => wanted(["HOST", "USER", "SSH_KEY"], env)).toThrow(
    /^not set: PORTCADE_USER \(who logs in .*\), PORTCADE_SSH_KEY \(the private key .*\); see docs/,
  );
});

test("a server is told where it is reached, where packs lie, and which page may play", () => {
  expect(serverSettings("play.example.org", {})).toBe(
    "PORTCADE_PUBLIC_MASTER_URL=wss://play.example.org/\nPORTCADE_PUBLIC_WORLD_URL_TEMPLATE=wss://play.example.org/{world_key}",
  );
  const env = {
    PORTCADE_WORLD_PACK_BASE_URL: "https://user.github.io/repo/world_packs/",
    VIRTUCADE_PUBLIC_WEB_URL: "https://user.github.io/repo/",
  };
  expect(serverSettings("play.example.org", env).split("\n").slice(2)).toEqual([
    "PORTCADE_WORLD_PACK_BASE_URL=https://user.github.io/repo/world_packs/",
    "PORTCADE_PAGE_ORIGINS=https://user.github.io/repo/",
  ]);
});

test("Caddy is told its name, and whom the certificate authority may write to where somebody is named", () => {
  expect(caddySettings("play.example.org", "me@example.org")).toBe(
    "PORTCADE_GAME_HOST=play.example.org\nPORTCADE_ACME_EMAIL=me@example.org",
  );
  expect(caddySettings("play.example.org")).toBe("PORTCADE_GAME_HOST=play.example.org\nPORTCADE_ACME_EMAIL=");
});
