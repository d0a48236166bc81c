import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { joinImages, pushImage } from "./images.ts";

let dir: string;
let env: NodeJS.ProcessEnv;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "portcade-images-"));
  env = { PATH: `${dir}:${process.env["PATH"]}`, GITHUB_REPOSITORY: "Some/Where" };
  Object.assign(env, { GITHUB_ACTOR: "me", GITHUB_TOKEN: "secret", SAYS: "0.5" });
  // Writes down what it is told, and what it is given to read.
  const docker = `#!/bin/sh
echo "$* <$(cat)" >>${dir}/told
[ "$1" != "$FAILS" ] || exit 7
[ "$1" != run ] || echo "$SAYS"
`;
  writeFileSync(join(dir, "docker"), docker, { mode: 0o755 });
});
afterEach(() => rmSync(dir, { recursive: true }));
const told = (): string[] => readFileSync(join(dir, "told"), "utf8").trim().split("\n");

test("an image is pushed after it was seen to run; the token is on no command line", () => {
  expect(pushImage("0.5", "arm64", false, env)).toBe("ghcr.io/some/where:0.5-arm64");
  expect(told()).toEqual([
    "build --file tools/deploy/Dockerfile --build-arg RELEASE=checkout --tag ghcr.io/some/where:0.5-arm64 . <",
    "run --rm ghcr.io/some/where:0.5-arm64 version <",
    "login ghcr.io --username me --password-stdin <secret",
    "push ghcr.io/some/where:0.5-arm64 <",
  ]);
});

test("what was built already is taken as it is", () => {
  pushImage("0.5", "amd64", true, env);
  expect(told()[0]).toContain("--build-arg RELEASE=built ");
});

test("an image of another version, or one that cannot be built, is not pushed", () => {
  env["SAYS"] = "0.4";
  expect(() => pushImage("0.5", "amd64", false, env)).toThrow('says that it is "0.4"');
  env["FAILS"] = "build";
  expect(() => pushImage("0.5", "amd64", false, env)).toThrow("docker build failed (7");
  expect(told().join("\n")).not.toMatch(/^(login|push)/m);
});

test("images of all platforms get one name, and the newest another", () => {
  expect(joinImages("0.5", env)).toBe("ghcr.io/some/where:0.5");
  expect(told().at(-1)).toBe(
    "buildx imagetools create --tag ghcr.io/some/where:0.5 --tag ghcr.io/some/where:latest ghcr.io/some/where:0.5-amd64 ghcr.io/some/where:0.5-arm64 <",
  );
});

test("without a token nothing is pushed, and the reason is told", () => {
  delete env["GITHUB_TOKEN"];
  expect(() => joinImages("0.5", env)).toThrow("GITHUB_TOKEN is not set");
});
