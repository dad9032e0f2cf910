import { workflow } from "holdpoint";
import { z } from "zod";
import { describePull } from "../classifier/evidence.ts";
import { desk } from "./desk.ts";

const filed = z.enum(["inbox", "quarantine"]);
type Filed = z.infer<typeof filed>;

/** How a mail was sorted. */
const sorted = z.object({
  folder: filed,
  probability: z.number(),
  /** Null when the classifier was sure. */
  decidedBy: z.string().nullable(),
});

/**
 * One mail: read it, judge it, and file it when sure; otherwise set it aside and wait for a person, with the evidence
 * that made it unsure.
 */
export const triage = workflow(
  { name: "triage", version: 1, input: z.object({ file: z.string() }), output: sorted },
  async (ctx, { file }) => {
    const clerk = ctx.service(desk);
    const run = ctx.run.id;

    const mail = await ctx.step("parse", ({ attempt }) =>
      clerk.witness(run, "parse", attempt, () => clerk.parse(file)),
    );
    const features = await ctx.step("features", ({ attempt }) =>
      clerk.witness(run, "features", attempt, () => clerk.features(mail)),
    );
    const score = await ctx.step("score", (info) =>
      clerk.witness(run, "score", info.attempt, () => {
        const scored = clerk.score(features);
        const { probability } = scored;
        info.measure({
          confidence: Math.max(probability, 1 - probability),
          predicted: probability > 0.5 ? "spam" : "good",
        });
        return scored;
      }),
    );
    const { probability, verdict, evidence } = score;

    ctx.set({ probability, verdict });

    if (verdict !== "ask") {
      await ctx.step("file", ({ attempt }) => clerk.witness(run, "file", attempt, () => clerk.file(file, verdict)));
      ctx.set({ folder: verdict });
      return { folder: verdict, probability, decidedBy: null };
    }

    await ctx.step("set aside", ({ attempt }) =>
      clerk.witness(run, "set aside", attempt, () => clerk.file(file, "held")),
    );
    const { approved, by } = await ctx.approve("quarantine", {
      title: `Quarantine “${mail.subject}” from ${mail.sender}?`,
      consequence: "Approved, the mail goes to out/quarantine; rejected, to out/inbox.",
      context: {
        file: `out/held/${file}`,
        spam: `${(100 * probability).toFixed(1)} %`,
        doubt: evidence.doubt,
        towardSpam: evidence.towardSpam.map(describePull),
        towardGood: evidence.towardGood.map(describePull),
        excerpt: mail.excerpt,
        attachments: mail.attachments,
        problems: mail.problems,
      },
    });
    const folder: Filed = approved ? "quarantine" : "inbox";
    await ctx.step("file", ({ attempt }) => clerk.witness(run, "file", attempt, () => clerk.file(file, folder)));
    ctx.set({ folder });
    return { folder, probability, decidedBy: by };
  },
);
