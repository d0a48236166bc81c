import {
  cpSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Scenario } from "../scenario.ts";
import { Site } from "../site.ts";

const built = fileURLToPath(new URL("../../../builds/world_packs", import.meta.url));
const world = "left_world";

/** What can become of a pack, by name. Each gets a whole copy and spoils it. */
const harms: Readonly<Record<string, (pack: string) => void>> = {
  missing: (pack) => renameSync(pack, `${pack}.away`),
  truncated: (pack) => truncateSync(pack, statSync(pack).size >> 1),
  changed: (pack) => {
    const { mtime } = statSync(pack);
    const bytes = readFileSync(pack);
    const at = bytes.length >> 1;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(pack, bytes);
    // As it was by every sign but its content.
    utimesSync(pack, mtime, mtime);
  },
};

/** A pack that is not what it should be keeps nobody from playing on where they are, nor from travelling later. */
export const packs: Scenario = {
  name: "packs",
  async run({ tally, luck, undo }) {
    const dir = mkdtempSync(join(tmpdir(), "portcade-chaos-packs-"));
    undo.add(() => rmSync(dir, { recursive: true, force: true }));
    const pack = join(dir, `${world}.zip`);
    const mend = (): void => cpSync(built, dir, { recursive: true, preserveTimestamps: true });
    mend();
    const settings = { WORLD_PACK_DIR: dir };
    await using site = await Site.open({ name: "packs", tally, luck, undo, players: 1, settings });
    for (const [name, harm] of Object.entries(harms)) {
      harm(pack);
      const refused = await site.players.order(0, { do: "travel", world }).then(
        () => "arrived",
        (error: unknown) => String(error),
      );
      if (refused === "arrived") tally.lose(`a player travelled with a pack that is ${name}`);
      if (refused.includes("not within")) tally.lose(`nobody said no to a pack that is ${name}: ${refused}`);
      const { world: stayed } = await site.players.look(0);
      if (stayed !== "hub") tally.lose(`a pack that is ${name} moved a player to ${stayed}`);
      await site.settled();
      mend();
    }
    await site.players.order(0, { do: "travel", world });
  },
};
