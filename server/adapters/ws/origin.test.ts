import { expect, test } from "vitest";
import { isOriginAllowed } from "./origin.ts";

const allowed = new Set(["https://play.example.org", "http://other.example:8080"]);
const may = (origin: string | undefined, host = "game.example.net:19080") =>
  isOriginAllowed(origin, host, allowed);

test.each([
  undefined,
  "http://game.example.net:19080",
  "https://game.example.net:19080",
  "https://play.example.org",
  "http://other.example:8080",
  "http://localhost",
  "http://localhost:5173",
  "http://127.0.0.1:19080",
  "https://[::1]:19080",
])("origin %s may open a socket", (origin) => {
  expect(may(origin)).toBe(true);
});

test.each([
  "",
  "null",
  "file://",
  "https://game.example.net",
  "https://game.example.net:19081",
  "https://evil.game.example.net:19080",
  "https://game.example.net:19080.evil.org",
  "http://play.example.org",
  "https://play.example.org:8443",
  "https://play.example.org.evil.org",
  "https://xplay.example.org",
  "https://PLAY.example.org",
  "https://play.example.org/",
  "https://play.example.org@evil.org",
  "http://localhost.evil.org",
  "http://127.0.0.1.evil.org",
  "http://127.0.0.2",
  "http://2130706433",
  "http://LOCALHOST",
  "http://localhost:80",
  "ws://localhost",
  "http://local host",
  "http://other.example:8080:1",
])("origin %s may not", (origin) => {
  expect(may(origin)).toBe(false);
});

test("without a Host header only listed origins and loopback may", () => {
  expect(isOriginAllowed("http://game.example.net:19080", undefined, allowed)).toBe(false);
  expect(isOriginAllowed("https://play.example.org", undefined, allowed)).toBe(true);
});
