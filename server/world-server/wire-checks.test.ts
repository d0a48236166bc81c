import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { fromPlayer } from "#shared/protocol/client-world.ts";
import type { Check } from "#shared/protocol/frame.ts";
import { launchOrder, toLaunch } from "#shared/protocol/launch-master.ts";
import { refusalCodes } from "#shared/refusal.ts";
import { fromPlayerCheck, launchOrderCheck, toLaunchCheck } from "./wire-checks.ts";

const place = { world: "hub", x: 400, y: 260.5, facing: 3 };
const order = {
  launch: "l1",
  token: "t".repeat(32),
  world: "hub",
  version: "0.1",
  masterUrl: "ws+unix:/tmp/control.sock:/",
  listen: { host: "127.0.0.1", port: 0 },
  origins: ["https://example.org"],
  tls: { cert: "c", key: "k" },
  limits: { masterLossMs: 3000 },
  logLevel: "info",
};
const expectation = {
  admission: "a.1",
  ticketHash: "f".repeat(64),
  session: "s-1",
  name: "Ada",
  guest: false,
  at: place,
  expiresMs: 1e4,
};

const samples: readonly [string, z.ZodType, Check<unknown>, readonly object[]][] = [
  [
    "fromPlayer",
    fromPlayer,
    fromPlayerCheck,
    [
      { type: "enter", id: 1, protocol: 1, ticket: "abcdefghijklmnop" },
      { type: "portal.use", id: 2, portal: "HubPortal" },
      { type: "interact", id: 3, entity: 65_535 },
      { type: "state", id: 4 },
      { type: "ping", id: 5 },
    ],
  ],
  [
    "toLaunch",
    toLaunch,
    toLaunchCheck,
    [
      { type: "registered", heartbeatMs: 1000, epoch: 1 },
      { type: "registration.refused", reason: "not_wanted", epoch: 2 },
      { type: "registration.delayed", epoch: 2 },
      { type: "unsaved" },
      { type: "expect", ...expectation },
      { type: "revoke", admission: "a" },
      { type: "hold", admission: "a", request: "r", forMs: 0.5 },
      { type: "unhold", admission: "a", request: "r" },
      { type: "unhold", admission: "a", request: "r", reason: "world_full" },
      { type: "depart", admission: "a" },
      { type: "activate", admission: "a" },
      { type: "activate", admission: "a", at: place },
      { type: "kick", admission: "a", reason: "removed" },
      { type: "bubble", admission: "a", text: "hello 🙂" },
      { type: "test" },
      { type: "handover" },
      { type: "restore", text: '{"count":1}' },
      { type: "stop.prepare" },
      { type: "stop", reason: "idle" },
    ],
  ],
  [
    "launchOrder",
    launchOrder,
    launchOrderCheck,
    [order, { ...order, listen: { socket: "/tmp/x.sock" }, tls: undefined, state: "1" }],
  ],
];

const texts = ["a", "A-b_c.d", "hub", "Hub", "hub\n", "0.1", "0.10", "01.1", "🙂", "x y", ...refusalCodes];
const lengths = [0, 15, 16, 31, 32, 33, 64, 65, 128, 129, 200, 201, 256, 257, 512, 513].map((length) =>
  "a".repeat(length),
);
const odd = ["f".repeat(64), "\n".repeat(64), "🙂".repeat(32), null, true, {}, []];
const numbers = [
  -1,
  0,
  1,
  3,
  4,
  0.5,
  65_535,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53,
  1e6,
  1e6 + 1,
  -1e6,
  -1e6 - 1,
];
const objects = [
  place,
  { ...place, x: "1" },
  { ...place, more: 1 },
  { socket: "s" },
  { cert: "c" },
  { masterLossMs: "1" },
];
const listens = [
  { ...place, facing: 4 },
  { socket: "a".repeat(257) },
  { host: "h", port: 1 },
  { host: "h", port: 65_536 },
  Array(256).fill("o"),
  Array(257).fill("o"),
];

/** Values at and just past every bound of the schemas, and of other types. */
const values: readonly unknown[] = [...texts, ...lengths, ...odd, ...numbers, ...objects, ...listens];
const value = fc.oneof(fc.constantFrom(...values), fc.jsonValue());

/** What would come off the wire had some fields of a sample been replaced, removed or added. */
const spoiled = (whole: readonly object[]): fc.Arbitrary<unknown> => {
  const names = [
    ...new Set(whole.flatMap((one) => Object.keys(one))),
    "type",
    "more",
    "__proto__",
    "constructor",
  ];
  const edit = fc.record({ name: fc.constantFrom(...names), value: fc.option(value, { nil: undefined }) });
  return fc.tuple(fc.constantFrom(...whole), fc.array(edit, { maxLength: 2 })).map(([one, edits]) => {
    const fields = new Map<string, unknown>(Object.entries(one));
    for (const { name, value } of edits) fields.set(name, value);
    const members = [...fields].flatMap(([name, value]) =>
      value === undefined ? [] : [`${JSON.stringify(name)}:${JSON.stringify(value)}`],
    );
    return JSON.parse(`{${members.join()}}`) as unknown;
  });
};

describe.each(samples)("%s by hand", (_, schema, check, whole) => {
  test.each(whole)("accepts %j", (one) => {
    expect(schema.safeParse(one).success).toBe(true);
    expect(check.safeParse(one)).toEqual({ success: true, data: one });
  });

  test("agrees with the schema about every value in every field", () => {
    for (const one of whole)
      for (const name of [...Object.keys(one), "more", "at", "reason", "tls"])
        for (const value of values) {
          const edited = { ...one, [name]: value };
          expect([edited, check.safeParse(edited).success]).toEqual([edited, isAccepted(schema, edited)]);
        }
  });

  test("agrees with the schema about messages with several faults", () => {
    const accepted = { yes: 0, no: 0 };
    fc.assert(
      fc.property(spoiled(whole), (one) => {
        const isFine = check.safeParse(one).success;
        accepted[isFine ? "yes" : "no"]++;
        expect(isFine).toBe(isAccepted(schema, one));
      }),
      { numRuns: 3000 },
    );
    expect(accepted.yes).toBeGreaterThan(50);
    expect(accepted.no).toBeGreaterThan(50);
  });

  test.each([undefined, null, 1, "enter", [], [["type", "ping"]], true])("refuses %j", (one) => {
    expect(check.safeParse(one).success).toBe(false);
  });
});

/** What the schema says, but for unknown fields, which only a player must not send. */
function isAccepted(schema: z.ZodType, value: unknown): boolean {
  const { success, error } = schema.safeParse(value);
  return success || (schema !== fromPlayer && error.issues.every(isUnknownField));
}

/** In a union an unknown field is reported by each of its sides. */
function isUnknownField(issue: z.core.$ZodIssue): boolean {
  if (issue.code === "invalid_union") return issue.errors.some((side) => side.every(isUnknownField));
  return issue.code === "unrecognized_keys";
}
