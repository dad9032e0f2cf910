import { workflow } from "holdpoint";
import { createTestEngine, hangs, reply } from "holdpoint/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const refund = workflow(
  {
    name: "refund",
    input: z.object({ orderId: z.string(), amount: z.number().positive() }),
    output: z.object({ status: z.enum(["refunded", "declined"]) }),
  },
  async (ctx, { orderId, amount }) => {
    const order = await ctx.step(
      "load order",
      async (): Promise<{ total: number }> => Promise.reject(new Error("no shop")),
    );
    if (amount > 100) {
      const { approved } = await ctx.approve("approve refund", {
        title: `Refund $${amount} of $${order.total} for order ${orderId}?`,
        reviewers: { people: ["ana", "ben"] },
        deadline: [{ after: "3d", decide: { approved: false } }],
      });
      if (!approved) return { status: "declined" };
    }
    await ctx.step("pay back", async (): Promise<string> => "really", { timeout: "10s", retry: { attempts: 3 } });
    return { status: "refunded" };
  },
);
const input = { orderId: "A-7", amount: 120 };

test("holdpoint/testing runs a user's workflow with mocks and answers", async () => {
  const engine = createTestEngine({
    workflows: [refund],
    steps: { "load order": () => ({ total: 150 }), "pay back": () => "R-1" },
    answers: { "approve refund": reply({ approved: true }, { by: "ben" }) },
  });
  const run = await engine.run(refund, input);
  expect(await run.result()).toEqual({ status: "refunded" });
  expect(engine.executed("pay back")).toHaveLength(1);
  expect((await run.holds())[0]).toMatchObject({ decidedBy: "ben", title: "Refund $120 of $150 for order A-7?" });
  expect(await engine.unusedMocks()).toEqual([]);
  await engine.stop();
});

test("holdpoint/testing passes three days, and a hanging call's timeouts, in no time", async () => {
  const engine = createTestEngine({ workflows: [refund], steps: { "load order": () => ({ total: 150 }) } });
  const run = await engine.run(refund, input);
  await engine.advance("2d");
  expect(await run.status()).toBe("parked");
  await engine.advance("2d");
  expect(await run.result()).toEqual({ status: "declined" });
  engine.mockStep(refund, "pay back", hangs());
  const small = await engine.run(refund, { orderId: "B-1", amount: 5 });
  await expect(small.result()).rejects.toThrow('step "pay back" failed after 3 attempts');
  await engine.stop();
});
