import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeConformance } from "@holdpoint/core/testing";
import { afterAll, describe, test } from "vitest";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-sqlite-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;

describe("the SQLite store", () => {
  // Relaxed: the rules are the same, and the suite does not wait for the disk 2,000 times.
  const makeStore = () => sqlite(join(directory, `${++count}.db`), { durability: "relaxed" });
  for (const rule of storeConformance("sqlite", makeStore)) test(rule.name, rule.run);
});
