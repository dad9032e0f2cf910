import { setTimeout as delay } from "node:timers/promises";
import { type AnyWorkflow, type StepOptions, type WorkflowContext, workflow } from "@holdpoint/core";
import { z } from "zod";
import type { Ledger } from "../../crash/ledger.ts";

/** How long the steps of a run take, in milliseconds. */
export const Pace = z.array(z.number());
export const Answer = z.object({ token: z.string() });

export type Load = z.infer<typeof Load>;
export const Load = z.object({
  pace: Pace,
  /** A step that fails the first time (`flaky`), or an order that falls through. */
  fails: z.boolean().default(false),
  /** How long it sleeps, in milliseconds. */
  sleeps: z.number().default(0),
  /** Generations it has before it. */
  left: z.number().default(0),
  /** Whether its children wait for a person. */
  asks: z.boolean().default(false),
  /** Tokens of the generations before. */
  before: z.array(z.string()).default([]),
});

/** The workflows that are executed under chaos. Every one gives the tokens of its steps, in order. */
export function chaosWorkflows(ledger: Ledger): AnyWorkflow[] {
  /** A step that the ledger knows of: what it does to the world (`effect`), and that the workflow got its result (`seen`). */
  const effect = async (
    ctx: WorkflowContext,
    name: string,
    ms: number,
    options: StepOptions<string> & { flaky?: boolean } = {},
  ): Promise<string> => {
    const run = ctx.run.id;
    const { generation } = ctx.run;
    const step = generation === 1 ? name : `${name} of generation ${generation}`;
    const { flaky = false, ...own } = options;
    const token = await ctx.step<string>(
      name,
      async ({ idempotencyKey, attempt }) => {
        const token = `${process.pid}-${Math.random().toString(36).slice(2)}`;
        ledger.note("effect", { run, step, key: idempotencyKey, token });
        await delay(ms);
        if (flaky && attempt === 1) throw new Error("not the first time");
        return token;
      },
      own,
    );
    ledger.note("seen", { run, step, token });
    return token;
  };
  const undo =
    (ctx: WorkflowContext, name: string): NonNullable<StepOptions<string>["compensate"]> =>
    (token, { idempotencyKey }) =>
      ledger.note("undo", { run: ctx.run.id, step: name, key: idempotencyKey, token });

  const steps = workflow({ name: "steps", input: Load }, async (ctx, { pace, fails }) => {
    const tokens: string[] = [];
    for (const [i, ms] of pace.entries()) {
      const flaky = fails && i === 2;
      tokens.push(await effect(ctx, `step ${i + 1}`, ms, flaky ? { flaky, retry: { attempts: 3, initial: 50 } } : {}));
    }
    return tokens;
  });

  const held = workflow({ name: "held", input: Load }, async (ctx, { pace }) => {
    const first = await effect(ctx, "prepare", pace[0] ?? 0);
    const { value } = await ctx.hold("decide", { title: `Go on with ${ctx.run.id}?`, form: Answer });
    ledger.note("answered", { run: ctx.run.id, step: "hold:decide#1", token: value.token });
    return [first, await effect(ctx, "act", pace[1] ?? 0)];
  });

  const small = workflow({ name: "small", input: Load }, async (ctx, { pace, asks }) => {
    const tokens = [await effect(ctx, "begin", pace[0] ?? 0)];
    if (asks) {
      const { value } = await ctx.hold("decide", { title: `Go on with ${ctx.run.id}?`, form: Answer });
      ledger.note("answered", { run: ctx.run.id, step: "hold:decide#1", token: value.token });
    }
    return [...tokens, await effect(ctx, "end", pace[1] ?? 0)];
  });

  const family = workflow({ name: "family", input: Load }, async (ctx, load) => {
    const first = await effect(ctx, "before", load.pace[0] ?? 0);
    const { one, two } = await ctx.all({
      one: () => ctx.child(small, load),
      two: () => ctx.child(small, { ...load, asks: false }),
    });
    ledger.note("children", { run: ctx.run.id, token: JSON.stringify([one, two]) });
    return [first, await effect(ctx, "after", load.pace[1] ?? 0)];
  });

  const timed = workflow({ name: "timed", input: Load }, async (ctx, { pace, sleeps }) => {
    const tokens = [await effect(ctx, "before", pace[0] ?? 0)];
    await ctx.sleep(sleeps);
    tokens.push(await effect(ctx, "between", pace[1] ?? 0));
    await ctx.race({ paid: () => ctx.signal("never", Answer), late: () => ctx.sleep(sleeps / 2) });
    return [...tokens, await effect(ctx, "after", pace[2] ?? 0)];
  });

  const order = workflow({ name: "order", input: Load }, async (ctx, { pace, fails }) => {
    const tokens: string[] = [];
    for (const [i, name] of ["reserve", "charge"].entries()) {
      tokens.push(await effect(ctx, name, pace[i] ?? 0, { compensate: undo(ctx, name), retry: { attempts: 3 } }));
    }
    await ctx.step("ship", () => {
      if (fails) throw new Error("sold out");
    });
    return tokens;
  });

  const messages = workflow({ name: "messages", input: Load }, async (ctx, { pace }) => {
    const tokens = [await effect(ctx, "listen", pace[0] ?? 0)];
    for (const name of ["first", "second"]) {
      const { token } = await ctx.signal(name, Answer);
      ledger.note("heard", { run: ctx.run.id, step: name, token });
      tokens.push(await effect(ctx, `after ${name}`, pace[1] ?? 0));
    }
    return tokens;
  });

  const chain = workflow({ name: "chain", input: Load }, async (ctx, load) => {
    const before = [...load.before, await effect(ctx, "turn", load.pace[0] ?? 0)];
    if (load.left > 0) ctx.continueAsNew({ ...load, left: load.left - 1, before });
    return before;
  });

  /** A payment in the database itself: its row and the step's record are one transaction. */
  const paid = workflow({ name: "paid", input: Load }, async (ctx, { pace }) => {
    const tokens = [await effect(ctx, "before", pace[0] ?? 0)];
    const run = ctx.run.id;
    const token = await ctx.transaction("pay", async (tx, { idempotencyKey }) => {
      const token = `${process.pid}-${Math.random().toString(36).slice(2)}`;
      ledger.note("tried", { run, step: "pay", key: idempotencyKey, token });
      await tx.execute("insert into chaos.payment (run, token) values (?, ?)", [run, token]);
      await delay(pace[1] ?? 0);
      await tx.execute("update chaos.balance set amount = amount + 1 where account = ?", [(pace[0] ?? 0) % 3]);
      return token;
    });
    ledger.note("seen", { run, step: "pay", token });
    return [...tokens, token, await effect(ctx, "after", pace[2] ?? 0)];
  });

  return [steps, held, small, family, timed, order, messages, chain, paid];
}
