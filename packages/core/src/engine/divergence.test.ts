import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { systemClock } from "../clock.ts";
import type { WorkflowContext } from "../workflow/context.ts";
import { type AnyWorkflow, type WorkflowOptions, workflow } from "../workflow/definition.ts";
import { Deployments, disciplines, eventually, reaches } from "./deployments.fixture.ts";
import type { Engine } from "./engine.ts";

const short = { timeout: "60s" } as const;

describe.each(disciplines)("a parked run meets new code (%s)", (discipline) => {
  const world = new Deployments(discipline);
  afterEach(() => world.stop());

  /** `load`, a wait for "go", then whatever `rest` does: every variant is the same version unless it says otherwise. */
  const code = (
    body: (ctx: WorkflowContext) => Promise<unknown>,
    options: Partial<WorkflowOptions> = {},
  ): AnyWorkflow => workflow({ name: "order", ...options }, body);
  const step = (ctx: WorkflowContext, name: string) => ctx.step(name, () => world.did(name));
  const go = (ctx: WorkflowContext) => ctx.signal("go", z.unknown());

  const before = code(async (ctx) => {
    await step(ctx, "load");
    await step(ctx, "price");
    await go(ctx);
    return step(ctx, "pay");
  });

  /** A run that has done `load` and `price` and waits for "go". */
  async function parked(workflows: readonly AnyWorkflow[] = [before]): Promise<string> {
    world.effects.length = 0;
    const engine = await world.deploy(workflows);
    const run = await engine.run(before, undefined);
    await reaches(engine, run.id, "parked");
    return run.id;
  }

  async function goOn(engine: Engine, id: string): Promise<unknown> {
    const run = await engine.get(id);
    await run.signal("go");
    return run.result(short);
  }

  const waitsForVersion = (engine: Engine, id: string) =>
    eventually(async () =>
      expect(await (await engine.get(id)).describe()).toMatchObject({
        status: "ready",
        note: 'waits for a worker with version 1 of "order"',
      }),
    );

  async function checked(next: AnyWorkflow, id: string) {
    const engine = await world.only([next]);
    const { runs } = await engine.check();
    const found = runs.find((one) => one.id === id);
    if (!found) throw new Error("the run was not checked");
    return found;
  }

  test("a step added after the frontier runs, and check says so before", async () => {
    const id = await parked();
    const next = code(async (ctx) => {
      await step(ctx, "load");
      await step(ctx, "price");
      await go(ctx);
      await step(ctx, "tax");
      return step(ctx, "pay");
    });
    expect(await checked(next, id)).toMatchObject({ verdict: "goes on", runsOn: 1, reason: null, at: ["signal:go#1"] });
    const engine = await world.deploy([next]);
    expect(await goOn(engine, id)).toBe("pay");
    expect(world.effects).toEqual(["load", "price", "tax", "pay"]);
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact" });
  });

  const inserted = async (ctx: WorkflowContext) => {
    await step(ctx, "load");
    await step(ctx, "weigh");
    await step(ctx, "price");
    await go(ctx);
    return step(ctx, "pay");
  };

  test("a step inserted before the frontier diverges: nothing runs, the difference is readable, old code recovers it", async () => {
    const id = await parked();
    const verdict = await checked(code(inserted), id);
    expect(verdict).toMatchObject({ verdict: "diverges", runsOn: 1, at: ["step:weigh#1"] });
    expect(verdict.reason).toMatch(/after entry 2: "step:price#1" was recorded there .*asks for "step:weigh#1"/);

    let engine = await world.deploy([code(inserted)]);
    await (await engine.get(id)).signal("go");
    await reaches(engine, id, "diverged");
    const run = await (await engine.get(id)).describe();
    expect(run.note).toBe(verdict.reason);
    expect(run.finishedAt).toBeNull();
    expect(world.effects).toEqual(["load", "price"]);
    await expect((await engine.get(id)).result(short)).rejects.toMatchObject({
      code: "RUN_FAILED",
      cause: { code: "DIVERGED", message: verdict.reason },
    });
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact" });

    engine = await world.deploy([before]);
    await (await engine.get(id)).retry();
    expect(await (await engine.get(id)).result(short)).toBe("pay");
    expect(world.effects).toEqual(["load", "price", "pay"]);
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact" });
  });

  test("a step inserted behind ctx.patched is left out by old runs and done by new ones", async () => {
    const id = await parked();
    const next = code(async (ctx) => {
      await step(ctx, "load");
      if (ctx.patched("weigh first")) await step(ctx, "weigh");
      await step(ctx, "price");
      await go(ctx);
      return step(ctx, "pay");
    });
    expect(await checked(next, id)).toMatchObject({ verdict: "goes on" });
    const engine = await world.deploy([next]);
    expect(await goOn(engine, id)).toBe("pay");
    expect(world.effects).toEqual(["load", "price", "pay"]);
    world.effects.length = 0;
    const fresh = await engine.run(next, undefined);
    expect(await goOn(engine, fresh.id)).toBe("pay");
    expect(world.effects).toEqual(["load", "weigh", "price", "pay"]);
    expect(await engine.verify(fresh.id)).toMatchObject({ verdict: "intact" });
  });

  test("ctx.patched gives one answer in a run, however often and from where it is asked", async () => {
    const answers: boolean[] = [];
    const id = await parked();
    const next = code(async (ctx) => {
      await step(ctx, "load");
      if (ctx.patched("p")) await step(ctx, "weigh");
      await step(ctx, "price");
      await go(ctx);
      answers.push(ctx.patched("p"));
      await step(ctx, "pack");
      await ctx.signal("go", z.unknown());
      answers.push(ctx.patched("p"));
      return step(ctx, "pay");
    });
    const engine = await world.deploy([next]);
    const run = await engine.get(id);
    await run.signal("go");
    while (!world.effects.includes("pack")) await new Promise((resolve) => setTimeout(resolve, 2));
    await world.deploy([next]).then((again) => goOn(again, id));
    expect(new Set(answers)).toEqual(new Set([false]));
    expect(world.effects).toEqual(["load", "price", "pack", "pay"]);
  });

  test('a step inserted where the workflow says insertions: "run" runs, once', async () => {
    const id = await parked();
    const next = code(inserted, { insertions: "run" });
    expect(await checked(next, id)).toMatchObject({ verdict: "goes on" });
    const engine = await world.deploy([next]);
    expect(await goOn(engine, id)).toBe("pay");
    expect(world.effects).toEqual(["load", "price", "weigh", "pay"]);
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact" });
  });

  const removed = async (ctx: WorkflowContext) => {
    await step(ctx, "load");
    await go(ctx);
    return step(ctx, "pay");
  };

  test("a removed step diverges, readable and recoverable by a migration that drops it", async () => {
    const id = await parked();
    const verdict = await checked(code(removed), id);
    expect(verdict.verdict).toBe("diverges");
    expect(verdict.reason).toMatch(/"step:price#1" was recorded there/);
    const engine = await world.deploy([code(removed)]);
    const run = await engine.get(id);
    await run.signal("go");
    await reaches(engine, id, "diverged");
    expect(world.effects).toEqual(["load", "price"]);
    expect(await run.migrate({ drop: ["step:price"], dryRun: true })).toMatchObject({ ok: true, applied: false });
    expect((await run.describe()).status).toBe("diverged");
    expect(await run.migrate({ drop: ["step:price"] })).toMatchObject({ ok: true, applied: true });
    expect(await run.result(short)).toBe("pay");
    expect(world.effects).toEqual(["load", "price", "pay"]);
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact" });
  });

  test("a removed step whose run has come to its end says that the code returns instead", async () => {
    const id = await parked();
    const verdict = await checked(
      code(async (ctx) => step(ctx, "load")),
      id,
    );
    expect(verdict.reason).toMatch(/the code returns instead/);
  });

  const renamed = async (ctx: WorkflowContext) => {
    await step(ctx, "load");
    await step(ctx, "calculate");
    await go(ctx);
    return step(ctx, "pay");
  };

  test.each([
    ["name", { "step:price": "step:calculate" }],
    ["key", { "step:price#1": "step:calculate#1" }],
  ])("a renamed step is migrated by %s, after a dry run", async (_, rename) => {
    const id = await parked();
    expect((await checked(code(renamed), id)).reason).toMatch(/"step:price#1".*asks for "step:calculate#1"/);
    const engine = await world.deploy([code(renamed)]);
    const run = await engine.get(id);
    expect(await run.migrate({ rename: { "step:prize": "step:calculate" } })).toMatchObject({
      ok: false,
      applied: false,
    });
    expect(await run.migrate({ rename, dryRun: true })).toMatchObject({ ok: true, at: ["signal:go#1"] });
    expect(await run.migrate({ rename })).toMatchObject({ ok: true, applied: true });
    expect(await goOn(engine, id)).toBe("pay");
    expect(world.effects).toEqual(["load", "price", "pay"]);
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact" });
  });

  test("an old name is free again after a migration", async () => {
    const id = await parked();
    const next = code(async (ctx) => {
      await step(ctx, "load");
      await step(ctx, "calculate");
      await go(ctx);
      await step(ctx, "price");
      return step(ctx, "pay");
    });
    const engine = await world.deploy([next]);
    const run = await engine.get(id);
    await run.migrate({ rename: { "step:price": "step:calculate" } });
    expect(await goOn(engine, id)).toBe("pay");
    expect(world.effects).toEqual(["load", "price", "price", "pay"]);
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact" });
  });

  test("a migration provides a result for a step the record lacks", async () => {
    const id = await parked();
    const next = code(async (ctx) => {
      await step(ctx, "load");
      const weight = await ctx.step("weigh", () => world.did("weigh", 1));
      await step(ctx, "price");
      await go(ctx);
      await step(ctx, "pay");
      return weight;
    });
    const engine = await world.deploy([next]);
    const run = await engine.get(id);
    expect(await run.migrate({ provide: { "step:weigh#1": 42 } })).toMatchObject({ ok: true, applied: true });
    expect(await goOn(engine, id)).toBe(42);
    expect(world.effects).toEqual(["load", "price", "pay"]);
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact" });
  });

  test("a fork from before the difference gets round it", async () => {
    const id = await parked();
    const engine = await world.deploy([code(renamed)]);
    const fork = await (await engine.get(id)).fork({ from: "step:price#1", decisions: "reuse" });
    expect(await goOn(engine, fork.id)).toBe("pay");
    expect(world.effects).toEqual(["load", "price", "calculate", "pay"]);
    expect(await engine.verify(fork.id)).toMatchObject({ verdict: "intact" });
  });

  test("a pinned run waits for its own version instead of diverging, and goes on when it is back", async () => {
    const id = await parked();
    const two = code(removed, { version: 2 });
    let engine = await world.deploy([two]);
    const run = await engine.get(id);
    await run.signal("go");
    await reaches(engine, id, "diverged");
    await run.pin();
    await waitsForVersion(engine, id);
    const { entries } = await run.describe();
    await new Promise((resolve) => setTimeout(resolve, 60));
    const later = await run.describe();
    expect(later).toMatchObject({ status: "ready", note: expect.stringMatching(/version 1/), entries });
    const clock = { ...systemClock, now: () => systemClock.now() + 31_000 };
    engine = await world.deploy([before, two], { clock });
    expect(await (await engine.get(id)).result(short)).toBe("pay");
    expect(world.effects).toEqual(["load", "price", "pay"]);
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact" });
  });

  test("a retry takes a pin back", async () => {
    const id = await parked();
    const engine = await world.deploy([code(removed, { version: 2 })]);
    const run = await engine.get(id);
    await run.signal("go");
    await reaches(engine, id, "diverged");
    await run.pin();
    await waitsForVersion(engine, id);
    await run.retry();
    const clock = { ...systemClock, now: () => systemClock.now() + 31_000 };
    await reaches(await world.deploy([code(removed, { version: 2 })], { clock }), id, "diverged");
    expect(world.effects).toEqual(["load", "price"]);
  });
});

