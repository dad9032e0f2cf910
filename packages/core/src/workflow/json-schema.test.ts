import { describe, expect, test } from "vitest";
import { z } from "zod";
import { checkJsonSchema, jsonSchemaOf } from "./json-schema.ts";
import type { StandardSchemaV1 } from "./schema.ts";

describe("the JSON Schema of a schema", () => {
  test("comes from the schema itself, as what may be passed in", () => {
    const schema = z.object({ amount: z.number().positive(), note: z.string().default("none") });
    expect(jsonSchemaOf(schema, "form")).toEqual({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: { amount: { type: "number", exclusiveMinimum: 0 }, note: { type: "string", default: "none" } },
      required: ["amount"],
    });
  });

  test("is null where the schema cannot say one", () => {
    const silent: StandardSchemaV1 = { "~standard": { version: 1, vendor: "own", validate: (value) => ({ value }) } };
    expect(jsonSchemaOf(silent, "form")).toBeNull();
  });

  test("is refused, with a way out, where JSON has no such type", () => {
    expect(() => jsonSchemaOf(z.object({ when: z.date() }), 'form of "sign-off"')).toThrow(
      'form of "sign-off": cannot be said as JSON Schema (Date cannot be represented in JSON Schema); use types that JSON has',
    );
  });
});

describe("checking against a JSON Schema", () => {
  const schema = {
    type: "object",
    properties: {
      amount: { type: "number", exclusiveMinimum: 0, maximum: 100 },
      count: { type: "integer", minimum: 1, multipleOf: 2 },
      note: { type: ["string", "null"], minLength: 2, maxLength: 3 },
      kind: { enum: ["low", "high"] },
      fixed: { const: 1 },
      mail: { type: "string", format: "email", pattern: "@" },
      code: { type: "string", pattern: "^[A-Z]+$" },
      lines: { type: "array", minItems: 1, maxItems: 2, uniqueItems: true, items: { $ref: "#/$defs/line" } },
      "a/b": { type: "boolean" },
    },
    required: ["amount"],
    additionalProperties: false,
    $defs: { line: { type: "object", properties: { id: { type: "string" } }, required: ["id"] } },
  };
  const check = (value: unknown) => checkJsonSchema(schema, value);

  test("finds nothing in what is valid", async () => {
    const value = {
      amount: 1,
      count: 2,
      note: null,
      kind: "low",
      fixed: 1,
      mail: "a@b.org",
      code: "A",
      lines: [{ id: "x" }],
      "a/b": true,
    };
    expect(await check(value)).toEqual([]);
  });

  test.each<[string, unknown, string, string]>([
    ["a missing field", {}, "amount", "is required"],
    ["no object at all", 5, "", "must be an object"],
    ["a wrong type", { amount: "1" }, "amount", "must be a number"],
    ["too little", { amount: 0 }, "amount", "must be more than 0"],
    ["too much", { amount: 101 }, "amount", "must be at most 100"],
    ["less than the least", { amount: 1, count: 0 }, "count", "must be at least 1"],
    ["no multiple", { amount: 1, count: 3 }, "count", "must be a multiple of 2"],
    ["one of several types", { amount: 1, note: 5 }, "note", "must be a string or null"],
    ["too short", { amount: 1, note: "a" }, "note", "must have at least 2 characters"],
    ["too long", { amount: 1, note: "abcd" }, "note", "must have at most 3 characters"],
    ["no option", { amount: 1, kind: "mid" }, "kind", 'must be "low" or "high"'],
    ["not the constant", { amount: 1, fixed: 2 }, "fixed", "must be 1"],
    ["a format, once", { amount: 1, mail: "nobody" }, "mail", "is not a valid email"],
    ["a pattern", { amount: 1, code: "a" }, "code", "must match ^[A-Z]+$"],
    ["too few items", { amount: 1, lines: [] }, "lines", "must have at least 1 item"],
    [
      "the same item twice",
      { amount: 1, lines: [{ id: "x" }, { id: "x" }] },
      "lines",
      "must not have the same item twice",
    ],
    ["a field far down, behind a reference", { amount: 1, lines: [{}] }, "lines.0.id", "is required"],
    ["a field with a slash in its name", { amount: 1, "a/b": 1 }, "a/b", "must be a boolean"],
  ])("names %s", async (_, value, path, message) => {
    expect(await check(value)).toEqual([{ path, message }]);
  });

  test("names a field that is not allowed", async () => {
    const issues = await check({ amount: 1, extra: true });
    expect(issues).toEqual([{ path: "extra", message: "is not allowed here" }]);
  });

  test("of a choice, names what is wrong in the branch that was meant", async () => {
    const line = { type: "object", properties: { id: { type: "string", minLength: 2 } }, required: ["id"] };
    const choice = { properties: { a: { anyOf: [line, { type: "null" }, { type: "string", minLength: 3 }] } } };
    expect(await checkJsonSchema(choice, { a: { id: "x" } })).toEqual([
      { path: "a.id", message: "must have at least 2 characters" },
    ]);
    expect(await checkJsonSchema(choice, { a: "x" })).toEqual([
      { path: "a", message: "must have at least 3 characters" },
    ]);
    expect(await checkJsonSchema(choice, { a: 5 })).toEqual([{ path: "a", message: "has none of the allowed forms" }]);
    expect(await checkJsonSchema({ oneOf: [line, line] }, { id: "xx" })).toEqual([
      { path: "", message: "must have exactly one of the allowed forms" },
    ]);
  });

  test("finds everything at once", async () => {
    expect((await check({ amount: -1, kind: "mid" })).map(({ path }) => path)).toEqual(["amount", "kind"]);
  });

  test("takes values as JSON would write them", async () => {
    const dated = { type: "object", properties: { when: { type: "string", format: "date-time" } }, required: ["when"] };
    expect(await checkJsonSchema(dated, { when: new Date(0), none: undefined })).toEqual([]);
    expect(await checkJsonSchema(dated, { when: undefined })).toEqual([{ path: "when", message: "is required" }]);
    expect(await checkJsonSchema(dated, undefined)).toEqual([{ path: "", message: "is required" }]);
  });

  test("a schema that is broken itself is an error, not a verdict about the value", async () => {
    await expect(checkJsonSchema({ $ref: "#/nowhere" }, 1)).rejects.toThrow("nowhere");
  });
});
