import { createEngine, type Engine, memoryStore, type Store, workflow } from "@holdpoint/core";
import { afterEach, expect, test } from "vitest";
import { missing, promtool } from "../fixtures/promtool.ts";
import { samples } from "../fixtures/samples.ts";
import { metrics } from "./metrics.ts";

let engine: Engine;
afterEach(() => engine.stop());

const refund = workflow({ name: "refund" }, async (ctx) => {
  await ctx.step("load", ({ attempt }) => (attempt === 1 ? Promise.reject(new Error("later")) : 1), {
    retry: { attempts: 2, initial: 0 },
  });
  await ctx.approve("approve", { title: "Refund", severity: "high" });
  await ctx.step("pay", () => 1);
});

const broken = workflow({ name: "broken" }, async (ctx) => {
  await ctx.step("never", () => Promise.reject(new Error("no")));
});

/** An engine with metrics of its own, that asks the store each time. */
function measuredEngine(store: Store = memoryStore(), names = {}) {
  const measured = metrics({ freshFor: 0, names });
  engine = createEngine({ store, workflows: [refund, broken, many], probes: [measured.probe] });
  return { measured, read: async () => samples(await measured.text(engine)) };
}

const many = workflow({ name: "many" }, async (ctx) => {
  for (let i = 0; i < 20; i++) await ctx.step(`step ${i}`, () => i);
});

test("runs, steps, holds and what it takes to write them down are counted", async () => {
  const { read } = measuredEngine();
  await engine.start();
  const run = await engine.run(refund, undefined);
  const hold = await run.hold("approve");
  const failing = await engine.run(broken, undefined);
  await failing.result().catch(() => {});
  const waiting = await read();
  expect(waiting.get('holdpoint_runs{status="parked"}')).toBe(1);
  expect(waiting.get('holdpoint_runs{status="failed"}')).toBe(1);
  expect(waiting.get('holdpoint_holds_open{severity="high"}')).toBe(1);
  expect(waiting.get('holdpoint_hold_oldest_age_seconds{severity="high"}')).toBeGreaterThanOrEqual(0);
  expect(waiting.get("holdpoint_workers")).toBe(1);

  await engine.decide(hold, { approved: true }, { by: "ana" });
  await run.result();
  const done = await read();
  const counts = {
    'holdpoint_step_duration_seconds_count{workflow="refund",step="load",outcome="retried"}': 1,
    'holdpoint_step_duration_seconds_count{workflow="refund",step="load",outcome="ok"}': 1,
    'holdpoint_step_duration_seconds_count{workflow="refund",step="pay",outcome="ok"}': 1,
    'holdpoint_step_duration_seconds_count{workflow="broken",step="never",outcome="error"}': 1,
    'holdpoint_holds_opened_total{workflow="refund",severity="high"}': 1,
    'holdpoint_hold_decision_duration_seconds_count{workflow="refund",severity="high",status="decided"}': 1,
    'holdpoint_run_duration_seconds_count{workflow="refund",status="completed"}': 1,
    'holdpoint_run_duration_seconds_count{workflow="broken",status="failed"}': 1,
    'holdpoint_run_queue_duration_seconds_count{workflow="refund"}': 1,
    'holdpoint_turns_total{workflow="refund",end="parked"}': 1,
    'holdpoint_turns_total{workflow="refund",end="finished"}': 1,
    holdpoint_turns_running: 0,
    'holdpoint_holds_open{severity="high"}': 0,
    holdpoint_lease_losses_total: 0,
    holdpoint_store_up: 1,
  };
  expect(Object.fromEntries(Object.keys(counts).map((name) => [name, done.get(name)]))).toEqual(counts);
  expect(done.get("holdpoint_commit_operations_count")).toBe(
    done.get('holdpoint_commit_duration_seconds_count{outcome="ok"}'),
  );
  expect(done.get('holdpoint_store_call_duration_seconds_count{method="claim",outcome="ok"}')).toBeGreaterThan(0);
  expect(done.has("nodejs_eventloop_lag_p99_seconds")).toBe(true);
});

test("what waits in a queue is shown with its age until a worker takes it up", async () => {
  const { read } = measuredEngine();
  await engine.run(refund, undefined, { queue: "mail" });
  await engine.run(refund, undefined, { queue: "mail" });
  const waiting = await read();
  expect(waiting.get('holdpoint_queue_runs{queue="mail"}')).toBe(2);
  expect(waiting.get('holdpoint_queue_oldest_age_seconds{queue="mail"}')).toBeGreaterThanOrEqual(0);
});

test("names beyond the limit are one name, so that labels stay bounded", async () => {
  const { read } = measuredEngine(memoryStore(), { workflows: 1, steps: 3 });
  await engine.start();
  await (await engine.run(many, undefined)).result();
  await (await engine.run(broken, undefined)).result().catch(() => {});
  const found = [...(await read()).keys()].filter((name) => name.startsWith("holdpoint_step_duration_seconds_count"));
  expect(found).toEqual([
    'holdpoint_step_duration_seconds_count{workflow="many",step="step 0",outcome="ok"}',
    'holdpoint_step_duration_seconds_count{workflow="many",step="step 1",outcome="ok"}',
    'holdpoint_step_duration_seconds_count{workflow="many",step="step 2",outcome="ok"}',
    'holdpoint_step_duration_seconds_count{workflow="many",step="other",outcome="ok"}',
    'holdpoint_step_duration_seconds_count{workflow="other",step="other",outcome="error"}',
  ]);
});

test("a store that does not answer is a metric, and nothing stale is shown for it", async () => {
  const store = memoryStore();
  let down = false;
  const sizes = store.sizes.bind(store);
  store.sizes = (namespace) => (down ? Promise.reject(new Error("no route to host")) : sizes(namespace));
  const { read } = measuredEngine(store);
  await engine.run(refund, undefined);
  expect((await read()).get('holdpoint_runs{status="ready"}')).toBe(1);
  down = true;
  const blind = await read();
  expect(blind.get("holdpoint_store_up")).toBe(0);
  expect([...blind.keys()].filter((name) => /^holdpoint_(runs|queue|hold_oldest|store_size)/.test(name))).toEqual([]);
  down = false;
  expect((await read()).get("holdpoint_store_up")).toBe(1);
});

test("looks that come together ask the store once", async () => {
  const store = memoryStore();
  let asked = 0;
  const sizes = store.sizes.bind(store);
  store.sizes = (namespace) => {
    asked++;
    return sizes(namespace);
  };
  const measured = metrics({ freshFor: "1h" });
  engine = createEngine({ store, workflows: [refund] });
  await Promise.all([measured.text(engine), measured.text(engine)]);
  await measured.text(engine);
  expect(asked).toBe(1);
});

test.skipIf(missing !== null)(
  `Prometheus' own checker finds nothing to object to (${missing ?? "promtool"})`,
  async () => {
    const { measured } = measuredEngine();
    await engine.start();
    await (await engine.run(many, undefined)).result();
    const ours = (await measured.text(engine)).split("\n").filter((line) => /^(# \w+ )?holdpoint_/.test(line));
    expect(promtool(["check", "metrics"], `${ours.join("\n")}\n`)).toBe("");
  },
);
