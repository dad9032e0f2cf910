import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { RunConflictError } from "../errors.ts";
import { World } from "../run/world.fixture.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import type { EngineOptions } from "./options.ts";

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, options);
  return world;
};
afterEach(() => world.stop());

const pay = workflow(
  { name: "pay", input: z.looseObject({ order: z.string(), amount: z.number() }) },
  async (ctx, { order }) => ctx.step("pay", () => world.did(`pay ${order}`, order)),
);
const other = workflow({ name: "other" }, async () => "other");

describe("starting a run", () => {
  test("the same id, workflow and input give the same run", async () => {
    open([pay]);
    const input = { order: "A", amount: 7, more: [1, { x: 1, y: 2 }] };
    const run = await world.begin(pay, input, { id: "pay-A" });
    const again = await world.engine.run(pay, input, { id: "pay-A" });
    expect(again.id).toBe(run.id);
    expect(await world.result(again)).toBe("A");
    const late = await world.engine.run(pay, { more: [1, { y: 2, x: 1 }], amount: 7, order: "A" }, { id: "pay-A" });
    expect(await world.result(late)).toBe("A");
    expect(world.effects).toEqual(["pay A"]);
  });

  test("many at once with one id make one run", async () => {
    open([pay]);
    await world.engine.start();
    const runs = await Promise.all(
      Array.from({ length: 20 }, () => world.engine.run(pay, { order: "A", amount: 7 }, { id: "one" })),
    );
    await Promise.all(runs.map((run) => world.result(run)));
    expect(world.effects).toEqual(["pay A"]);
  });

  test("another input or workflow under the same id is a conflict that says what to do", async () => {
    open([pay, other]);
    await world.begin(pay, { order: "A", amount: 7 }, { id: "R" });
    const input = world.engine.run(pay, { order: "A", amount: 8 }, { id: "R" });
    await expect(input).rejects.toThrow(RunConflictError);
    await expect(input).rejects.toThrow(
      'run id "R": was started with another input; use another id, or the same input',
    );
    await expect(world.engine.run(other, undefined, { id: "R" })).rejects.toThrow(
      'run id "R": belongs to a run of "pay", not "other"; use another id',
    );
  });

  test("a run that has continued as new is still found by the input it was started with", async () => {
    const looping = workflow({ name: "looping", input: z.number() }, async (ctx, n) => {
      if (n < 3) ctx.continueAsNew(n + 1);
      return ctx.approve("sign", { title: "x" });
    });
    open([looping]);
    const run = await world.begin(looping, 1, { id: "L" });
    expect((await run.describe()).generation).toBe(3);
    expect((await world.engine.run(looping, 1, { id: "L" })).id).toBe("L");
    await expect(world.engine.run(looping, 3, { id: "L" })).rejects.toThrow(RunConflictError);
  });

  test("an input that does not fit starts nothing and says where it is wrong", async () => {
    open([pay]);
    await expect(world.engine.run(pay, { order: 1 } as never, { id: "R" })).rejects.toThrow(/^input of "pay"\.order: /);
    await expect(world.engine.get("R")).rejects.toThrow('no run "R"');
  });

  test("unusable options are refused", async () => {
    open([pay]);
    const input = { order: "A", amount: 7 };
    for (const [options, message] of [
      [{ id: "" }, "run.id: must be 1 to 256 characters"],
      [{ id: "a\nb" }, "run.id: must be 1 to 256 characters"],
      [{ priority: 1.5 }, "run.priority: 1.5 must be a whole number"],
      [{ startAt: new Date("x") }, "run.startAt: is not a time"],
      [{ startAt: new Date(), delay: 1 }, "run.delay: and startAt cannot both be given"],
      [{ delay: "soon" }, 'delay: "soon" is not a duration'],
      [{ attributes: { a: [1] as never } }, "run.attributes.a: must be a text"],
    ] as const) {
      await expect(world.engine.run(pay, input, options)).rejects.toThrow(message);
    }
    await expect(world.engine.run("pya", input)).rejects.toThrow('no workflow "pya"; did you mean "pay"?');
  });

  test("a delayed one begins at its time, and its clock with it", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => [ctx.now().getTime(), world.clock.now()]);
    open([flow]);
    const began = world.clock.now();
    const run = await world.begin(flow, undefined, { delay: "2h" });
    expect((await run.describe()).status).toBe("ready");
    await world.clock.advance(7_199_999);
    expect((await run.describe()).status).toBe("ready");
    expect(await world.result(run)).toEqual([began + 7_200_000, began + 7_200_000]);
    const at = new Date(world.clock.now() + 5000);
    expect(await world.complete(flow, undefined, { startAt: at })).toEqual([at.getTime(), at.getTime()]);
  });
});

