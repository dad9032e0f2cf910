import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { systemClock } from "../clock.ts";
import { memoryStore } from "../store/index.ts";
import type { Severity } from "../store/store.ts";
import type { WorkflowContext } from "../workflow/context.ts";
import { type AnyWorkflow, workflow } from "../workflow/definition.ts";
import { Deployments, disciplines, eventually, quietLog, reaches } from "./deployments.fixture.ts";
import { createEngine, type Engine } from "./engine.ts";

const short = { timeout: "60s" } as const;

const order = (version: number, body: (ctx: WorkflowContext) => Promise<unknown>): AnyWorkflow =>
  workflow({ name: "order", version }, body);
const go = (ctx: WorkflowContext) => ctx.signal("go", z.unknown());

describe("versions side by side", () => {
  const store = memoryStore();
  const engines: Engine[] = [];
  const worker = async (...workflows: AnyWorkflow[]): Promise<Engine> => {
    const engine = createEngine({ store, workflows, log: quietLog });
    await engine.start();
    engines.push(engine);
    return engine;
  };
  const stop = async (engine: Engine): Promise<void> => {
    engines.splice(engines.indexOf(engine), 1);
    await engine.stop();
    await store.open(); // the others still use it
  };
  afterEach(async () => {
    for (const engine of [...engines]) await stop(engine);
  });

  const says = (version: number) =>
    order(version, async (ctx) => {
      const began = await ctx.step("begin", () => version);
      await go(ctx);
      return `${began} ${await ctx.step("end", () => version)} ${ctx.run.version}`;
    });

  test("a run stays on its version while a live worker has it", async () => {
    const old = await worker(says(1));
    const run = await old.run(says(1), undefined);
    await reaches(old, run.id, "parked");
    const next = await worker(says(2));
    await run.signal("go");
    expect(await run.result(short)).toBe("1 1 1");
    const fresh = await next.run("order", undefined);
    await fresh.signal("go");
    expect(await fresh.result(short)).toBe("2 2 2");
  });

  test("when its version is gone, the newest one takes over that agrees with its record, and says so in the journal", async () => {
    const old = await worker(says(1));
    const run = await old.run(says(1), undefined);
    await reaches(old, run.id, "parked");
    await stop(old);
    const three = order(3, async (ctx) => ctx.step("something else", () => 3));
    const next = await worker(says(2), three);
    expect((await next.check()).runs).toMatchObject([{ version: 1, runsOn: 2, verdict: "goes on" }]);
    await (await next.get(run.id)).signal("go");
    expect(await (await next.get(run.id)).result(short)).toBe("1 2 1");
    const view = await (await next.get(run.id)).describe();
    expect(view.version).toBe(2);
    const events = await (await next.get(run.id)).journal();
    expect(events.find((event) => event.key === "run/version")?.value).toEqual({ from: 1, to: 2 });
    expect(await next.verify(run.id)).toMatchObject({ verdict: "intact" });
  });

  test("a version never goes down: older code does not take a newer run", async () => {
    const newer = await worker(says(2));
    const run = await newer.run(says(2), undefined);
    await reaches(newer, run.id, "parked");
    await stop(newer);
    const old = await worker(says(1));
    await (await old.get(run.id)).signal("go");
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await (await old.get(run.id)).describe()).status).toBe("ready");
    expect((await old.check()).runs).toMatchObject([{ verdict: "no code", runsOn: null }]);
    const again = await worker(says(2));
    expect(await (await again.get(run.id)).result(short)).toBe("2 2 2");
  });

  test("no version agrees: the run diverges and says which one was tried", async () => {
    const old = await worker(says(1));
    const run = await old.run(says(1), undefined);
    await reaches(old, run.id, "parked");
    await stop(old);
    const next = await worker(order(2, async (ctx) => ctx.step("something else", () => 2)));
    await (await next.get(run.id)).signal("go");
    await reaches(next, run.id, "diverged");
    expect((await (await next.get(run.id)).describe()).note).toMatch(
      /version 1 is gone and version 2 cannot take over: code and journal disagree/,
    );
  });
});

