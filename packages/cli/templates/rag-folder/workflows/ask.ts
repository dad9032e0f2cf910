import { llmStep } from "@holdpoint/ai";
import { workflow } from "holdpoint";
import { z } from "zod";
import { search } from "../folder.ts";

const Answer = z.object({
  answer: z.string(),
  sources: z.array(z.string()),
  confidence: z.number().min(0).max(1),
});

/** Answers from the folder, with sources. Where it does not say, or the model names a source that was not there, a person answers. */
export const ask = workflow(
  {
    name: "ask",
    input: z.object({ question: z.string() }),
    output: z.object({ answer: z.string(), sources: z.array(z.string()), by: z.string().nullable() }),
  },
  async (ctx, { question }) => {
    const passages = await ctx.step("search", async () =>
      (await search(question, { limit: 4 })).map(({ id, text }) => ({ id, text })),
    );
    const { output, model } = await llmStep(ctx, "answer", {
      system:
        "Answer from the passages and nothing else. Name the ids you used. Where they do not say it, say so, with confidence below 0.5.",
      prompt: JSON.stringify({ question, passages }),
      output: Answer,
    });
    const known = new Set(passages.map(({ id }) => id));
    const grounded = output.sources.length > 0 && output.sources.every((id) => known.has(id));
    if (grounded && output.confidence >= 0.8) return { answer: output.answer, sources: output.sources, by: null };

    const { value, by } = await ctx.hold("answer yourself", {
      title: `The folder does not answer: ${question}`,
      context: { passages, draft: output.answer, model },
      form: z.object({ answer: z.string().min(1).describe("What is to be answered") }),
      deadline: [{ after: "2d", expire: true }],
    });
    return { answer: value.answer, sources: [], by };
  },
);
