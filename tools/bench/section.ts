import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Replaces one marked section of a page and leaves the rest alone; adds it at the end when it is not there yet. */
export function writeSection(file: string, name: string, text: string, title: string): void {
  const page = existsSync(file) ? readFileSync(file, "utf8") : `# ${title}\n`;
  writeFileSync(file, withSection(page, name, text));
}

export function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const section = `${begin}\n${text.trim()}\n${end}`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) return `${page.trimEnd()}\n\n${section}\n`;
  return page.slice(0, from) + section + page.slice(to + end.length);
}
