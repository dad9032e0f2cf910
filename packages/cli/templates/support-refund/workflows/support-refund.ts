import { agent, agentStep, tool } from "@holdpoint/ai";
import { workflow } from "holdpoint";
import { z } from "zod";
import { shop } from "../shop.ts";

const lookUp = tool({
  name: "look_up",
  description: "Finds an order: what it cost, and how it was delivered.",
  input: z.object({ orderId: z.string() }),
  execute: ({ orderId }) => shop.lookUp(orderId),
});

/** Up to $50 the agent pays by itself; above, a person agrees, and may change the amount. A crash never pays twice. */
const refund = tool({
  name: "refund",
  description: "Pays money back to the customer's card.",
  input: z.object({ orderId: z.string(), amount: z.number().positive(), reason: z.string() }),
  risk: "high",
  approval: {
    when: ({ amount }) => amount > 50,
    consequence: "The money goes to the customer's card, and nobody can fetch it back.",
    deadline: [
      { after: "4h", remind: true },
      { after: "2d", expire: true },
    ],
  },
  once: true,
  execute: ({ orderId, amount }, { idempotencyKey }) => shop.payBack(orderId, amount, idempotencyKey),
});

const support = agent({
  name: "support",
  instructions:
    "You help customers of a shop. Look an order up before you say anything about it. Refund what was late or damaged.",
  tools: [lookUp, refund],
  maxTurns: 6,
});

/** Answers a customer; what costs money waits for whoever must agree. */
export const supportRefund = workflow(
  {
    name: "support-refund",
    input: z.object({ question: z.string() }),
    output: z.object({ answer: z.string(), turns: z.number() }),
  },
  async (ctx, { question }) => {
    const { text, turns } = await agentStep(ctx, support, question);
    return { answer: text, turns };
  },
);
