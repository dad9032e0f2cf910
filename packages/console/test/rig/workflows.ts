import { type AnyWorkflow, workflow } from "@holdpoint/core";
import { z } from "zod";

/** What somebody may have written into every field that is shown. */
export const hostile = `<img src=x onerror=alert(1)><script>alert(2)</script>" onfocus="alert(3)" autofocus x='{{7*7}}`;

const refund = workflow(
  { name: "refund", input: z.object({ order: z.string(), amount: z.number(), customer: z.string() }) },
  async (ctx, { order, amount, customer }) => {
    const found = await ctx.step("load order", () => ({
      order,
      amount,
      paid: "card ending 4242",
      bought: "2026-03-02",
    }));
    return ctx.approve("approve refund", {
      title: `Refund $${amount} to ${customer} for order ${order}`,
      consequence: `$${amount} go back to ${customer}'s card and cannot be fetched back.`,
      context: {
        order: found,
        customer,
        history: ["one late delivery in May", "no refund before"],
        model: { name: "triage-2", confidence: 0.42 },
      },
      action: {
        name: "pay back",
        arguments: { order, amount, currency: "USD", reason: "damaged on arrival" },
        schema: z.object({
          order: z.string(),
          amount: z.number().min(0).max(900),
          currency: z.enum(["USD", "EUR"]),
          reason: z.string(),
        }),
      },
      holdWhen: [{ amountAbove: 50 }, { confidenceBelow: 0.6 }],
      facts: { amount, confidence: 0.42, costSoFar: 0.031 },
      tags: ["refunds"],
      severity: amount > 300 ? "high" : "medium",
      reviewers: { groups: ["finance"] },
      deadline: [
        { after: "4h", remind: true },
        { after: "20h", escalate: { people: ["carla"] } },
        { after: "3d", decide: { approved: false } },
      ],
    });
  },
);

const deploy = workflow({ name: "deploy" }, (ctx) =>
  ctx.approve("release", {
    title: "Deploy billing 4.2 to production",
    consequence: "Every customer is on the new billing within ten minutes. It can be rolled back for a day.",
    severity: "high",
    context: { build: "4.2.0+1182", tests: "4,118 passed", changes: ["invoice rounding", "dunning mails"] },
    reviewers: { people: ["ana", "ben"], quorum: 2 },
    deadline: [{ after: "6h", expire: true }],
  }),
);

const wipe = workflow({ name: "archive-cleanup" }, (ctx) =>
  ctx.approve("delete archive", {
    title: "Delete the mail archive of 2019",
    consequence: "1,204,118 letters are gone for good.",
    severity: "critical",
    context: { letters: 1_204_118, size: "41 GB", asked: "the customer, by mail of 3 May" },
    action: { name: "delete", arguments: { archive: "mail-2019" }, schema: z.object({ archive: z.string() }) },
    reviewers: { people: ["ana"] },
  }),
);

const label = workflow(
  { name: "mail-triage", input: z.object({ subject: z.string(), text: z.string(), spam: z.number() }) },
  (ctx, { subject, text, spam }) =>
    ctx.hold("label", {
      title: `What is this mail: “${subject}”?`,
      severity: "low",
      context: { subject, text, model: { spam } },
      form: z.object({
        label: z.enum(["spam", "ham", "unsure"]).describe("What it is"),
        why: z.string().min(3).max(80).optional().describe("Why, in a few words"),
        urgent: z.boolean().optional().describe("Somebody should answer today"),
      }),
    }),
);

const contract = workflow({ name: "contract-review" }, (ctx) =>
  ctx.approve("sign-off", {
    title: "Sign the supply contract with Northwind",
    consequence: "Holdpoint is bound for two years, 48,000 € a year, with 90 days' notice.",
    severity: "high",
    context: {
      parties: ["Holdpoint GmbH", "Northwind Ltd"],
      risks: [
        { clause: "9.2 Liability", says: "unlimited", usual: "capped at the yearly fee" },
        { clause: "14 Termination", says: "90 days", usual: "30 days" },
      ],
    },
    options: [
      { value: "as it is", outcome: "approved" },
      { value: "with clause 9.2 capped", outcome: "approved" },
      { value: "back to the other side", outcome: "rejected" },
    ],
    reviewers: { groups: ["legal"], people: ["ana"] },
    links: [{ title: "The contract as sent", url: "https://files.example.com/northwind.pdf" }],
    deadline: [{ after: "2d", escalate: { people: ["carla"] } }],
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

/** What the office of these tests does; every kind of hold is among it. */
export const workflows: readonly AnyWorkflow[] = [refund, deploy, wipe, label, contract, nasty];
