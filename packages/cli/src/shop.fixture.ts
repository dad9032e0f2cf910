/** The project that the command's tests work with: a run that asks, one that fails until it is mended, one that waits. */
export const shopProject: Readonly<Record<string, string>> = {
  "holdpoint.config.ts": `
import { defineConfig } from "holdpoint";
import { deliver, nap, note, refund, wait } from "./workflows.js";

export default defineConfig({ workflows: [refund, deliver, wait, note, nap] });
`,
  "workflows.ts": `
import { existsSync, appendFileSync } from "node:fs";
import { workflow } from "holdpoint";
import { z } from "zod";

/** Small refunds at once, large ones by a person, the largest by two questions. */
export const refund = workflow(
  { name: "refund", input: z.object({ orderId: z.string(), amount: z.number().positive() }) },
  async (ctx, { orderId, amount }) => {
    const order = await ctx.step("load order", () => ({ orderId, customer: "Ana Okafor" }));
    if (amount > 100) {
      const { approved, note } = await ctx.approve("approve refund", {
        title: \`Refund $\${amount} for order \${orderId}\`,
        consequence: "The money leaves our account today.",
        severity: amount > 1000 ? "critical" : "high",
        context: { order, trick: "\\u001b[2J" },
        options: [{ value: "fraud", outcome: "rejected" }, "goodwill"],
        deadline: [{ after: "3d", decide: { approved: false } }],
      });
      if (!approved) return { status: "declined", note };
    }
    const { value } = await ctx.hold("payout", {
      title: "Where to?",
      severity: "low",
      form: z.object({ account: z.string().min(3), urgent: z.boolean().default(false), kind: z.enum(["bank", "card"]) }),
    });
    await ctx.step("pay back", () => ({ paid: amount }));
    return { status: "refunded", to: value };
  },
);

/** Fails at its second step until a file called "mended" is there; each call of a step leaves a line in "calls". */
export const deliver = workflow({ name: "deliver", input: z.object({ parcel: z.string() }).optional() }, async (ctx) => {
  await ctx.step("pack", () => void appendFileSync("calls", "pack\\n"));
  await ctx.step(
    "ship",
    () => {
      appendFileSync("calls", "ship\\n");
      if (!existsSync("mended")) throw new Error("no driver");
    },
    { retry: { attempts: 1 } },
  );
  return "delivered";
});

export const wait = workflow({ name: "wait", signals: { go: z.object({ by: z.string() }) } }, async (ctx) => {
  ctx.set({ customer: "c-1" });
  await ctx.step("begin", () => 1);
  const { by } = await ctx.signal("go", z.object({ by: z.string() }));
  return \`gone by \${by}\`;
});

export const nap = workflow({ name: "nap" }, async (ctx) => ctx.sleep("1h"));

export const note = workflow({ name: "note", input: z.string() }, async (ctx, text) => {
  console.log("printed by the workflow");
  return ctx.step("say", () => text);
});
`,
};
