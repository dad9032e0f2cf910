import { expect, test } from "vitest";
import { z } from "zod";
import { fieldsOf } from "./fields.ts";
import { answerFromPairs } from "./set-fields.ts";

const form = z.toJSONSchema(
  z.object({
    account: z.string(),
    amount: z.number(),
    count: z.int().optional(),
    urgent: z.boolean().default(false),
    kind: z.enum(["bank", "card"]),
    tags: z.array(z.string()).optional(),
    address: z.object({ city: z.string(), zip: z.string().optional() }).optional(),
    note: z.string().nullable().optional(),
  }),
);

test("each value is read as the type of its field", () => {
  expect(
    answerFromPairs(form, ["account=0012", "amount=12.5", "count=3", "urgent=yes", "kind=card", "note=a=b"]),
  ).toEqual({ account: "0012", amount: 12.5, count: 3, urgent: true, kind: "card", note: "a=b" });
});

test("lists take JSON or one value at a time; dots go into objects", () => {
  expect(answerFromPairs(form, ["tags=a", "tags=b", "address.city=Bonn"])).toEqual({
    tags: ["a", "b"],
    address: { city: "Bonn" },
  });
  expect(answerFromPairs(form, ['tags=["a","b"]'])).toEqual({ tags: ["a", "b"] });
});

test.each([
  ["acount=1", "the form has no field 'acount', did you mean 'account'?"],
  ["colour=red", /^the form has no field 'colour'; it has account, amount/],
  ["amount=much", '--set amount: "much" is not a number'],
  ["amount=", '--set amount: "" is not a number'],
  ["urgent=perhaps", '--set urgent: "perhaps" is not true or false'],
  ["account", '--set takes name=value, not "account"'],
  ["address.street=x", /^the form has no field 'street'; it has city, zip/],
])("%s is refused with a sentence", (pair, message) => {
  expect(() => answerFromPairs(form, [pair])).toThrow(message);
});

test("an open form takes any field, and none of them reaches a prototype", () => {
  const open = { type: "object", properties: {}, additionalProperties: true };
  expect(answerFromPairs(open, ["a.b=1", "c=text", "d=[1]"])).toEqual({ a: { b: 1 }, c: "text", d: [1] });
  expect(() => answerFromPairs(open, ["__proto__.polluted=1"])).toThrow("no field '__proto__'");
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("references into the schema are followed, below the top too", () => {
  const referring = {
    $ref: "#/$defs/top",
    $defs: {
      top: { type: "object", properties: { place: { $ref: "#/$defs/place" } }, required: ["place"] },
      place: { type: "object", properties: { floor: { type: "integer" } } },
    },
  };
  expect(fieldsOf(referring)).toMatchObject([{ name: "place", type: "object", required: true }]);
  expect(answerFromPairs(referring, ["place.floor=3"])).toEqual({ place: { floor: 3 } });
});
