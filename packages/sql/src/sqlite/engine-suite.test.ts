import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-engine-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
const make = () => sqlite(join(directory, `${++files}.db`), { durability: "relaxed" });
Reflect.set(globalThis, Symbol.for("holdpoint.storeUnderTest"), make);

/** The engine's own tests, on this store: each three ways, as in memory. */
const suites = [
  "divergence",
  "retry",
  "versions",
  "fork",
  "chain-whole",
  "erasure",
  "hold-races",
  "hold-grants",
  "hold-export",
  "hold-lists",
  "independent",
];

describe("on SQLite", async () => {
  for (const suite of suites) await import(new URL(`../../../core/src/engine/${suite}.test.ts`, import.meta.url).href);
});
