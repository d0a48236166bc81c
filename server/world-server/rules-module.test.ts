import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { RulesModule } from "./rules-module.ts";

const folder = mkdtempSync(join(tmpdir(), "portcade-rules-"));
const worlds = pathToFileURL(join(folder, "/"));
afterAll(() => rmSync(folder, { recursive: true }));

function moduleOf(key: string, text: string): RulesModule | undefined {
  mkdirSync(join(folder, key));
  writeFileSync(join(folder, key, "module.mjs"), text);
  return RulesModule.of(worlds, key);
}

test("every copy of a module has variables of its own, though its file is gone", async () => {
  const module = moduleOf("counter", "let n = 0; export const rules = { save: () => ++n };");
  rmSync(join(folder, "counter"), { recursive: true });
  const [one, other] = [await module?.copy(), await module?.copy()];
  const world = undefined as never;
  expect([one?.save?.(world), one?.save?.(world), other?.save?.(world)]).toEqual([1, 2, 1]);
});

test("a world without a module has no rules, and one that cannot be loaded says why", async () => {
  expect(RulesModule.of(worlds, "nowhere")).toBeUndefined();
  const broken = moduleOf("broken", "export const rules = {");
  await expect(broken?.copy()).rejects.toThrow(SyntaxError);
});
