import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { World } from "../run/world.fixture.ts";
import { memoryStore } from "../store/index.ts";
import { faultyStore } from "../testing/faulty-store.ts";
import { workflow } from "../workflow/definition.ts";
import type { EngineProbe, ProbeFacts } from "./probe.ts";

let world: World;
afterEach(() => world.stop());

/** Keeps everything it is told, and in words what happened to runs. */
function listener() {
  const told: { [K in keyof ProbeFacts]: ProbeFacts[K][] } = {
    turnBegan: [],
    turnEnded: [],
    stepRecorded: [],
    runFinished: [],
    holdOpened: [],
    holdClosed: [],
    holdAnswered: [],
    committed: [],
    storeCalled: [],
    leaseLost: [],
  };
  const order: string[] = [];
  const probe: EngineProbe = {
    turnBegan: (turn) => {
      told.turnBegan.push(turn);
      order.push(`took up ${turn.id}${turn.first ? " first" : ""}${turn.resumed ? " from memory" : ""}`);
    },
    turnEnded: (end) => {
      told.turnEnded.push(end);
      order.push(end.end);
    },
    stepRecorded: (step) => {
      told.stepRecorded.push(step);
      order.push(`${step.name} ${step.outcome} ${step.attempt}`);
    },
    runFinished: (end) => {
      told.runFinished.push(end);
      order.push(`ended ${end.status} ${end.outcome}`);
    },
    holdOpened: (hold) => {
      told.holdOpened.push(hold);
      order.push(`opened ${hold.name}`);
    },
    holdClosed: (hold) => {
      told.holdClosed.push(hold);
      order.push(`${hold.status} ${hold.name} by ${hold.by}`);
    },
    holdAnswered: (hold) => {
      told.holdAnswered.push(hold);
      order.push(`goes on with ${hold.name} ${hold.outcome}`);
    },
    committed: (commit) => told.committed.push(commit),
    storeCalled: (call) => told.storeCalled.push(call),
    leaseLost: (lost) => told.leaseLost.push(lost),
  };
  return { told, order, probe };
}

const refund = workflow({ name: "refund" }, async (ctx) => {
  await ctx.step("load/order", ({ attempt }) => (attempt === 1 ? Promise.reject(new Error("later")) : 1), {
    retry: { attempts: 2, initial: 0 },
  });
  await ctx.approve("approve", { title: "Refund" });
  await ctx.step("pay", () => 1);
});

test("a probe hears what a run does, over a wait for a person", async () => {
  const { told, order, probe } = listener();
  world = new World([refund], { probes: [probe] });
  const run = await world.begin(refund, undefined, { id: "r1" });
  const hold = await world.clock.until(run.hold("approve"));
  await world.clock.advance(5_000);
  await world.engine.decide(hold, { approved: true }, { by: "ana" });
  await world.result(run);
  expect(order).toEqual([
    "took up r1 first",
    "load/order retried 1",
    "load/order ok 2",
    "opened approve",
    "parked",
    "decided approve by ana",
    "took up r1 from memory",
    "goes on with approve decided",
    "pay ok 1",
    "ended completed success",
    "finished",
  ]);
  const [opened] = told.holdOpened;
  expect(opened).toMatchObject({ id: hold.id, severity: "medium" });
  expect(opened?.turn).toBe(told.turnBegan[0]);
  const [closed] = told.holdClosed;
  expect(closed).toMatchObject({ id: hold.id, runId: "r1", workflow: "refund" });
  expect((closed?.closedAt ?? 0) - (closed?.openedAt ?? 0)).toBeGreaterThanOrEqual(5_000);
  expect(told.committed.every(({ operations, failed }) => operations > 0 && !failed)).toBe(true);
  expect(new Set(told.storeCalled.map(({ method }) => method)).has("commit")).toBe(true);
  await world.check(run);
});

