/** JSON whose bytes depend on the value alone: keys sorted, numbers rounded to a hundredth. */
export function stableJson(value: unknown): string {
  return `${JSON.stringify(value, settle)}\n`;
}

function settle(_key: string, value: unknown): unknown {
  if (typeof value === "number") return Math.round(value * 100) / 100;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
