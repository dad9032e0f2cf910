import type { InputOf, OutputOf, WorkflowContext } from "@holdpoint/core";
import { createTestEngine, type TestEngine } from "@holdpoint/core/testing";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { asWorkflow } from "./as-workflow.ts";

let engine: TestEngine | null = null;
afterEach(() => engine?.stop());

describe("asWorkflow", () => {
  async function onboarding(ctx: WorkflowContext, customer: { id: string }): Promise<number> {
    return ctx.step("count", () => customer.id.length);
  }

  test("a function becomes a workflow of its name, with its types", async () => {
    const flow = asWorkflow({}, onboarding);
    expectTypeOf<InputOf<typeof flow>>().toEqualTypeOf<{ id: string }>();
    expectTypeOf<OutputOf<typeof flow>>().toEqualTypeOf<number>();
    engine = createTestEngine({ workflows: [flow] });
    const run = await engine.run("onboarding", { id: "abc" });
    expect(await run.result()).toBe(3);
    expect(asWorkflow({ name: "other", version: 3 }, onboarding)).toMatchObject({ name: "other", version: 3 });
  });

  test("timeout: a run that takes longer fails", async () => {
    const flow = asWorkflow({ name: "slow", timeout: "5m" }, (ctx) => ctx.sleep("6m"));
    engine = createTestEngine({ workflows: [flow] });
    await expect((await engine.run(flow, null)).result()).rejects.toThrow("did not finish within 300000 ms");
  });

  test("retries: a failed run is started over so often, with retryDelay between", async () => {
    const times: number[] = [];
    const flow = asWorkflow({ name: "flaky", retries: 2, retryDelay: "10s" }, (ctx) =>
      ctx.step("try", () => {
        times.push(engine?.now().getTime() ?? 0);
        throw new Error("no");
      }),
    );
    engine = createTestEngine({ workflows: [flow] });
    await (await engine.run(flow, null)).result().catch(() => {});
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 10_000, 20_000]);
  });

  test("what makes no sense is refused", () => {
    expect(() => asWorkflow({ retries: -1 }, onboarding)).toThrow(
      "asWorkflow.retries: -1 must be a whole number from 0",
    );
    expect(() => asWorkflow({}, async () => {})).toThrow("name");
  });
});
