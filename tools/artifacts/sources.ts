import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Which sources are meant: where they begin, less what also matches `except`. */
interface Group {
  readonly under: readonly string[];
  readonly except?: RegExp;
}

/** Code that only tests run. */
const tests =
  /\.(?:test|spec)\.ts$|\/e2e\/|\/(?:[a-z]+-)?testing(?:-[a-z-]+)?\.ts$|\.contract\.ts$|\/fake-[a-z]+\.ts$/;

const groups = {
  client: { under: ["client-web/src", "client-web/index.html", "shared"], except: tests },
  server: { under: ["server", "shared"], except: new RegExp(`${tests.source}|^server/sim/`) },
  "world server": {
    under: [
      "server/world-server",
      "server/adapters/ws",
      "server/adapters/log",
      "server/roles/world.ts",
      "shared",
    ],
    except: tests,
  },
} satisfies Record<string, Group>;
export type GroupName = keyof typeof groups;

/** Whether a source, by its path in the repository, may go into what is built for this group. */
export const belongsTo = (path: string, group: GroupName): boolean => isIn(path, groups[group]);

/** Three words, or two that are all there is: prose of ours, which no library happens to hold. */
const isPhrase = (literal: string): boolean => /\S\s+\S+\s+\S|^\S+ \S+$/.test(literal);
const literals = /"((?:[^"\\\n]|\\.){10,})"|`([^`$\\]{10,})/g;
/** So many plain words of one file are no accident either. */
const enoughWords = 3;
/** What code names to import it: a bundle has its own of those. */
const specifier = /^(?:[#.]|node[:_])/;

/**
 * Sources that went into a script of the page though they do not belong there. Names do not survive a minifier, the
 * text of a program does: what a file says and none of those that belong there says, gives it away.
 *
 * @returns paths of sources, each with what gave it away
 */
export function strangersInClient(text: string, root: string): ReadonlyMap<string, string> {
  const known = textOf(filesOf(groups.client, root), root);
  const strangers = sourcesOf(root).filter((path) => !belongsTo(path, "client"));
  return givenAway(strangers, text, known, root);
}

/** The same for the text of a world's pack, in which no other world has anything to say, nor any code of ours. */
export function strangersInPack(
  text: string,
  key: string,
  names: readonly string[],
  root: string,
): ReadonlyMap<string, string> {
  const own = { under: [`worlds/${key}`, "worlds/_shared", "shared"] };
  const known = [textOf(filesOf(own, root), root), ...names].join("\n");
  const strangers = filesOf({ under: ["server", "client-web", "worlds"] }, root).filter(
    (path) => !isIn(path, own),
  );
  return givenAway(strangers, text, known, root);
}

function givenAway(
  strangers: readonly string[],
  text: string,
  known: string,
  root: string,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of strangers) {
    const said = literalsOf(path, root).filter(
      (literal) => text.includes(literal) && !known.includes(literal),
    );
    const phrase = said.find(isPhrase) ?? (said.length >= enoughWords ? said[0] : undefined);
    if (phrase !== undefined) found.set(path, phrase);
  }
  return found;
}

function literalsOf(path: string, root: string): readonly string[] {
  const found = [...read(path, root).matchAll(literals)].map(([, quoted, open]) => quoted ?? open ?? "");
  return [...new Set(found)].filter((literal) => !specifier.test(literal));
}

function isIn(path: string, { under, except }: Group): boolean {
  return under.some((place) => path === place || path.startsWith(`${place}/`)) && !except?.test(path);
}

function filesOf(group: Group, root: string): string[] {
  return sourcesOf(root).filter((path) => isIn(path, group));
}

const textOf = (paths: readonly string[], root: string): string =>
  paths.map((path) => read(path, root)).join("\n");

const kinds = /\.(?:ts|tmj|html)$|^worlds\/[^/]+\/world\.json$/;
const lists = new Map<string, readonly string[]>();
const texts = new Map<string, string>();

function sourcesOf(root: string): readonly string[] {
  const list = lists.get(root) ?? ["server", "client-web", "shared", "worlds", "tools"].flatMap(listBelow);
  lists.set(root, list);
  return list;

  function listBelow(path: string): string[] {
    return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
      const inner = `${path}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === "node_modules" ? [] : listBelow(inner);
      return kinds.test(inner) ? [inner] : [];
    });
  }
}

function read(path: string, root: string): string {
  const at = join(root, path);
  const text = texts.get(at) ?? readFileSync(at, "utf8");
  texts.set(at, text);
  return text;
}
