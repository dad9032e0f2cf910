import { workflow } from "holdpoint";
import { z } from "zod";
import { shop } from "./shop.ts";

/** Up to this many dollars one person decides, above it two. */
const alone = 100;

/** Gives a customer money back, once the right people have looked at the evidence and signed. */
export const refund = workflow(
  {
    name: "refund",
    input: z.object({ order: z.string(), amount: z.number().positive(), why: z.string() }),
    output: z.object({ paid: z.number(), signed: z.array(z.string()) }),
  },
  async (ctx, { order, amount, why }) => {
    const desk = ctx.service(shop);
    const bought = await ctx.step("look up", () => desk.lookUp(order), { retry: { attempts: 5 } });

    const { approved, args, votes } = await ctx.approve("approve refund", {
      title: `Refund $${amount} for order ${order}?`,
      consequence: "The money goes to the customer's card, and nobody can fetch it back.",
      severity: amount > alone ? "high" : "medium", // a high one is decided on exactly what was read
      context: { ...bought, why },
      // Less may be granted, never more: then it would be another question.
      action: {
        name: "refund",
        arguments: { amount },
        schema: z.object({ amount: z.number().positive().max(amount) }),
      },
      reviewers: { groups: ["finance"], excludeCreator: true, fourEyes: amount > alone },
      deadline: [
        { after: "4h", remind: true },
        { after: "1d", escalate: { groups: ["finance-leads"] } },
        { after: "3d", decide: { approved: false, note: "nobody answered in three days" } },
      ],
    });
    const signed = (votes ?? []).flatMap(({ by }) => by ?? []);
    const paid = args?.amount ?? 0;
    if (!approved || paid === 0) {
      ctx.outcome("rejected");
      return { paid: 0, signed };
    }

    await ctx.step("write credit note", ({ idempotencyKey }) => desk.writeCreditNote(idempotencyKey, order, paid), {
      compensate: (note) => desk.voidCreditNote(note), // when what comes after it fails for good
    });
    await ctx.step("pay back", ({ idempotencyKey }) => desk.payBack(idempotencyKey, order, paid), {
      retry: { attempts: 3 },
    });
    return { paid, signed };
  },
);