test("a replay is told of as a turn and of nothing it repeats", async () => {
  const { order, probe } = listener();
  world = new World([refund], { probes: [probe], residence: { count: 0 } });
  const run = await world.begin(refund, undefined, { id: "r1" });
  const hold = await world.clock.until(run.hold("approve"));
  order.length = 0;
  await world.engine.decide(hold, { approved: true }, { by: "ana" });
  await world.result(run);
  expect(order).toEqual([
    "decided approve by ana",
    "took up r1",
    "goes on with approve decided",
    "pay ok 1",
    "ended completed success",
    "finished",
  ]);
});

test("whoever is around a step's function gives the step what it gave, and may be around others", async () => {
  const around: string[] = [];
  const named = (name: string): EngineProbe => ({
    aroundStep: ({ name: step, attempt }, call) => {
      around.push(`${name} ${step} ${attempt}`);
      return call();
    },
  });
  const flow = workflow({ name: "flow" }, (ctx) =>
    ctx.step("add", ({ attempt }) => (attempt === 1 ? Promise.reject(new Error("later")) : 3), {
      retry: { attempts: 2, initial: 0 },
    }),
  );
  world = new World([flow], { probes: [named("outer"), named("inner")] });
  expect(await world.complete(flow, undefined)).toBe(3);
  expect(around).toEqual(["outer add 1", "inner add 1", "outer add 2", "inner add 2"]);
});

test("a run and its children keep the trace it is started in, over replays and generations", async () => {
  const trace = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, tracestate: "vendor=1" };
  const { told, probe } = listener();
  const child = workflow({ name: "child" }, async () => 1);
  const parent = workflow({ name: "parent", input: z.number() }, async (ctx, generation): Promise<number> => {
    await ctx.child(child, undefined);
    if (generation < 2) return ctx.continueAsNew(generation + 1);
    return generation;
  });
  world = new World([parent, child], { probes: [probe], residence: { count: 0 } });
  const run = await world.begin(parent, 1, { id: "p", trace });
  expect(await world.result(run)).toBe(2);
  expect(told.turnBegan.length).toBeGreaterThan(4);
  expect(told.turnBegan.map((turn) => turn.trace)).toEqual(told.turnBegan.map(() => trace));
  expect(new Set(told.turnBegan.map(({ generation }) => generation))).toEqual(new Set([1, 2]));
  await world.check(run);
  const fork = await world.clock.until(run.fork({ from: "child:child#1", decisions: "ask", id: "f" }));
  expect(await world.result(fork)).toBe(2);
  const wrong = world.engine.run(parent, 1, { trace: { traceparent: "00-0-0-01" } });
  await expect(wrong).rejects.toThrow("trace.traceparent");
});

test("a probe that throws changes nothing and is logged once", async () => {
  const broken = (): never => {
    throw new Error("no such metric");
  };
  const { order, probe } = listener();
  world = new World([refund], { probes: [{ turnBegan: broken, stepRecorded: broken, committed: broken }, probe] });
  const run = await world.begin(refund, undefined);
  await world.engine.decide(await world.clock.until(run.hold("approve")), { approved: true }, { by: "ana" });
  await world.result(run);
  expect(order).toContain("pay ok 1");
  expect(world.lines.filter(({ message }) => message.includes("a probe failed"))).toHaveLength(1);
});

test("a commit that failed is told of as failed, and what it wrote once", async () => {
  const { told, probe } = listener();
  let faults = 1;
  const atFirst = {
    decide: (points: readonly string[]) => (points[0] === "commit:advance" && faults-- > 0 ? lost : null),
  };
  world = new World([refund], { probes: [probe], store: faultyStore(memoryStore(), atFirst) });
  await world.engine.start();
  const run = await world.engine.run(refund, undefined);
  await world.clock.until(run.hold("approve"));
  expect(told.committed.filter(({ failed }) => failed)).toHaveLength(1);
  expect(told.storeCalled.filter(({ failed }) => failed)).toHaveLength(1);
  expect(told.holdOpened).toHaveLength(1);
});

/** The first write of a run is made, and its answer lost. */
const lost = { type: "errorAfter" } as const;

test("without probes the store is the very one that was given", () => {
  const store = memoryStore();
  world = new World([refund], { store });
  expect(world.engine.store).toBe(store);
});
