import { assert, anything, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { toClient } from "#shared/protocol/client-master.ts";
import { toPlayer } from "#shared/protocol/client-world.ts";
import { fromMaster, fromWorld, masterShapes, worldShapes } from "./wire.ts";

const samples: Readonly<Record<string, unknown>> = {
  text: "a",
  number: 1,
  flag: true,
  list: [],
  object: {},
};

/** What a schema says of a message: its type, its required fields and their kinds. */
function shapeOf(option: { shape: Record<string, z.ZodType> }): [string, Record<string, string>] {
  const { type, ...fields } = option.shape;
  const name = [...(type as z.ZodLiteral<string>).values][0] as string;
  const required = Object.entries(fields).filter(([, field]) => !field.safeParse(undefined).success);
  return [name, Object.fromEntries(required.map(([field, schema]) => [field, kindOf(schema)]))];
}

function kindOf(schema: z.ZodType): string {
  const kinds: Record<string, string> = {
    string: "text",
    enum: "text",
    number: "number",
    boolean: "flag",
    array: "list",
  };
  return kinds[schema.def.type] ?? "object";
}

const shapesOf = (options: readonly { shape: object }[]): unknown =>
  Object.fromEntries(options.map((option) => shapeOf(option as { shape: Record<string, z.ZodType> })));

describe("what master and worlds say", () => {
  it("is checked for exactly the fields the schemas require", () => {
    expect(masterShapes).toEqual(shapesOf(toClient.options));
    expect(worldShapes).toEqual(shapesOf(toPlayer.options));
  });

  it("is read with unknown fields, and not without a known one", () => {
    for (const [read, shapes] of [
      [fromMaster, masterShapes],
      [fromWorld, worldShapes],
    ] as const)
      for (const [type, fields] of Object.entries(shapes)) {
        const whole: Record<string, unknown> = { type, later: [1] };
        for (const [name, kind] of Object.entries(fields)) whole[name] = samples[kind];
        expect(read(JSON.stringify(whole))).toEqual(whole);
        for (const name of Object.keys(fields)) {
          expect(read(JSON.stringify({ ...whole, [name]: undefined }))).toBeUndefined();
          expect(read(JSON.stringify({ ...whole, [name]: null }))).toBeUndefined();
        }
      }
  });

  it("never throws, whatever comes", () => {
    assert(property(string(), (text) => fromMaster(text) === undefined && fromWorld(text) === undefined));
    assert(
      property(anything(), (value) => {
        const text = JSON.stringify(value) ?? "";
        expect(fromMaster(text)).toBeUndefined();
        expect(fromWorld(text)).toBeUndefined();
      }),
    );
    for (const text of [
      '{"type":"toString"}',
      '{"type":"__proto__"}',
      "[]",
      "null",
      '"pong"',
      '{"type":["pong"]}',
    ])
      expect([fromMaster(text), fromWorld(text)]).toEqual([undefined, undefined]);
  });
});
