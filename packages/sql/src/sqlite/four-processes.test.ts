import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { keepsConcurrency, keepsKeyRate, keepsRate, type SharedStore } from "../fixtures/limited.ts";
import { keepsOneChain } from "../fixtures/logging.ts";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-limits-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;

async function opened(): Promise<SharedStore> {
  const address = join(directory, `${++count}.db`);
  const store = sqlite(address, { durability: "relaxed" });
  await store.open();
  onTestFinished(() => store.close());
  return { address, schema: "", store };
}

describe("four processes on one file", () => {
  test("keep a queue's concurrency and each key's together on SQLite", async () => {
    expect.hasAssertions();
    await keepsConcurrency(await opened());
  });

  test("keep a queue's rate of starts together on SQLite", async () => {
    expect.hasAssertions();
    await keepsRate(await opened());
  });

  test("keep each key's rate of starts together on SQLite", async () => {
    expect.hasAssertions();
    await keepsKeyRate(await opened());
  });

  test("append to one log in one chain, and take each record once, on SQLite", async () => {
    expect.hasAssertions();
    await keepsOneChain(await opened());
  });
});
