import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { renderCaddyfile } from "./caddyfile.ts";
import { readCaddyfileCommand } from "./caddyfile-arguments.ts";

const template = readFileSync(fileURLToPath(new URL("../../Caddyfile", import.meta.url)), "utf8");
const read = (...words: string[]): unknown => readCaddyfileCommand(["caddyfile", ...words]);

test("a Caddyfile is rendered with the values given, and those it has of itself", () => {
  const text = renderCaddyfile(template, { host: "play.example.org", email: "me@example.org", port: 8000 });
  for (const line of [
    "play.example.org {",
    '\temail "me@example.org"',
    "\t\treverse_proxy unix//var/lib/portcade/worlds/{re.world.1}.sock",
    "\t\treverse_proxy 127.0.0.1:8000",
    "\tadmin unix//var/lib/caddy/admin.sock",
  ])
    expect(text.split("\n")).toContain(line);
  expect(text).not.toMatch(/\{\$|stream_close_delay/);
});

test("an e-mail address that is not given leaves no line, and connections outlast a reload from Caddy 2.7 on", () => {
  const text = (minor: number): string => renderCaddyfile(template, { host: "localhost", caddy: [2, minor] });
  expect(text(6)).not.toMatch(/\temail|stream_close_delay/);
  expect(text(7).match(/reverse_proxy .* \{\n\t+stream_close_delay 5m\n/g)).toHaveLength(2);
  expect(() => renderCaddyfile("{$PORTCADE_OTHER:1}", { host: "localhost" })).toThrow(/PORTCADE_OTHER/);
});

test("its words are read", () => {
  expect(
    read("--host", "play.example.org", "--email", "a.b+c@d.example", "--port", "65535", "--output", "f"),
  ).toEqual({
    name: "caddyfile",
    act: "render",
    edge: { host: "play.example.org", email: "a.b+c@d.example", port: 65_535 },
    output: "f",
  });
  for (const [given, caddy] of [
    ["2.6.2", [2, 6]],
    ["v2.10.0 h1:abc=", [2, 10]],
    ["2.7.0-beta.1", [2, 7]],
  ] as const)
    expect(read("--host", "a.example", "--caddy-version", given)).toMatchObject({ edge: { caddy } });
  expect(read("--self-test")).toMatchObject({ act: "self-test" });
});

const host = ["--host", "a.example"];
test.each([
  [[], /needs --host/],
  [["--host", ""], /--host is ""/],
  [["--host", "A.example"], /small letters/],
  [["--host", "a.example {"], /--host is/],
  [["--host", "a.example\nb.example"], /--host is/],
  [["--host", "a..example"], /--host is/],
  [["--host=-a.example"], /--host is/],
  [["--host", "192.0.2.1"], /--host is/],
  [["--host", "https://a.example"], /--host is/],
  [["--host", `${"a".repeat(64)}.example`], /--host is/],
  [["--host", `${"a.".repeat(130)}example`], /--host is/],
  [[...host, "--email", "me"], /--email is "me"; allowed: an address/],
  [[...host, "--email", 'me@b.example"'], /--email is/],
  [[...host, "--email", "me@b.example\n}"], /--email is/],
  [[...host, "--sockets", "worlds"], /--sockets is/],
  [[...host, "--sockets", "/srv/{$HOME}"], /--sockets is/],
  [[...host, "--port", "0"], /--port is/],
  [[...host, "--port", "65536"], /--port is/],
  [[...host, "--caddy-version", "2.5.9"], /allowed: 2.6 and newer/],
  [[...host, "--caddy-version", "new"], /allowed: 2.6 and newer/],
  [[...host, "more"], /takes no "more"/],
  [[...host, "--self-test"], /stands alone/],
])("%j is refused", (words, why) => {
  expect(read(...words)).toMatch(why);
});
