import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import * as errors from "../errors.ts";
import { NotStorableError, PayloadTooLargeError } from "../errors.ts";
import { type PayloadCodec, valueCodec } from "./codec.ts";
import { decodePayload, encodePayload, loadPayload } from "./payload.ts";

const encode = (value: unknown) => encodePayload(value, { subject: "result" });
const roundTrip = (value: unknown): unknown => decodePayload(encode(value).payload);

describe("a value comes back as it was", () => {
  const plain: [string, unknown][] = [
    ["null", null],
    ["true", true],
    ["zero", 0],
    ["a fraction", 1.5e-300],
    ["the empty text", ""],
    ["half a surrogate pair", "a\ud800b"],
    ["all of Unicode's corners", "\u0000\u2028\uffff😀"],
    ["a list", [1, [2, []], {}]],
    ["an object", { a: { b: [null] }, "": 1, "a.b": 2 }],
    ["its own __proto__", JSON.parse('{"__proto__":{"a":1}}')],
    ["what looks like a tag", { $date: 5 }],
  ];
  test.each(plain)("plain JSON: %s", (_, value) => {
    expect(encode(value).payload?.codec).toBe("json");
    expect(roundTrip(value)).toStrictEqual(value);
  });

  const match = "a-b".match(/(?<left>.)-(?<right>.)/);
  // biome-ignore lint/suspicious/noSparseArray: that is what is tested.
  const sparse = [1, , 3];
  const rich: [string, unknown][] = [
    ["a field that is undefined", { a: undefined, b: 1 }],
    ["an item that is undefined", [undefined]],
    ["NaN", Number.NaN],
    ["infinities", [Infinity, -Infinity]],
    ["minus zero", -0],
    ["minus zero far below", { a: [{ b: -0 }] }],
    ["a bigint", 2n ** 80n],
    ["a date", new Date(1_700_000_000_000)],
    ["a date that is none", new Date(Number.NaN)],
    [
      "a map",
      new Map<unknown, unknown>([
        ["a", 1],
        [{ key: true }, new Map()],
        [undefined, Number.NaN],
      ]),
    ],
    ["a set", new Set([1, "a", undefined, new Set()])],
    ["bytes", new Uint8Array([0, 255])],
    ["no bytes", new Uint8Array()],
    ["a buffer", Buffer.from("hé")],
    ["a typed array", new Float32Array([1.5, -0])],
    ["wide integers", new BigInt64Array([-5n])],
    ["an array buffer", new Uint8Array([1, 2]).buffer],
    ["a pattern", /a(b)?/giu],
    ["an address", new URL("https://user@example.org/a?b#c")],
    ["no prototype", Object.assign(Object.create(null), { a: 1, b: [undefined] })],
    ["holes", sparse],
    ["holes at the end", Object.assign([1], { length: 5 })],
    ["a match", match],
    ["what looks like a tag, beside one", { x: { $date: 5 }, y: new Date(3) }],
    ["what looks like an escaped tag", [{ $plain: { $date: new Date(3) } }, { $undefined: undefined }]],
    ["its own __proto__", { z: 1n, o: JSON.parse('{"__proto__":{"a":1}}') as unknown }],
    ["text beside", { text: "x".repeat(1000), when: new Date(0) }],
  ];
  test.each(rich)("beyond JSON: %s", (_, value) => {
    expect(encode(value).payload?.codec).toBe("rich");
    const back = roundTrip(value);
    expect(back).toStrictEqual(value);
    expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(value));
  });

  test("undefined itself takes no payload", () => {
    expect(encode(undefined).payload).toBeNull();
    expect(roundTrip(undefined)).toBeUndefined();
  });

  test("values of another realm, as a test runner's sandbox makes them", () => {
    const value: unknown = runInNewContext(
      "({ a: [1], when: new Date(5), m: new Map([[1, undefined]]), e: new TypeError('x') })",
    );
    const back = roundTrip(value) as { a: number[]; when: Date; m: Map<number, undefined>; e: Error };
    expect(back.a).toStrictEqual([1]);
    expect(back.when).toStrictEqual(new Date(5));
    expect(back.m).toStrictEqual(new Map([[1, undefined]]));
    expect(back.e).toBeInstanceOf(TypeError);
  });

  test("the value that was given is not changed", () => {
    const value = { list: [1, undefined], when: new Date(5) };
    encode(value);
    expect(value).toStrictEqual({ list: [1, undefined], when: new Date(5) });
  });

  test("a revived array buffer is its own memory, aligned for its kind", () => {
    const back = roundTrip({ a: new Uint8Array([1]), b: new Float64Array([1, 2]) }) as { b: Float64Array };
    expect(back.b.byteOffset).toBe(0);
    expect(back.b.buffer.byteLength).toBe(16);
  });
});

