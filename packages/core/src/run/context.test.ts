import { AsyncLocalStorage } from "node:async_hooks";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { EngineOptions } from "../engine/options.ts";
import type { WorkflowContext } from "../workflow/context.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import { service } from "../workflow/service.ts";
import { disciplines, World } from "./world.fixture.ts";

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, options);
  return world;
};
afterEach(() => world.stop());

describe.each(disciplines)("the context, %s", (discipline) => {
  test("sees nothing of what its caller keeps in an AsyncLocalStorage; a step's own works", async () => {
    const caller = new AsyncLocalStorage<string>();
    const own = new AsyncLocalStorage<string>();
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const body = caller.getStore() ?? "nothing";
      const step = await ctx.step("look", () => caller.getStore() ?? "nothing");
      const inside = await ctx.step("own", () => own.run("mine", async () => (await null) ?? own.getStore()));
      return { body, step, inside };
    });
    open([flow], { discipline });
    const run = await caller.run("the caller's", () => world.begin(flow, undefined));
    expect(await world.result(run)).toEqual({ body: "nothing", step: "nothing", inside: "mine" });
  });

  test("emits every value exactly once, in order, whatever is replayed", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      ctx.emit("start");
      for (let i = 0; i < 3; i++) {
        await ctx.step("work", () => i);
        ctx.emit({ i });
        if (i === 1) await ctx.sleep("1h");
      }
      await ctx.all({ a: () => ctx.step("s", () => 1), b: () => ctx.step("s", () => 2) });
      ctx.emit(new Date(7));
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await world.result(run);
    expect((await run.stream()).map(({ value }) => value)).toEqual([
      "start",
      { i: 0 },
      { i: 1 },
      { i: 2 },
      new Date(7),
    ]);
    expect((await run.stream(3)).map(({ n }) => n)).toEqual([4, 5]);
    await world.check(run);
  });

  test("sets attributes and progress with the next write, and the outcome's word at the end", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      ctx.set({ customer: "A", stage: 1, gone: true });
      ctx.progress(0, 2);
      await ctx.all({
        a: async () => {
          await ctx.step("a", () => 1);
          ctx.set({ a: true });
        },
        b: async () => {
          await ctx.step("b", () => 1);
          ctx.set({ b: true });
        },
      });
      await ctx.sleep("1h");
      ctx.set({ stage: 2, gone: null });
      ctx.progress(2, 2);
      ctx.outcome("rejected");
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await world.clock.settle();
    expect(await run.describe()).toMatchObject({
      attributes: { customer: "A", stage: 1, gone: true, a: true, b: true },
      progress: { done: 0, total: 2 },
      outcome: null,
    });
    await world.result(run);
    expect(await run.describe()).toMatchObject({
      status: "completed",
      outcome: "rejected",
      attributes: { customer: "A", stage: 2, a: true, b: true },
      progress: { done: 2, total: 2 },
    });
    expect((await run.describe()).attributes).not.toHaveProperty("gone");
    expect((await world.engine.runs({ attributes: { customer: "A" }, outcome: "rejected" })).items).toHaveLength(1);
  });

  test("time, chance and ids are the same in every replay", async () => {
    const seen = new Map<string, Set<unknown>>();
    const note = (name: string, value: unknown): void => {
      seen.set(name, (seen.get(name) ?? new Set()).add(value));
    };
    const flow = workflow({ name: "flow" }, async (ctx) => {
      note("now 1", ctx.now().getTime());
      note("random 1", ctx.random());
      await ctx.sleep("1h");
      note("now 2", ctx.now().getTime());
      note("uuid", ctx.uuid());
      await ctx.all({
        a: async () => {
          await ctx.step("x", () => 1);
          note("a", ctx.random());
        },
        b: async () => note("b", ctx.random()),
      });
      note("random 2", ctx.random());
      await ctx.sleep("1h");
      return ctx.random();
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const last = await world.result(run);
    expect(await world.keptResult(run)).toBe(last);
    const values = [...seen.values()].map((set) => [...set]);
    expect(values.every((set) => set.length === 1)).toBe(true);
    expect(new Set(values.flat()).size).toBe(values.length);
    expect([...(seen.get("uuid") ?? [])][0]).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const [first, second] = [...(seen.get("now 1") ?? []), ...(seen.get("now 2") ?? [])] as number[];
    expect((second ?? 0) - (first ?? 0)).toBe(3_600_000);
  });

  test("logs are silent while replaying, steps' own ones included", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      ctx.log.info("begin", { n: 1 });
      await ctx.step("a", () => ctx.log.info("in a"));
      ctx.log.info("after a");
      await ctx.sleep("1h");
      ctx.log.warn("slept");
      await ctx.step("b", () => ctx.log.info("in b"));
      ctx.log.info("end");
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    await world.result(run);
    const lines = world.lines.map(({ message }) => message);
    expect(lines.filter((line, i) => lines.indexOf(line) === i)).toEqual([
      "begin",
      "in a",
      "after a",
      "slept",
      "in b",
      "end",
    ]);
    if (discipline === "normal") expect(lines).toHaveLength(6);
    expect(world.lines[0]).toMatchObject({ level: "info", fields: { run: run.id, workflow: "flow", n: 1 } });
  });

  test("patched: new runs take the new way, the decision holds for the whole run", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const ways: boolean[] = [];
      for (let i = 0; i < 2; i++) {
        ways.push(ctx.patched("p"));
        await ctx.step("x", () => 1);
        await ctx.sleep("1h");
      }
      return ways;
    });
    open([flow], { discipline });
    expect(await world.complete(flow, undefined)).toEqual([true, true]);
  });

  test("facts of the run", async () => {
    const flow = workflow({ name: "flow", version: 3 }, async (ctx) => ({ ...ctx.run }));
    open([flow], { discipline });
    const began = world.clock.now();
    expect(await world.complete(flow, undefined, { id: "R", by: "ana", thread: "T" })).toEqual({
      id: "R",
      workflow: "flow",
      version: 3,
      generation: 1,
      createdBy: "ana",
      createdAt: new Date(began),
      thread: "T",
      attempt: 1,
    });
  });

  test("used inside a step, or outside its workflow, it says so", async () => {
    let leaked: WorkflowContext | undefined;
    const flow = workflow({ name: "flow" }, async (ctx) => {
      leaked = ctx;
      const inside = await ctx.step("a", async () => {
        const said: string[] = [];
        const say = (error: unknown): void => void said.push((error as Error).message);
        await ctx.step("b", () => 1).catch(say);
        await ctx.sleep(1).catch(say);
        await ctx.shield(async () => 1).catch(say);
        for (const call of [
          () => ctx.random(),
          () => ctx.uuid(),
          () => ctx.emit(1),
          () => ctx.set({ a: 1 }),
          () => ctx.outcome("x"),
          () => ctx.patched("x"),
          () => ctx.continueAsNew(1),
        ]) {
          try {
            call();
          } catch (error) {
            say(error);
          }
        }
        ctx.progress(1, 2);
        return said;
      });
      return inside;
    });
    open([flow], { discipline });
    const names = ["step", "sleep", "shield", "random", "uuid", "emit", "set", "outcome", "patched", "continueAsNew"];
    expect(await world.complete(flow, undefined)).toEqual(
      names.map((name) => `ctx.${name} was called inside a step; call it before or after the step`),
    );
    await expect(leaked?.sleep(1)).rejects.toThrow(
      "ctx.sleep was called outside its workflow; call it from the workflow's own code",
    );
    expect(() => leaked?.random()).toThrow("ctx.random was called outside its workflow");
  });
});

