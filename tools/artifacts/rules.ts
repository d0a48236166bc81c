import type { Artifacts } from "./artifacts.ts";
import { codeRules } from "./code-rules.ts";
import { fileRules } from "./file-rules.ts";
import { packRules } from "./pack-rules.ts";
import { pageRules } from "./page-rules.ts";

/** All that is checked of a release, by name. */
export const rules = { ...fileRules, ...packRules, ...codeRules, ...pageRules };
export type RuleName = keyof typeof rules;

/** What breaks a rule, one line each; what cannot be read breaks it too. */
export async function breaches(name: RuleName, artifacts: Artifacts): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const line of rules[name].check(artifacts)) found.push(line);
  } catch (error) {
    found.push(`cannot be checked: ${(error as Error).message}`);
  }
  return found;
}
