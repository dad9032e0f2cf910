import { createEngine, type Engine, type Hold, memoryStore, staticDirectory, workflow } from "@holdpoint/core";
import { z } from "zod";

/** What somebody may have written into every field that is shown. */
export const hostile = `<img src=x onerror=alert(1)><script>alert(2)</script>" onfocus="alert(3)" autofocus x='`;

const payout = workflow(
  { name: "payout", input: z.object({ order: z.string(), amount: z.number() }) },
  (ctx, { order, amount }) =>
    ctx.approve("payout", {
      title: `Pay $${amount} for order ${order}?`,
      consequence: `$${amount} go to the customer's card and cannot be fetched back.`,
      context: { order, history: ["late twice"], customer: "Ana Okafor" },
      action: {
        name: "pay",
        arguments: { amount, currency: "USD" },
        schema: z.object({ amount: z.number().max(900), currency: z.enum(["USD", "EUR"]) }),
      },
      holdWhen: [{ amountAbove: 50 }],
      facts: { amount },
      tags: ["refunds"],
      reviewers: { groups: ["finance"] },
      deadline: [
        { after: "4h", remind: true },
        { after: "20h", escalate: { people: ["carla"] } },
        { after: "3d", decide: { approved: false } },
      ],
    }),
);
const deploy = workflow({ name: "deploy" }, (ctx) =>
  ctx.approve("deploy", {
    title: "Deploy billing 4.2 to production?",
    consequence: "Every customer is on the new billing within ten minutes. It can be rolled back for a day.",
    severity: "high",
    context: { build: "4.2.0+1182", tests: "4,118 passed", changes: ["invoice rounding", "dunning mails"] },
    reviewers: { people: ["ana", "ben"], quorum: 2 },
    deadline: [{ after: "6h", expire: true }],
  }),
);
const wipe = workflow({ name: "wipe" }, (ctx) =>
  ctx.approve("wipe", {
    title: "Delete the archive of 2019?",
    consequence: "41 GB of letters are gone for good.",
    severity: "critical",
    context: { letters: 1_204_118, asked: "the customer, by mail of 3 May" },
    reviewers: { people: ["ana"] },
  }),
);
const label = workflow({ name: "label" }, (ctx) =>
  ctx.hold("label", {
    title: "What is this mail?",
    severity: "low",
    context: { subject: "free money", text: "Dear friend,\n\nI have an offer for you." },
    form: z.object({ label: z.enum(["spam", "ham"]), why: z.string().min(3).max(80).optional() }),
  }),
);
const nasty = workflow({ name: "nasty" }, (ctx) =>
  ctx.approve(hostile, {
    title: hostile,
    consequence: hostile,
    context: { [hostile]: hostile, list: [hostile], deep: { a: { b: hostile } } },
    action: { name: hostile, arguments: { [hostile]: hostile }, schema: z.object({ [hostile]: z.string() }) },
    holdWhen: [{ confidenceBelow: 0.6 }],
    facts: { confidence: 0.42, error: hostile },
    options: [{ value: hostile, outcome: "approved" }],
    tags: [hostile],
    links: [{ title: hostile, url: `javascript:${hostile}` }],
    attachments: [
      { name: hostile, sha256: "a".repeat(64), url: `https://files.example.com/${encodeURIComponent(hostile)}` },
    ],
    reviewers: { people: ["ana", hostile] },
  }),
);

/** An engine with people and what they are asked; started. */
export async function openOffice(): Promise<Engine> {
  const engine = createEngine({
    store: memoryStore(),
    workflows: [payout, deploy, wipe, label, nasty],
    directory: staticDirectory({ groups: { finance: ["ana", "ben"] } }),
  });
  await engine.start();
  return engine;
}

/** Starts a run and gives the hold it opens. */
export async function asked(
  engine: Engine,
  name: "payout" | "deploy" | "wipe" | "label" | "nasty",
  input?: unknown,
  id?: string,
): Promise<Hold> {
  const run = await engine.run(name, input, { by: "rita", ...(id === undefined ? {} : { id }) });
  return run.hold(name === "nasty" ? hostile : name);
}
