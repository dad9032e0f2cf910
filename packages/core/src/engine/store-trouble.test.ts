import { describe, expect, test } from "vitest";
import { StoreError } from "../errors.ts";
import { StoreTrouble } from "./store-trouble.ts";

function told() {
  const lines: unknown[][] = [];
  const line = (level: string) => (fields: unknown, message: string) => void lines.push([level, message, fields]);
  const log = { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
  return { lines, trouble: new StoreTrouble(log) };
}

describe("a store that fails", () => {
  test("is told of once, in its own words, and once when it works again", () => {
    const { lines, trouble } = told();
    for (let i = 0; i < 3; i++) trouble.failed(new StoreError("a.db: the disk is full"));
    expect(lines).toEqual([["error", "a.db: the disk is full. Trying again until it works", { code: "STORE" }]]);
    trouble.over();
    trouble.over();
    expect(lines.slice(1)).toEqual([["warn", "the store works again", {}]]);
    trouble.failed(new StoreError("a.db: the disk is full"));
    expect(lines.length).toBe(3);
  });

  test("with an error that is not its own is shown whole", () => {
    const { lines, trouble } = told();
    const error = new TypeError("x is not a function");
    trouble.failed(error);
    expect(lines).toEqual([["error", "the store failed; trying again until it works", { error }]]);
  });
});