describe.each(disciplines)("an open hold meets new code (%s)", (discipline) => {
  const world = new Deployments(discipline);
  afterEach(() => world.stop());

  const asking = (consequence: string, form: z.ZodType = z.object({ amount: z.number() }), name = "amount") =>
    workflow({ name: "ask" }, async (ctx) => {
      await ctx.step("load", () => world.did("load"));
      const { value } = await ctx.hold(name, { title: "How much?", consequence, form });
      return ctx.step("do", () => world.did("do", value));
    });

  async function held(): Promise<string> {
    world.effects.length = 0;
    const engine = await world.deploy([asking("pays")]);
    const run = await engine.run(asking("pays"), undefined);
    await run.hold("amount", short);
    await reaches(engine, run.id, "parked");
    return run.id;
  }

  test("the same form and consequence: the answer given to the old code is taken by the new", async () => {
    const id = await held();
    const engine = await world.deploy([asking("pays")]);
    const run = await engine.get(id);
    await engine.decide(await run.hold("amount", short), { amount: 3 }, { by: "ana" });
    expect(await run.result(short)).toEqual({ amount: 3 });
    expect(world.effects).toEqual(["load", "do"]);
  });

  test.each([
    ["consequence", asking("pays twice")],
    ["form", asking("pays", z.object({ amount: z.string() }))],
  ])("another %s diverges, check says so before, and a fork asks anew", async (_, next) => {
    const id = await held();
    const predicted = (await (await world.only([next])).check()).runs.find((one) => one.id === id);
    expect(predicted).toMatchObject({
      verdict: "diverges",
      reason: expect.stringMatching(/hold "amount" is open with another form or consequence/),
    });
    const engine = await world.deploy([next]);
    const run = await engine.get(id);
    await run.signal("wake");
    await reaches(engine, id, "diverged");
    expect(world.effects).toEqual(["load"]);
    const fork = await run.fork({ from: "hold:amount#1", decisions: "reuse" });
    const hold = await fork.hold("amount", short);
    await engine.decide(hold, { amount: hold.consequence === "pays" ? "3" : 3 }, { by: "ana" });
    await fork.result(short);
    expect(world.effects).toEqual(["load", "do"]);
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact" });
    expect(await engine.verify(fork.id)).toMatchObject({ verdict: "intact" });
  });

  test("a renamed hold is migrated while it is open, and its answer still arrives", async () => {
    const id = await held();
    const next = asking("pays", undefined, "sum");
    const engine = await world.deploy([next]);
    const run = await engine.get(id);
    expect(await run.migrate({ rename: { "hold:amount": "hold:sum" } })).toMatchObject({ applied: true });
    await reaches(engine, id, "parked");
    await engine.decide(await run.hold("amount", short), { amount: 3 }, { by: "ana" });
    expect(await run.result(short)).toEqual({ amount: 3 });
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact" });
  });
});
