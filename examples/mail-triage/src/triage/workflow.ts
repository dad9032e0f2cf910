import { group, workflow } from "holdpoint";
import { z } from "zod";
import { describePull, type Evidence } from "../classifier/evidence.ts";
import { desk } from "./desk.ts";
import { modelProposal } from "./proposal.ts";

const filed = z.enum(["inbox", "quarantine"]);
type Filed = z.infer<typeof filed>;

/** How a mail was sorted. */
const sorted = z.object({
  folder: filed,
  probability: z.number(),
  /** Null when the classifier was sure. */
  decidedBy: z.string().nullable(),
});

/** The hold's name. */
export const question = "file it";

/**
 * One mail: read it, judge it, and file it when sure; otherwise set it aside and wait for a person, with the evidence
 * that made it unsure. Somebody of the mail desk decides; seconds later (in a company it would be hours) they are
 * reminded, and after that the leads may, too. No mail is ever filed because nobody answered.
 */
export const triage = workflow(
  { name: "triage", version: 2, input: z.object({ file: z.string() }), output: sorted },
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
    const { probability, leaning, evidence } = score;
    const { folder: proposed, confidence, needed } = leaning;
    const other: Filed = proposed === "quarantine" ? "inbox" : "quarantine";
    const sure = confidence >= needed;
    ctx.set({ probability, verdict: sure ? proposed : "ask" });

    if (!sure) {
      await ctx.step("set aside", ({ attempt }) =>
        clerk.witness(run, "set aside", attempt, () => clerk.file(file, "held")),
      );
    }
    const proposal = !sure && ctx.patched("a model proposes") ? await modelProposal(ctx, mail) : null;
    const { approved, by } = await ctx.approve(question, {
      holdWhen: [{ confidenceBelow: needed }], // a sure one passes, and nobody is asked
      facts: { confidence },
      title: `${proposed === "quarantine" ? "Quarantine" : "Deliver"} “${mail.subject}” from ${mail.sender}?`,
      consequence: `Approved, the mail goes to out/${proposed}; rejected, to out/${other}.`,
      action: { name: proposed, arguments: { file } },
      reviewers: group("mail-desk"),
      deadline: [
        { after: "1s", remind: true },
        { after: "4s", escalate: group("leads") },
      ],
      tags: [look(evidence)],
      context: {
        file: `out/held/${file}`,
        spam: `${(100 * probability).toFixed(1)} %`,
        doubt: evidence.doubt,
        towardSpam: evidence.towardSpam.map(describePull),
        towardGood: evidence.towardGood.map(describePull),
        ...(proposal !== null && { modelSuggests: proposal }),
        excerpt: mail.excerpt,
        attachments: mail.attachments,
        problems: mail.problems,
      },
    });
    const folder: Filed = approved ? proposed : other;
    await ctx.step("file", ({ attempt }) => clerk.witness(run, "file", attempt, () => clerk.file(file, folder)));
    ctx.set({ folder });
    return { folder, probability, decidedBy: by };
  },
);

/** What is most like spam in it: mails that share that look alike, and can be decided together. */
function look({ towardSpam, towardGood }: Evidence): string {
  return towardSpam[0]?.what ?? towardGood[0]?.what ?? "nothing known";
}
