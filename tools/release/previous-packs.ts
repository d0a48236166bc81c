import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { packIndex } from "#shared/manifest.ts";
import { ReleaseRefused } from "./refusal.ts";

const waitMs = 30_000;

/**
 * Fetches the index of the packs that players have now: a pack that stays the same keeps the time it has there.
 *
 * @param hosted the folder in which packs are hosted; `undefined` where the game serves them
 * @param own the folder in which the game would
 * @returns whether there is one; there is none before the first release, and no game that could tell
 * @throws ReleaseRefused when a host cannot tell
 */
export async function fetchPreviousPacks(
  hosted: string | undefined,
  own: string,
  to: string,
): Promise<boolean> {
  return hosted === undefined ? fetchIndex(own, to).catch(() => false) : fetchIndex(hosted, to);
}

async function fetchIndex(base: string, to: string): Promise<boolean> {
  const address = new URL("index.json", base.endsWith("/") ? base : `${base}/`);
  address.searchParams.set("release", randomBytes(8).toString("hex"));
  const why = (text: string, cause?: unknown): ReleaseRefused =>
    new ReleaseRefused(
      `what packs players have now cannot be told: ${address.origin}${address.pathname}: ${text}; try again, or mend the host`,
      { cause },
    );
  const answer = await fetch(address, { signal: AbortSignal.timeout(waitMs) }).catch((cause: unknown) => {
    throw why("no answer", cause);
  });
  if (answer.status === 404) return false;
  if (!answer.ok) throw why(`status ${answer.status}`);
  const read = packIndex.safeParse(await answer.json().catch(() => undefined));
  if (!read.success) throw why("is no index of packs");
  writeFileSync(to, JSON.stringify(read.data));
  return true;
}