describe("errors", () => {
  test("keep class, name, message, stack, cause and their own data", () => {
    const error = Object.assign(new RangeError("too far", { cause: new Error("because", { cause: "a text" }) }), {
      code: "E_FAR",
      where: { at: new Date(5) },
    });
    const back = roundTrip(error) as typeof error;
    expect(back).toBeInstanceOf(RangeError);
    expect(back).toMatchObject({ name: "RangeError", message: "too far", code: "E_FAR", where: { at: new Date(5) } });
    expect(back.stack).toBe(error.stack);
    expect(back.cause).toBeInstanceOf(Error);
    expect((back.cause as Error).cause).toBe("a text");
    expect(Object.keys(back)).toEqual(["code", "where"]);
  });

  const builtIn = [
    new Error("x"),
    new TypeError("x"),
    new RangeError("x"),
    new SyntaxError("x"),
    new ReferenceError("x"),
    new EvalError("x"),
    new URIError("x"),
  ];
  test.each(builtIn.map((error) => [error.name, error] as const))("%s comes back as one", (_, error) => {
    expect(Object.getPrototypeOf(roundTrip(error))).toBe(Object.getPrototypeOf(error));
  });

  test("an aggregate keeps its errors", () => {
    const back = roundTrip(new AggregateError([new TypeError("a"), "b"], "both")) as AggregateError;
    expect(back).toBeInstanceOf(AggregateError);
    expect(back.errors).toMatchObject([{ message: "a" }, "b"]);
    expect(back.errors[0]).toBeInstanceOf(TypeError);
  });

  test("an abort keeps its name", () => {
    const back = roundTrip(new DOMException("stopped", "AbortError")) as DOMException;
    expect(back).toBeInstanceOf(DOMException);
    expect(back).toMatchObject({ name: "AbortError", message: "stopped", code: 20 });
  });

  const family: Error[] = [
    new errors.ValidationError("input", [{ path: "a", message: "b" }]),
    new errors.StepFailedError("step:a#1", "a", 3, new TypeError("x")),
    new errors.NonRetryableError("no"),
    new errors.TimeoutError("step", 5),
    new errors.CancelledError("enough"),
    new errors.HoldExpiredError("hold:a#1", "a"),
    new errors.ChildFailedError("w", "id", "failed", new Error("x")),
    new errors.CompensationError([{ key: "a", reason: "b" }]),
  ];
  test.each(family.map((error) => [error.name, error] as const))(
    "%s of the family comes back as itself",
    (_, error) => {
      const back = roundTrip(error) as errors.HoldpointError;
      expect(back.constructor).toBe(error.constructor);
      expect(back).toBeInstanceOf(errors.HoldpointError);
      expect(back).toMatchObject({
        name: error.name,
        message: error.message,
        code: (error as errors.HoldpointError).code,
      });
      expect(back.details).toStrictEqual((error as errors.HoldpointError).details);
      if (error instanceof errors.ValidationError) expect(back).toMatchObject({ issues: error.issues });
    },
  );

  test("a class of the author's comes back as the nearest known one with its name", () => {
    class PaymentError extends TypeError {
      override name = "PaymentError";
      readonly amount = 5;
    }
    const back = roundTrip(new PaymentError("x"));
    expect(back).toBeInstanceOf(TypeError);
    expect(back).toMatchObject({ name: "PaymentError", amount: 5 });
  });

  test("an author's class that is called like one of ours is not ours", () => {
    class TimeoutError extends Error {}
    expect(roundTrip(new TimeoutError("x"))).not.toBeInstanceOf(errors.TimeoutError);
  });

  test("what a library hung on them and cannot be stored, or is large, is left out", () => {
    const error = Object.assign(new Error("x"), {
      status: 500,
      retry: () => {},
      body: "y".repeat(100_000),
      request: {},
    });
    error.request = { error };
    error.cause = error;
    const back = roundTrip({ error, after: 1 }) as { error: typeof error };
    expect(Object.keys(back.error)).toEqual(["status"]);
    expect(back.error.cause).toBeUndefined();
  });

  test("without a stack, none is made up", () => {
    const error = new Error("x");
    delete error.stack;
    expect((roundTrip(error) as Error).stack).toBeUndefined();
  });
});

