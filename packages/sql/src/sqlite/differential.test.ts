import { compareWithMemory } from "@holdpoint/core/testing";
import { describe, test } from "vitest";
import { sqlite } from "./sqlite-store.ts";

describe("SQLite and the in-memory store answer alike", () => {
  const from = Number(process.env.HOLDPOINT_SEED ?? 1);
  const count = Number(process.env.HOLDPOINT_SEEDS ?? 20);
  for (let seed = from; seed < from + count; seed++) {
    test(`seed ${seed}`, async () => {
      const store = sqlite(":memory:");
      await store.open();
      await compareWithMemory(store, { seed, calls: 300 });
      await store.close();
    });
  }
});
