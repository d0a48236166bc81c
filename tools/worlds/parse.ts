import { readFileSync } from "node:fs";
import type { z } from "zod";
import type { Complain } from "./problem.ts";

/** A JSON file as a value, or `undefined` and a complaint. */
export function readJson(path: string, complain: Complain): unknown {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    complain("cannot be read");
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    complain(`is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
    return undefined;
  }
}

/** A value of that shape, or `undefined` and one complaint for each thing that is off. */
export function shaped<S extends z.ZodType>(
  schema: S,
  value: unknown,
  complain: (says: string) => void,
): z.output<S> | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues)
    complain(path.length > 0 ? `${path.join(".")}: ${message}` : message);
  return undefined;
}
