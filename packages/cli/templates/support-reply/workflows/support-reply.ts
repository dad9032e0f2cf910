import { workflow } from "holdpoint";
import { z } from "zod";
import { model, outbox } from "../desk.ts";

/** Answers a question with a model's draft: by itself when the model is sure, after a person has edited it when it is not. */
export const supportReply = workflow(
  {
    name: "support-reply",
    version: 1,
    input: z.object({ from: z.string(), question: z.string() }),
    output: z.object({ sent: z.boolean(), text: z.string() }),
  },
  async (ctx, { from, question }) => {
    const draft = await ctx.step(
      "draft",
      async ({ measure }) => {
        const written = await model.draft(question);
        measure({ confidence: written.confidence });
        return written;
      },
      { retry: { attempts: 3 }, timeout: "60s", mode: "assisted" },
    );

    let text = draft.text;
    if (draft.confidence < 0.9) {
      const { value } = await ctx.hold("edit reply", {
        title: `Reply to ${from}`,
        consequence: "What you enter is sent as it stands.",
        context: { question, draft: draft.text, confidence: draft.confidence },
        form: z.object({
          send: z.boolean().describe("Send a reply at all"),
          text: z.string().min(1).optional().describe("The reply; empty keeps the draft"),
        }),
        deadline: [{ after: "2d", expire: true }],
      });
      if (!value.send) return { sent: false, text: "" };
      text = value.text ?? draft.text;
    }

    await ctx.step("send", ({ idempotencyKey }) => outbox.send(from, text, idempotencyKey));
    return { sent: true, text };
  },
);
