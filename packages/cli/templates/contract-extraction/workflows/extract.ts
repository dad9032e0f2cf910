import { llmStep } from "@holdpoint/ai";
import { workflow } from "holdpoint";
import { z } from "zod";
import { enter } from "../register.ts";

const Terms = z.object({ parties: z.string(), notice: z.string(), fee: z.string() });

/** Each field with how sure the model is of it, 0 to 1. */
const field = z.object({ value: z.string(), confidence: z.number().min(0).max(1) });
const Read = z.object({ parties: field, notice: field, fee: field });

/** Reads the terms of a contract into a register; a person looks at what the model is not sure of, and may put it right. */
export const extract = workflow(
  {
    name: "extract",
    input: z.object({ contract: z.string() }),
    output: z.object({ entered: z.boolean(), terms: Terms, lookedAtBy: z.string().nullable() }),
  },
  async (ctx, { contract }) => {
    const { output } = await llmStep(ctx, "read", {
      system:
        "Read the terms of a contract: its parties, the period of notice, the fee. Say for each how sure you are, from 0 to 1; where the text does not say it, below 0.5.",
      prompt: contract,
      output: Read,
    });
    const terms = { parties: output.parties.value, notice: output.notice.value, fee: output.fee.value };
    const fields = Object.entries(output);
    const doubtful = fields.filter(([, { confidence }]) => confidence < 0.9).map(([name]) => name);

    const { approved, args, by } = await ctx.approve("check terms", {
      title: doubtful.length > 0 ? `Check ${doubtful.join(", ")} of a contract` : "Enter a contract",
      consequence: "What is approved is entered as it stands.",
      // The whole is as sure as its weakest field; what is sure passes, and nobody is asked.
      holdWhen: [{ confidenceBelow: 0.9 }],
      facts: { confidence: Math.min(...fields.map(([, { confidence }]) => confidence)) },
      context: { contract, read: output },
      action: { name: "enter", arguments: terms, schema: Terms },
      deadline: [{ after: "3d", expire: true }],
    });
    const right = args ?? terms;
    if (approved) await ctx.step("enter", ({ idempotencyKey }) => enter(right, idempotencyKey));
    return { entered: approved, terms: right, lookedAtBy: by };
  },
);