describe("finding runs", () => {
  test("by workflow, status, outcome, thread, attributes, id and time, in pages", async () => {
    const rejecting = workflow({ name: "rejecting" }, async (ctx) => ctx.outcome("rejected"));
    const failing = workflow({ name: "failing" }, async () => Promise.reject(new Error("no")));
    open([pay, rejecting, failing]);
    const began = new Date(world.clock.now()).getTime();
    for (let i = 0; i < 5; i++) {
      const attributes = { customer: i % 2 ? "odd" : "even", n: i };
      await world.begin(pay, { order: `${i}`, amount: i }, { id: `pay-${i}`, thread: `t${i % 2}`, attributes });
      await world.clock.advance(1000);
    }
    await world.begin(rejecting, undefined, { id: "rejecting" });
    await world.begin(failing, undefined, { id: "failing" });
    const ids = async (filter: Parameters<typeof world.engine.runs>[0]): Promise<string[]> =>
      (await world.engine.runs(filter)).items.map(({ id }) => id).sort();
    expect(await ids({ workflow: "pay", status: ["completed"] })).toHaveLength(5);
    expect(await ids({ status: ["failed"] })).toEqual(["failing"]);
    expect(await ids({ outcome: "rejected" })).toEqual(["rejecting"]);
    expect(await ids({ thread: "t1" })).toEqual(["pay-1", "pay-3"]);
    expect(await ids({ attributes: { customer: "even", n: 2 } })).toEqual(["pay-2"]);
    expect(await ids({ idPrefix: "pay-", createdAfter: began + 2500 })).toEqual(["pay-3", "pay-4"]);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof world.engine.runs>> = await world.engine.runs({}, { limit: 3, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor);
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
    await expect(world.engine.runs({}, { limit: 0 })).rejects.toThrow("page.limit: 0 must be a whole number from 1");
  });

  test("cancelling and retrying all that a filter finds, with what was refused", async () => {
    let broken = true;
    const flow = workflow({ name: "flow", input: z.number() }, async (ctx, n) => {
      if (n === 0) return ctx.step("s", () => (broken ? Promise.reject(new Error("no")) : "mended"));
      await ctx.approve("sign", { title: "x" });
    });
    open([flow]);
    for (let i = 0; i < 250; i++) await world.engine.run(flow, i % 2, { id: `f-${i}` });
    await world.begin(flow, 0, { id: "last" });
    const cancelled = await world.engine.cancelAll({ workflow: "flow" }, "stop", { by: "ana" });
    await world.clock.settle();
    expect(cancelled).toMatchObject({ refused: [] });
    expect(cancelled.done).toHaveLength(125);
    expect((await world.store.sizes("default")).runs).toMatchObject({ cancelled: 125, failed: 126 });
    broken = false;
    expect((await world.engine.retryAll({ workflow: "flow", idPrefix: "f-1" })).done.length).toBeGreaterThan(10);
    await world.clock.settle();
    expect(await world.result(await world.engine.get("f-100"))).toBe("mended");
    const refused = await world.engine.retryAll({ status: ["completed"] });
    expect(refused.done).toEqual([]);
    expect(refused.refused[0]?.reason).toMatch(/is completed: only a failed or diverged run can be retried/);
  });
});
