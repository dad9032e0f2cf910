import { workflow } from "holdpoint";
import { z } from "zod";
import { payments, shop } from "../shop.ts";

/** Pays small refunds by itself, and asks a person about large ones, for as long as it takes. */
export const refund = workflow(
  {
    name: "refund",
    version: 1,
    input: z.object({ orderId: z.string(), amount: z.number().positive() }),
    output: z.object({ status: z.enum(["refunded", "declined"]), reference: z.string().optional() }),
  },
  async (ctx, { orderId, amount }) => {
    const order = await ctx.step("load order", () => shop.load(orderId), { retry: { attempts: 5 }, timeout: "10s" });

    if (amount > 100) {
      const { approved } = await ctx.approve("approve refund", {
        title: `Refund $${amount} for order ${orderId}`,
        consequence: `$${amount} goes back to ${order.customer}, today.`,
        severity: "high",
        context: { order },
        deadline: [{ after: "3d", decide: { approved: false, note: "no answer in three days" } }],
      });
      if (!approved) return { status: "declined" as const };
    }

    const paid = await ctx.step("pay back", ({ idempotencyKey }) => payments.refund(orderId, amount, idempotencyKey), {
      compensate: () => payments.charge(orderId, amount),
    });
    return { status: "refunded" as const, reference: paid.reference };
  },
);
