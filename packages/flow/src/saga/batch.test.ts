import { createTestEngine, type TestEngine } from "@holdpoint/core/testing";
import { afterEach, describe, expect, test } from "vitest";
import { sagaBatch } from "./batch.ts";
import { saga } from "./saga.ts";

let engine: TestEngine | null = null;
afterEach(() => engine?.stop());

describe.each(["normal", "park", "crash"] as const)("a batch of sagas (%s)", (discipline) => {
  test("counts those that failed, goes on with the others, and keeps each batch in a record of its own", async () => {
    const effects: string[] = [];
    const pay = saga<number>("pay")
      .step("take", ({ input }) => void effects.push(`take ${input}`), {
        compensate: ({ input }) => void effects.push(`give back ${input}`),
      })
      .step("book", ({ input }) => {
        if (input % 3 === 0) throw new Error(`no ${input}`);
      });
    const pays = sagaBatch(pay, { batchSize: 3, concurrency: 2 });
    engine = createTestEngine({ workflows: [pays], discipline });
    const run = await engine.run(pays, { items: [1, 2, 3, 4, 5, 6, 7] });
    const reason = (n: number) => `saga "pay" failed at step "book": no ${n}`;
    expect(await run.result()).toEqual({
      total: 7,
      completed: 5,
      failed: 2,
      failures: [
        { index: 2, step: "book", reason: reason(3), notUndone: [] },
        { index: 5, step: "book", reason: reason(6), notUndone: [] },
      ],
    });
    expect(effects.filter((one) => one.startsWith("give"))).toEqual(["give back 3", "give back 6"]);
    expect(effects.filter((one) => one.startsWith("take"))).toHaveLength(7);
    const children = (await run.journal()).filter(({ type }) => type === "child.opened");
    expect(children).toHaveLength(3);
    expect((await run.describe()).outcome).toBe("completed_with_errors");
  });

  test("stops after so many failures when it is told to", async () => {
    const wrong = saga<number>("wrong").step("fail", () => {
      throw new Error("no");
    });
    const batch = sagaBatch(wrong, { batchSize: 2, maxFailures: 3 });
    engine = createTestEngine({ workflows: [batch], discipline });
    const run = await engine.run(batch, { items: [1, 2, 3, 4, 5, 6] });
    expect(await run.result()).toMatchObject({ total: 4, failed: 4 });
  });
});

test("numbers that cannot be worked with are refused", () => {
  expect(() =>
    sagaBatch(
      saga<number>("s").step("a", () => 1),
      { batchSize: 0 },
    ),
  ).toThrow('saga batch "s-batch".batchSize: 0 must be a whole number from 1');
});