describe("what cannot be stored is refused with its path", () => {
  class Money {
    readonly amount = 5;
    toJSON(): number {
      return this.amount;
    }
  }
  class Registry extends Map<string, string> {}
  const cycle: Record<string, unknown> = { items: [{}] };
  (cycle.items as Record<string, unknown>[])[0]!.owner = cycle;
  const refused: [string, unknown, string][] = [
    ["a function", () => {}, "result: is a function; only data can be stored"],
    ["a method", { order: { save() {} } }, "result at order.save: is a function (save)"],
    ["a symbol", [1, [Symbol("x")]], "result at [1][0]: is a symbol"],
    [
      "a class",
      { price: new Money() },
      "result at price: is an instance of Money and would not come back as one; store its toJSON() instead",
    ],
    ["a subclass of Map", { "the registry": new Registry() }, 'result at ["the registry"]: is an instance of Registry'],
    ["a promise", { user: Promise.resolve(1) }, "result at user: is a promise; await it first"],
    ["a cycle", cycle, "result at items[0].owner: refers back to an object that contains it"],
    ["a boxed value", { a: Object(5) }, "result at a: is an instance of Number"],
    ["in a map", new Map([["a", new Map([[1, () => {}]])]]), 'result at get("a").get(0): is a function'],
    ["in a map's key", new Map([[() => {}, 1]]), "result at key 0: is a function"],
    ["in a set", new Set([Symbol("x")]), "result at [0]: is a symbol"],
    ["a toJSON of its own", { toJSON: () => 1 }, "result at toJSON: is a function"],
  ];
  test.each(refused)("%s", (_, value, message) => {
    expect(() => encode(value)).toThrow(NotStorableError);
    expect(() => encode(value)).toThrow(message);
  });

  test("the same object twice is not a cycle", () => {
    const shared = { a: new Date(5) };
    expect(roundTrip([shared, { shared }])).toStrictEqual([shared, { shared }]);
  });

  test("what is nested too deeply, by a path that names it", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 1_001; level++) deep = [deep];
    expect(() => encode(deep)).toThrow("is nested more than 1000 levels deep");
    let fine: unknown = 1;
    for (let level = 0; level < 1_000; level++) fine = [fine];
    expect(roundTrip(fine)).toStrictEqual(fine);
    expect(roundTrip([fine, undefined].slice(1))).toStrictEqual([undefined]);
  });
});

describe("size", () => {
  test("is measured in bytes before anything is written, and named", () => {
    const options = { subject: 'result of step "load"', limit: 100 };
    expect(() => encodePayload("é".repeat(50), options)).toThrow(PayloadTooLargeError);
    expect(() => encodePayload("é".repeat(50), options)).toThrow(
      'result of step "load" is 102 bytes, the limit is 100',
    );
    expect(encodePayload("é".repeat(49), options).payload?.bytes).toHaveLength(100);
    expect(() => encodePayload("x".repeat(500), options)).toThrow("is 502 bytes");
  });

  test("above the inline limit is stored in chunks", async () => {
    const value = { text: "x".repeat(1_000), when: new Date(5) };
    const { payload, chunks } = encodePayload(value, { subject: "result", inlineLimit: 500 });
    expect(payload?.ref).toBe(true);
    expect(() => decodePayload(payload)).toThrow("before its chunks were loaded");
    const held = new Map(chunks.map(({ hash, bytes }) => [Buffer.from(hash).toString("hex"), bytes]));
    const read = async (hashes: readonly Uint8Array[]) =>
      hashes.map((hash) => held.get(Buffer.from(hash).toString("hex")) ?? null);
    expect(decodePayload(await loadPayload(payload!, read))).toStrictEqual(value);
  });
});

describe("an engine's own codec", () => {
  const reversed: PayloadCodec = {
    id: "reversed",
    encode: (value, subject) => valueCodec.encode(value, subject).reverse(),
    decode: (bytes) => valueCodec.decode(Uint8Array.from(bytes).reverse()),
  };

  test("writes and reads, and keeps what the built-in one keeps", () => {
    const { payload } = encodePayload({ when: new Date(5), none: undefined }, { subject: "result", codec: reversed });
    expect(payload?.codec).toBe("reversed");
    expect(decodePayload(payload, reversed)).toStrictEqual({ when: new Date(5), none: undefined });
  });

  test("still reads what was written before it was configured", () => {
    expect(decodePayload(encode({ a: 1 }).payload, reversed)).toStrictEqual({ a: 1 });
  });

  test("is asked for by name when it is not there", () => {
    const { payload } = encodePayload(1, { subject: "result", codec: reversed });
    expect(() => decodePayload(payload)).toThrow('written with codec "reversed"');
  });

  test("obeys the size limit", () => {
    expect(() => encodePayload("long", { subject: "result", codec: reversed, limit: 3 })).toThrow(PayloadTooLargeError);
  });
});

test("an erased value says so", () => {
  expect(() => decodePayload({ codec: "erased", bytes: new Uint8Array(32), ref: false })).toThrow("was erased");
});
