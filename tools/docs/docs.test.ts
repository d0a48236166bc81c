import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { fromClient, toClient } from "#shared/protocol/client-master.ts";
import { fromPlayer, toPlayer } from "#shared/protocol/client-world.ts";
import { fromLaunch, toLaunch } from "#shared/protocol/launch-master.ts";
import { closeCodes } from "#shared/protocol/close-codes.ts";
import { exitCodes } from "#server/cli/exit-codes.ts";
import { settings } from "#server/config/settings.ts";
import { docsFolder, pages } from "./docs.ts";

const read = (path: string): string => readFileSync(docsFolder + path, "utf8");

describe("the generated pages", () => {
  test.each([...pages().keys()])("docs/%s is what the code says (npm run docs)", (path) => {
    expect(read(path)).toBe(pages().get(path));
  });

  test("the AsyncAPI document names every message of every schema, both ways", () => {
    const document = parse(read("asyncapi.yaml")) as {
      components: { messages: Record<string, { name: string }> };
    };
    const named = Object.keys(document.components.messages);
    const all = [fromClient, toClient, fromPlayer, toPlayer, fromLaunch, toLaunch].flatMap((union) =>
      union.options.map((option) => [...option.shape.type.values][0]),
    );
    for (const type of all) expect(named.some((key) => key.endsWith(`.${type}`))).toBe(true);
    expect(named).toHaveLength(all.length + 2);
  });

  test("operations.md explains every setting and every exit code", () => {
    const page = read("operations.md");
    for (const name of Object.keys(settings)) expect(page).toContain(`PORTCADE_${name}`);
    for (const { code } of Object.values(exitCodes)) expect(page).toMatch(new RegExp(`\\b${code} `));
  });

  test("features.md links to proofs that exist, and every row has one or says that it is planned or left out", () => {
    const rows = read("features.md")
      .split("\n")
      .filter((line) => /^\| (?!id|-)/.test(line));
    expect(rows.length).toBeGreaterThan(150);
    for (const row of rows) {
      const proof = row.split(" | ").at(-1) ?? "";
      const links = [...proof.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path]) => path ?? "");
      for (const path of links) expect(existsSync(join(docsFolder, "..", path)), path).toBe(true);
      expect(links.length > 0 || /^(planned|left out: .+) \|$/.test(proof), row).toBe(true);
    }
  });

  test("protocol.md mentions every message with its fields, and every close code", () => {
    const page = read("protocol.md");
    for (const union of [fromClient, toClient, fromPlayer, toPlayer])
      for (const option of union.options) {
        expect(page).toContain(`\`${[...option.shape.type.values][0]}\``);
        for (const field of Object.keys(option.shape))
          expect(page).toMatch(new RegExp(`[\`"]${field}[\`"?.:]`));
      }
    for (const { code } of Object.values(closeCodes)) expect(page).toContain(String(code));
  });
});