describe.each(disciplines)("between a decision and the run's next wait (%s)", (discipline) => {
  const world = new Deployments(discipline);
  afterEach(async () => {
    await world.stop();
    world.effects.length = 0;
  });

  const paying = (
    version: number,
    severity: Severity,
    options: { prepare?: boolean; later?: boolean; stuck?: boolean } = {},
  ) =>
    order(version, async (ctx) => {
      const { approved, by } = await ctx.approve("pay", {
        title: "Pay?",
        severity,
        consequence: "pays",
        deadline: [{ after: "1h", decide: { approved: false } }],
      });
      if (!approved) return `${version}: refused by ${by}`;
      if (options.prepare) await ctx.step("prepare", () => world.did(`prepare ${version}`));
      if (options.later) await go(ctx);
      if (options.stuck) await ctx.step("pay", () => new Promise<never>(() => {}));
      return ctx.step("pay", () => world.did(`pay ${version}, ${by}`));
    });

  /** Decided while no worker is there; then another version comes. */
  async function decidedThen(before: AnyWorkflow, after: AnyWorkflow) {
    let engine = await world.deploy([before]);
    const { id } = await engine.run(before, undefined);
    const hold = await (await engine.get(id)).hold("pay", short);
    engine = await world.only([before]);
    await engine.decide(hold, { approved: true }, { by: "ana" });
    const looking = await world.only([after]);
    const predicted = (await looking.check()).runs.find((one) => one.id === id);
    engine = await world.deploy([after]);
    return { engine, id, hold, predicted, run: await engine.get(id) };
  }

  test.each(["high", "critical"] as const)(
    "a decision of severity %s is asked again when its version is gone",
    async (severity) => {
      const { engine, id, hold, predicted, run } = await decidedThen(paying(1, severity), paying(2, severity));
      expect(predicted).toMatchObject({ verdict: "goes on", runsOn: 2, asksAgain: ["pay"] });
      const again = await run.hold("pay", short);
      expect(again).toMatchObject({ id: hold.id, status: "open", revision: 2, decidedBy: null, dueAt: hold.dueAt });
      expect(world.effects).toEqual([]);
      await expect(engine.decide(hold, { approved: true }, { by: "ana" })).rejects.toThrow(/changed since it was read/);
      await engine.decide(again, { approved: true }, { by: "ben" });
      expect(await run.result(short)).toBe("pay 2, ben");
      expect(world.effects).toEqual(["pay 2, ben"]);
      const trail = (await engine.holdEvents(hold.id)).map(({ action, actor }) => `${action} ${actor}`);
      expect(trail).toEqual(["opened null", "decided ana", "reopened null", "decided ben"]);
      expect(await engine.verify(id)).toMatchObject({ verdict: "intact", problems: [] });
      expect((await engine.check({ status: ["completed"] })).runs.find((one) => one.id === id)?.verdict).toBe(
        "goes on",
      );
    },
  );

  test("the second answer is the one that counts", async () => {
    const { engine, run } = await decidedThen(paying(1, "high"), paying(2, "high"));
    await engine.decide(await run.hold("pay", short), { approved: false }, { by: "ben" });
    expect(await run.result(short)).toBe("2: refused by ben");
    expect(world.effects).toEqual([]);
  });

  test.each(["low", "medium"] as const)("a decision of severity %s stands", async (severity) => {
    const { run, predicted } = await decidedThen(paying(1, severity), paying(2, severity));
    expect(predicted).toMatchObject({ asksAgain: [] });
    expect(await run.result(short)).toBe("pay 2, ana");
  });

  test("the version that was decided on takes it, if it is there", async () => {
    const { run } = await decidedThen(paying(1, "high"), paying(1, "high"));
    expect(await run.result(short)).toBe("pay 1, ana");
  });

  test("what a deadline decided is not asked again", async () => {
    const before = paying(1, "high");
    let engine = await world.deploy([before]);
    const { id } = await engine.run(before, undefined);
    await (await engine.get(id)).hold("pay", short);
    const clock = { ...systemClock, now: () => systemClock.now() + 3_700_000 };
    // A worker of something else lets the deadline pass.
    engine = await world.deploy([workflow({ name: "other" }, async () => null)], { clock });
    await reaches(engine, id, "ready");
    engine = await world.deploy([paying(2, "high")], { clock });
    expect(await (await engine.get(id)).result(short)).toBe("2: refused by null");
  });

  test("after the next wait the decision stands", async () => {
    const options = { later: true };
    let engine = await world.deploy([paying(1, "high", options)]);
    const { id } = await engine.run("order", undefined);
    await engine.decide(await (await engine.get(id)).hold("pay", short), { approved: true }, { by: "ana" });
    await eventually(async () => expect((await (await engine.get(id)).describe()).waiting).toBe("signal"));
    engine = await world.deploy([paying(2, "high", options)]);
    await (await engine.get(id)).signal("go");
    expect(await (await engine.get(id)).result(short)).toBe("pay 2, ana");
  });

  test("what was done after the decision is not done again when the answer is the same", async () => {
    const options = { prepare: true };
    const store = world.store;
    let engine = await world.deploy([paying(1, "high", { ...options, stuck: true })], { drainTimeout: 1 });
    const { id } = await engine.run("order", undefined);
    await engine.decide(await (await engine.get(id)).hold("pay", short), { approved: true }, { by: "ana" });
    await eventually(async () => expect(world.effects).toContain("prepare 1"));
    await eventually(async () => expect((await store.run("default", id))?.entryCount).toBeGreaterThan(2));
    engine = await world.deploy([paying(2, "high", options)]);
    const again = await (await engine.get(id)).hold("pay", short);
    expect(world.effects).toEqual(["prepare 1"]);
    await engine.decide(again, { approved: true }, { by: "ben" });
    expect(await (await engine.get(id)).result(short)).toBe("pay 2, ben");
    expect(world.effects).toEqual(["prepare 1", "pay 2, ben"]);
    expect(await engine.verify(id)).toMatchObject({ verdict: "intact", problems: [] });
    expect((await engine.check({ status: ["completed"] })).runs.find((one) => one.id === id)?.verdict).toBe("goes on");
  });
});
