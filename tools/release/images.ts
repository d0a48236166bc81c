import { spawnSync } from "node:child_process";
import { ReleaseRefused } from "./refusal.ts";

/** One image for each, built on a machine of that kind; `docker` picks the right one by the common name. */
export const platforms = ["amd64", "arm64"] as const;
export type Platform = (typeof platforms)[number];

const registry = "ghcr.io";

/**
 * Builds the image for the kind of machine this is, sees it run, and pushes it.
 *
 * @param isBuilt takes what lies in `builds/` instead of building it
 * @throws ReleaseRefused
 */
export function pushImage(version: string, platform: Platform, isBuilt: boolean, env = process.env): string {
  const image = `${nameOf(env)}:${version}-${platform}`;
  const source = `RELEASE=${isBuilt ? "built" : "checkout"}`;
  docker(["build", "--file", "tools/deploy/Dockerfile", "--build-arg", source, "--tag", image, "."], env);
  const says = docker(["run", "--rm", image, "version"], env).trim();
  if (says !== version) throw new ReleaseRefused(`${image} says that it is ${JSON.stringify(says)}`);
  logIn(env);
  docker(["push", image], env);
  return image;
}

/** Gives the images of all platforms one name. @throws ReleaseRefused */
export function joinImages(version: string, env = process.env): string {
  const name = nameOf(env);
  logIn(env);
  const names = [version, "latest"].flatMap((tag) => ["--tag", `${name}:${tag}`]);
  const parts = platforms.map((platform) => `${name}:${version}-${platform}`);
  docker(["buildx", "imagetools", "create", ...names, ...parts], env);
  return `${name}:${version}`;
}

function nameOf(env: NodeJS.ProcessEnv): string {
  return `${registry}/${need("GITHUB_REPOSITORY", env).toLowerCase()}`;
}

function logIn(env: NodeJS.ProcessEnv): void {
  const user = need("GITHUB_ACTOR", env);
  docker(["login", registry, "--username", user, "--password-stdin"], env, need("GITHUB_TOKEN", env));
}

function need(name: string, env: NodeJS.ProcessEnv): string {
  const value = env[name];
  if (!value) throw new ReleaseRefused(`${name} is not set; images are pushed by the workflow`);
  return value;
}

/** @returns what it printed */
function docker(args: readonly string[], env: NodeJS.ProcessEnv, input = ""): string {
  const { status, error, stdout } = spawnSync("docker", args, {
    env,
    input,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (error) throw new ReleaseRefused(`docker cannot be started: ${error.message}`);
  if (status !== 0)
    throw new ReleaseRefused(
      `docker ${args[0]} failed (${status}, its words are above); all but the images is released. Run the failed jobs again`,
    );
  return stdout;
}
