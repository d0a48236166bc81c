import { ReleaseRefused } from "./refusal.ts";

/** What a release is told from outside, as secrets and variables of the repository, and what for. */
const variables = {
  HOST: "the address of the server, for ssh",
  USER: "who logs in there; portcade-ci where bootstrap.sh made the machine",
  SSH_KEY: "the private key of that user",
  KNOWN_HOSTS: "the server's public keys: ssh-keyscan <host>, compared with what the server itself shows",
  GAME_HOST: "the public name of the game",
  ACME_EMAIL: "whom the certificate authority may write to",
  WORLD_PACK_BASE_URL: "where packs are hosted",
  PUBLIC_WEB_URL: "where the page is hosted",
} as const;
export type Variable = keyof typeof variables;

/** @returns `PORTCADE_<name>`, else `VIRTUCADE_<name>`, when one is set to something */
export function given(name: Variable, env = process.env): string | undefined {
  return env[`PORTCADE_${name}`] || env[`VIRTUCADE_${name}`] || undefined;
}

/** @throws ReleaseRefused naming all that are missing */
export function wanted<const Name extends Variable>(
  names: readonly Name[],
  env = process.env,
): Record<Name, string> {
  const missing = names.filter((name) => given(name, env) === undefined);
  if (missing.length > 0)
    throw new ReleaseRefused(
      `not set: ${missing.map((name) => `PORTCADE_${name} (${variables[name]})`).join(", ")}; see docs/releases.md`,
    );
  return Object.fromEntries(names.map((name) => [name, given(name, env)])) as Record<Name, string>;
}
