import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { withoutSqliteWarning } from "./experimental-warning.ts";

describe("the experimental warning of node:sqlite", () => {
  let heard: string[] = [];
  const hear = (warning: Error): void => void heard.push(`${warning.name}: ${warning.message}`);
  beforeEach(() => {
    heard = [];
    process.on("warning", hear);
  });
  afterEach(() => process.off("warning", hear));

  test("is kept back while it is loaded, in each form Node has for it", async () => {
    withoutSqliteWarning(() => {
      process.emitWarning("SQLite is an experimental feature and might change at any time", "ExperimentalWarning");
      process.emitWarning("SQLite is an experimental feature", { type: "ExperimentalWarning" });
    });
    await setImmediate();
    expect(heard).toEqual([]);
  });

  test("hides no other warning, neither meanwhile nor afterwards", async () => {
    const emit = process.emitWarning;
    withoutSqliteWarning(() => {
      process.emitWarning("Something else is experimental", "ExperimentalWarning");
      process.emitWarning("SQLite is slow today", "PerformanceWarning");
    });
    expect(process.emitWarning).toBe(emit);
    process.emitWarning("SQLite is an experimental feature", "ExperimentalWarning");
    await setImmediate();
    expect(heard).toEqual([
      "ExperimentalWarning: Something else is experimental",
      "PerformanceWarning: SQLite is slow today",
      "ExperimentalWarning: SQLite is an experimental feature",
    ]);
  });

  test("is put back when loading fails", () => {
    const emit = process.emitWarning;
    expect(() =>
      withoutSqliteWarning(() => {
        throw new Error("no such module");
      }),
    ).toThrow("no such module");
    expect(process.emitWarning).toBe(emit);
  });
});
