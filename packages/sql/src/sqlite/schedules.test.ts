import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@holdpoint/core";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { killedWhileFiring, tenWorkersFireOnce } from "../fixtures/firing.ts";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-schedules-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;

async function opened(): Promise<{ path: string; store: Store }> {
  const path = join(directory, `${++count}.db`);
  const store = sqlite(path);
  await store.open();
  onTestFinished(() => store.close());
  return { path, store };
}

describe("schedules on SQLite", () => {
  test("ten processes on one file start one run for each due time", async () => {
    const { path, store } = await opened();
    expect.hasAssertions();
    await tenWorkersFireOnce(path, "", store);
  });

  for (const death of ["before", "after"] as const) {
    test(`a process killed right ${death} it commits a firing on SQLite loses no due time and doubles none`, async () => {
      const { path, store } = await opened();
      expect.hasAssertions();
      await killedWhileFiring(death, path, "", store);
    });
  }
});
