import { existsSync, readFileSync } from "node:fs";
import type { WorldRules } from "#shared/world-rules.ts";

interface Exports {
  readonly rules?: WorldRules;
}

/**
 * The module of a world's own rules. Its text is kept, so that copies can be made when this process may read no
 * file any more.
 */
export class RulesModule {
  readonly #file: URL;
  readonly #text: Buffer;
  #copies = 0;

  private constructor(file: URL) {
    this.#file = file;
    this.#text = readFileSync(file);
  }

  /** `undefined` when the world has none. @throws why it cannot be read */
  static of(folder: URL, key: string): RulesModule | undefined {
    const file = new URL(`${key}/module.mjs`, folder);
    return existsSync(file) ? new RulesModule(file) : undefined;
  }

  /** The rules this process lives by. Rejects with whatever the module throws. */
  async load(): Promise<WorldRules | undefined> {
    return ((await import(this.#file.href)) as Exports).rules;
  }

  /** The same rules with variables of their own. Rejects with whatever the module throws. */
  async copy(): Promise<WorldRules | undefined> {
    const url = `data:text/javascript;base64,${this.#text.toString("base64")}#${++this.#copies}`;
    return ((await import(url)) as Exports).rules;
  }
}
