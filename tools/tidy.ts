import { basename } from "node:path";

/** All there is at the top: a newcomer learns it once. */
const topLevel = new Set([
  "server",
  "client-web",
  "shared",
  "worlds",
  "tools",
  "docs",
  "builds",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "Caddyfile",
  "README.md",
  "CONTRIBUTING.md",
  "LICENSE",
]);

const code = /\.(?:ts|mjs|js)$/;
const text = /\.(?:ts|mjs|js|css|html|json|md|yaml|yml|sh)$|(?:^|\/)(?:Caddyfile|run)$/;

interface Rule {
  readonly says: string;
  readonly in: RegExp;
  readonly never: RegExp;
}

const rules: readonly Rule[] = [
  { says: "leaves work undone", in: text, never: /\b(?:TO[D]O|FIX[M]E)\b/ },
  {
    says: "switches a guard off without a reason (-- …)",
    in: code,
    never: /oxlint-d[i]sable(?!.* -- )|@ts-(?:i[g]nore|n[o]check|e[x]pect-error)/,
  },
  {
    says: "leaves a test out",
    in: /\.(?:test|spec)\.ts$/,
    never: /\b(?:describe|it|test)\.(?:skip|only|todo|fails)\b/,
  },
  {
    // A release sets the version and then tests.
    says: "knows the version by heart",
    in: /^(?:server\/(?:roles|world-server)|tools\/(?:deploy|smoke))\/.*\.(?:process|deploy)\.test\.ts$/,
    never: /\b(?:version|server):? "?0\\?\.\d/,
  },
  { says: "re-exports a whole module", in: code, never: /^export \* from/m },
  { says: "climbs out of its layer", in: code, never: /from "\.\.\/\.\.\// },
  { says: "names a package registry", in: text, never: /:\/\/registry\./ },
  { says: "names a home folder", in: text, never: /\/(?:home|Users)\/[a-z]+\// },
];

export interface TidyOptions {
  /** Folders of this machine that nothing may name. */
  readonly machinePaths: readonly string[];
}

/** What is untidy in these files (path → content), one line each. */
export function untidy(files: ReadonlyMap<string, string>, { machinePaths }: TidyOptions): string[] {
  const problems: string[] = [];
  for (const [path, content] of files) {
    const [top = ""] = path.split("/");
    if (!top.startsWith(".") && !topLevel.has(top)) problems.push(`${path}: ${top} has no place at the top`);
    if (/^index\.[mc]?[jt]s$/.test(basename(path))) problems.push(`${path}: is a barrel`);
    if (code.test(path) && !/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(basename(path)))
      problems.push(`${path}: is not named in kebab-case`);
    for (const rule of rules)
      if (rule.in.test(path) && rule.never.test(content)) problems.push(`${path}: ${rule.says}`);
    for (const machinePath of machinePaths)
      if (text.test(path) && content.includes(machinePath))
        problems.push(`${path}: names a folder of this machine`);
  }
  return problems;
}
