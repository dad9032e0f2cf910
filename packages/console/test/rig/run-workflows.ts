import { agent, agentStep, models, modelsService, scriptedModel, tool } from "@holdpoint/ai";
import { type AnyWorkflow, workflow } from "@holdpoint/core";
import { flow, step } from "@holdpoint/flow";
import { z } from "zod";
import type { Office } from "./office.ts";
import { hostile } from "./workflows.ts";

/** What these tests hold back and let go, by name. */
export class Gates {
  private readonly open = new Map<string, PromiseWithResolvers<void>>();

  at(name: string): PromiseWithResolvers<void> {
    const gate = this.open.get(name) ?? Promise.withResolvers<void>();
    this.open.set(name, gate);
    return gate;
  }
}

/** What today's code of the workflow `relabel` does; tests change it under a live run. */
export const today = { step: "label", outage: true };

/** Workflows of every shape a run can have on the screen. */
export function runWorkflows(gates: Gates, { pace = 0 } = {}): readonly AnyWorkflow[] {
  /** Work that takes its time, for pictures. */
  const work = (parts: number): Promise<void> | undefined =>
    pace === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, parts * pace));
  const bill = workflow({ name: "bill" }, async (ctx, customer: unknown) => {
    await ctx.step("number", () => work(2)?.then(() => 4711) ?? 4711);
    return ctx.step("send", () => ({ sent: true, customer }));
  });

  const onboarding = workflow({ name: "onboarding", version: 3 }, async (ctx, input: unknown) => {
    const { customer, wait = false } = input as { customer: string; wait?: boolean };
    await ctx.step("create account", async () => {
      await work(3);
      return { id: 42, customer, plan: "team" };
    });
    let tries = 0;
    await ctx.step(
      "import contacts",
      async () => {
        await work(2);
        if (tries++ < 2) throw new Error("the mail server answered 503");
        return { contacts: 1204 };
      },
      { retry: { attempts: 4, initial: "30ms" } },
    );
    await ctx.all({
      billing: () => ctx.child(bill, { customer }),
      storage: async () => {
        await ctx.step("make bucket", () => work(4)?.then(() => "bucket-42") ?? "bucket-42");
        await ctx.step("set quota", () => "50 GB");
      },
    });
    await ctx.map(
      ["guide", "invoice", "welcome"],
      (mail) => ctx.step("render", () => work(mail.length / 3)?.then(() => `${mail}.html`) ?? `${mail}.html`),
      { key: (mail) => mail },
    );
    if (wait) await ctx.step("call the warehouse", () => gates.at(customer).promise);
    const { approved } = await ctx.approve("welcome offer", {
      title: `Give ${customer} the welcome offer`,
      consequence: "Three months for free: $147 less.",
      severity: "medium",
      context: { customer, seats: 12 },
      reviewers: { groups: ["finance"] },
    });
    await ctx.step("write contract", () => ({ approved, pages: 3 }));
    return { customer, approved };
  });

  const ship = workflow({ name: "ship" }, async (ctx) => {
    await ctx.step("pack", () => "packed");
    await ctx.step(
      "hand over",
      () => {
        if (today.outage) throw new Error("no carrier today");
        return "on its way";
      },
      { retry: { attempts: 1 } },
    );
    return "shipped";
  });

  const relabel = workflow({ name: "relabel" }, async (ctx) => {
    await ctx.step("fetch", () => "mail 17");
    await ctx.step(today.step, () => "invoice");
    await ctx.approve("check", { title: "Is mail 17 an invoice?" });
    return "labelled";
  });

  const nastyRun = workflow({ name: "nasty-run" }, async (ctx, input: unknown) => {
    ctx.set({ note: hostile });
    await ctx.step(hostile, () => ({ [hostile]: hostile }));
    await ctx.step("model", () => ({
      response: {
        model: hostile,
        finish: "stop",
        usage: { input: 1, output: 2 },
        content: [
          { type: "text", text: hostile },
          { type: "tool-call", id: "1", name: hostile, args: { [hostile]: hostile } },
        ],
      },
      cost: null,
      ms: 3,
    }));
    await ctx.map([1], () => ctx.step(hostile, () => hostile), { key: () => hostile.replaceAll("/", "") });
    await ctx.approve(hostile, { title: hostile, consequence: hostile, context: { [hostile]: input } });
    throw new Error(hostile);
  });

  const read = step({ id: "read", input: z.any(), output: z.any(), run: () => ({ clauses: 31 }) });
  const score = step({ id: "score", input: z.any(), output: z.any(), run: () => ({ risk: 0.8 }) });
  const archive = step({ id: "archive", input: z.any(), output: z.any(), run: () => "archived" });
  const contract = flow("contract", { input: z.any(), output: z.any() })
    .then(read)
    .then(score)
    .approve("sign-off", { title: "Sign the contract with Northwind", reviewers: { groups: ["finance"] } })
    .then(archive)
    .build();

  return [bill, onboarding, ship, relabel, nastyRun, contract as AnyWorkflow, supportWorkflow];
}

const lookup = tool({
  name: "look_up_order",
  description: "Finds an order.",
  input: z.object({ order: z.string() }),
  execute: ({ order }) => ({ order, status: "sent", carrier: "DHL", since: "2026-05-02" }),
});
const refundTool = tool({
  name: "refund",
  description: "Pays back.",
  input: z.object({ order: z.string(), amount: z.number() }),
  execute: ({ amount }) => ({ paid: amount }),
});
const billing = agent({ name: "billing", instructions: "You pay back.", tools: [refundTool] });
const support = agent({ name: "support", instructions: "You help.", tools: [lookup], handoffs: [billing] });

const supportWorkflow = workflow({ name: "support" }, async (ctx, question: unknown) => {
  const { text } = await agentStep(ctx, support, String(question));
  return text;
});

/** Says what the agents of `support` think: a look, a handing over, a refund. */
export const agentModels = modelsService.provide(
  models({
    default: scriptedModel([
      {
        text: "Let me look at that order first.",
        calls: [{ name: "look_up_order", args: { order: "A-7" } }],
        usage: { input: 412, output: 38 },
      },
      { text: "It was lost on the way; this is for billing.", calls: [{ name: "handoff_to_billing", args: {} }] },
      { calls: [{ name: "refund", args: { order: "A-7", amount: 120 } }] },
      "You have your $120 back: the parcel was lost by the carrier.",
    ]),
  }),
);

/** Runs of every shape, under names that tests and pictures know. */
export async function seedRuns({ engine }: Pick<Office, "engine">): Promise<void> {
  const acme = await engine.run("onboarding", { customer: "Acme" }, { id: "onboarding-acme", by: "rita" });
  const globex = await engine.run("onboarding", { customer: "Globex" }, { id: "onboarding-globex", by: "rita" });
  const contract = await engine.run("contract", { pages: 31 }, { id: "contract-northwind", by: "lea" });
  const ended = [
    await engine.run("support", "Where is order A-7?", { id: "support-a7", by: "mail" }),
    await engine.run("ship", null, { id: "ship-17", by: "shop" }),
  ];
  const hold = await acme.hold("welcome offer");
  await engine.decide(hold, { approved: true }, { by: "ben", note: "They asked nicely." });
  await Promise.all([globex.hold("welcome offer"), contract.hold("sign-off")]);
  for (const run of [acme, ...ended]) await run.result().catch(() => {});
}