describe("the context", () => {
  test("gives services by their token, and says which is missing", async () => {
    interface Mailer {
      send(to: string): string;
    }
    const mailer = service<Mailer>("mailer");
    const absent = service<Mailer>("absent");
    const flow = workflow({ name: "flow" }, async (ctx) => {
      expectTypeOf(ctx.service(mailer)).toEqualTypeOf<Mailer>();
      const sent = await ctx.step("send", () => ctx.service(mailer).send("ana"));
      try {
        ctx.service(absent);
      } catch (error) {
        return [sent, (error as Error).message];
      }
    });
    open([flow], { services: [mailer.provide({ send: (to) => `to ${to}` })] });
    expect(await world.complete(flow, undefined)).toEqual([
      "to ana",
      'no service "absent"; give it to createEngine({ services })',
    ]);
  });

  test("refuses what cannot be searched for or stored, at the call", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      const said: string[] = [];
      for (const call of [
        () => ctx.set({ a: { deep: 1 } as never }),
        () => ctx.set({ n: Number.NaN }),
        () => ctx.emit(() => 1),
        () => ctx.outcome(""),
        () => ctx.progress(Number.NaN, 1),
      ]) {
        try {
          call();
        } catch (error) {
          said.push((error as Error).message);
        }
      }
      return said;
    });
    open([flow]);
    expect(await world.complete(flow, undefined)).toEqual([
      expect.stringMatching(/^ctx\.set\.a: must be a text/),
      expect.stringMatching(/^ctx\.set\.n: must be a text/),
      expect.stringMatching(/is a function/),
      expect.stringMatching(/^ctx\.outcome: must be a word/),
      expect.stringMatching(/^ctx\.progress: NaN of 1/),
    ]);
  });

  test("attributes set while a result was on its way are not lost with the process", async () => {
    const flow = workflow({ name: "flow" }, async (ctx) => {
      await Promise.all([ctx.step("a", () => 1).then(() => ctx.set({ seen: true })), ctx.step("b", () => 2)]);
      await ctx.step("c", () => new Promise((resolve) => void world.clock.timer(60_000, () => resolve(1))));
    });
    open([flow]);
    const run = await world.begin(flow, undefined);
    expect((await run.describe()).attributes).toEqual({});
    await world.engine.crash();
    await world.result(run);
    expect((await run.describe()).attributes).toEqual({ seen: true });
  });

  test("input is what the schema made of it, output too", async () => {
    const flow = workflow(
      {
        name: "flow",
        input: z.object({ n: z.coerce.number().default(3) }),
        output: z.object({ n: z.number().transform(String) }),
      },
      async (_ctx, { n }) => ({ n }),
    );
    open([flow]);
    expect(await world.complete(flow, { n: "4" })).toEqual({ n: "4" });
    expect(await world.complete(flow, {})).toEqual({ n: "3" });
  });
});
