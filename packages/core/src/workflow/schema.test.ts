import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { ValidationError } from "../errors.ts";
import { type InferIn, type InferOut, parse, parseAsync, type StandardSchemaV1 } from "./schema.ts";

const order = z.object({ id: z.string(), amount: z.coerce.number().positive(), tags: z.array(z.string()).default([]) });

describe("parsing", () => {
  test("gives back what the schema makes of the value", () => {
    expect(parse(order, { id: "A-7", amount: "5" }, "input")).toEqual({ id: "A-7", amount: 5, tags: [] });
  });

  test("names every wrong place by its path", () => {
    let caught: unknown;
    try {
      parse(z.object({ order }), { order: { amount: -1, tags: ["a", 5] } }, 'input of "refund"');
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ValidationError);
    const { issues, message } = caught as ValidationError;
    expect(issues.map(({ path }) => path)).toEqual(["order.id", "order.amount", "order.tags.1"]);
    expect(message).toMatch(/^input of "refund"\.order\.id: .* \(and 2 more\)$/);
  });

  test("reads paths whose parts are objects, as the standard allows", () => {
    const schema: StandardSchemaV1<string> = {
      "~standard": {
        version: 1,
        vendor: "own",
        validate: () => ({ issues: [{ message: "no", path: [{ key: "a" }, 0] }] }),
      },
    };
    expect(() => parse(schema, "x", "input")).toThrow("input.a.0: no");
  });

  test("refuses an asynchronous schema where nobody can wait, and awaits it where one can", async () => {
    const slow = z.string().refine(async (text) => text !== "taken", "is taken");
    expect(() => parse(slow, "free", "answer")).toThrow("its schema is asynchronous");
    expect(() => parse(slow, "taken", "answer")).toThrow("its schema is asynchronous");
    await expect(parseAsync(slow, "free", "answer")).resolves.toBe("free");
    await expect(parseAsync(slow, "taken", "answer")).rejects.toThrow("answer: is taken");
  });
});

test("types of what goes in and what comes out are inferred", () => {
  expectTypeOf<InferIn<typeof order>>().toEqualTypeOf<{ id: string; amount: unknown; tags?: string[] | undefined }>();
  expectTypeOf<InferOut<typeof order>>().toEqualTypeOf<{ id: string; amount: number; tags: string[] }>();
  const parsed = parse(order, { id: "A-7", amount: 5 }, "input");
  expectTypeOf(parsed).toEqualTypeOf<z.output<typeof order>>();
  expect(parsed.amount).toBe(5);
});
