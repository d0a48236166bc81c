import type { Check } from "#shared/protocol/frame.ts";

/** Whether a value from outside is what a field may hold. */
export type Test = (value: unknown) => boolean;

/** For each type of message, a test for each of its other fields. */
export type Shapes<M extends { type: string }> = {
  readonly [K in M["type"]]: { readonly [F in keyof Omit<Extract<M, { type: K }>, "type">]-?: Test };
};

export const text =
  (pattern: RegExp): Test =>
  (value) =>
    typeof value === "string" && pattern.test(value);

/** Text of any letters, no longer than this. */
export const upTo =
  (length: number): Test =>
  (value) =>
    typeof value === "string" && value.length <= length;

export const int =
  (least: number, most = Number.MAX_SAFE_INTEGER): Test =>
  (value) =>
    Number.isSafeInteger(value) && isWithin(value as number, least, most);

export const number =
  (least = -Infinity, most = Infinity): Test =>
  (value) =>
    Number.isFinite(value) && isWithin(value as number, least, most);

export const bool: Test = (value) => typeof value === "boolean";

export const oneOf =
  (values: Iterable<string>): Test =>
  (value) =>
    new Set<unknown>(values).has(value);

export const optional =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);

export const either =
  (...tests: readonly Test[]): Test =>
  (value) =>
    tests.some((test) => test(value));

export const list =
  (test: Test, most: number): Test =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(test);

export const record =
  (test: Test): Test =>
  (value) =>
    isObject(value) && Object.values(value).every(test);

/** An object with at least these fields. */
export const shape =
  (fields: Readonly<Record<string, Test>>): Test =>
  (value) =>
    isObject(value) &&
    Object.entries(fields).every(([name, test]) =>
      test(Object.hasOwn(value, name) ? value[name] : undefined),
    );

/** An object with these fields and no other. */
export const exactly = (fields: Readonly<Record<string, Test>>): Test => {
  const hasShape = shape(fields);
  return (value) =>
    hasShape(value) && Object.keys(value as object).every((name) => Object.hasOwn(fields, name));
};

export function checkOf<T>(test: Test): Check<T> {
  return { safeParse: (value) => (test(value) ? { success: true, data: value as T } : { success: false }) };
}

/** A check of one of several messages, told apart by `type`. */
export function messageCheck<M extends { type: string }>(shapes: Shapes<M>, whole: typeof shape): Check<M> {
  const tests = new Map<unknown, Test>(
    Object.entries<Readonly<Record<string, Test>>>(shapes).map(([type, fields]) => [
      type,
      whole({ type: (value) => value === type, ...fields }),
    ]),
  );
  return checkOf((value) => isObject(value) && (tests.get(value["type"])?.(value) ?? false));
}

const isWithin = (value: number, least: number, most: number): boolean => value >= least && value <= most;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
