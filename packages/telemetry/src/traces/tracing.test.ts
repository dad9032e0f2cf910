import { type AnyWorkflow, createEngine, type Engine, memoryStore, workflow } from "@holdpoint/core";
import { context, propagation, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { incomingTrace, traceRequest } from "./http-span.ts";
import { traceIdOf } from "./trace-parent.ts";
import { tracing } from "./tracing.ts";

const exporter = new InMemorySpanExporter();
beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
});
afterAll(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

let engines: Engine[] = [];
beforeEach(() => exporter.reset());
afterEach(async () => {
  await Promise.all(engines.map((engine) => engine.stop()));
  engines = [];
});

const app = () => trace.getTracer("the application");
const named = (name: string): ReadableSpan[] => exporter.getFinishedSpans().filter((span) => span.name === name);
const traceIds = (spans: readonly ReadableSpan[]): Set<string> =>
  new Set(spans.map((span) => span.spanContext().traceId));
const ours = (): ReadableSpan[] =>
  exporter
    .getFinishedSpans()
    .filter(({ instrumentationScope }) => instrumentationScope.name === "@holdpoint/telemetry");

const child = workflow({ name: "child" }, (ctx) => ctx.step("inside", () => 1));
const refund = workflow({ name: "refund" }, async (ctx) => {
  await ctx.step("load", async () => {
    // What an instrumented client does: a span of its own, in whatever context it is called.
    await new Promise((resolve) => setImmediate(resolve));
    app().startSpan("GET /orders").end();
  });
  await ctx.approve("approve", { title: "Refund", severity: "high" });
  await ctx.child(child, undefined);
  await ctx.step("pay", ({ attempt }) => (attempt === 1 ? Promise.reject(new TypeError("card 4111")) : 2), {
    retry: { attempts: 2, initial: 0 },
  });
});

function newEngine(store = memoryStore(), workflows: readonly AnyWorkflow[] = [refund, child]): Engine {
  const engine = createEngine({ store, workflows, probes: [tracing()] });
  engines.push(engine);
  return engine;
}

test("a run is one trace, over two workers and a wait for a person between them", async () => {
  const store = memoryStore();
  const first = newEngine(store);
  await first.start();
  const run = await app().startActiveSpan("checkout", async (span) => {
    const started = await first.run(refund, undefined, { id: "r1" });
    span.end();
    return started;
  });
  await run.hold("approve");
  await first.stop();

  const second = newEngine(store);
  await second.start();
  const again = await second.get("r1");
  const hold = await again.hold("approve");
  await app().startActiveSpan("desk", async (span) => {
    await second.decide(hold, { approved: true }, { by: "ana" });
    span.end();
  });
  await again.result();

  const [checkout] = named("checkout");
  const traceId = checkout?.spanContext().traceId ?? "";
  expect(traceIds([...named("turn refund"), ...named("turn child"), ...named("run refund")])).toEqual(
    new Set([traceId]),
  );
  expect(named("turn refund").length).toBeGreaterThanOrEqual(2);
  // The application's own client, called in a step, is a part of it.
  const [load] = named("step load");
  const [request] = named("GET /orders");
  expect(request?.parentSpanContext?.spanId).toBe(load?.spanContext().spanId);
  expect(request?.spanContext().traceId).toBe(traceId);
  // Everything of ours is, but for what the store was asked by others.
  const strays = ours().filter((span) => span.spanContext().traceId !== traceId);
  expect(strays.filter(({ name }) => !name.startsWith("store "))).toEqual([]);

  const [waited] = named("hold approve");
  expect(waited?.attributes).toMatchObject({ "holdpoint.run.id": "r1", "holdpoint.hold.status": "decided" });
  const events = named("turn refund").flatMap((span) => span.events.map(({ name }) => name));
  expect(events).toEqual(["hold opened"]);
  // Whoever decided finds the run in their own trace.
  const [desk] = named("desk");
  expect(desk?.events.map(({ name, attributes }) => [name, attributes?.["holdpoint.run.id"]])).toEqual([
    ["hold decided", "r1"],
  ]);
});

test("attempts, commits and the run as a whole are spans; what failed is marked, without its words", async () => {
  const engine = newEngine();
  await engine.start();
  const run = await engine.run(refund, undefined, { id: "r1" });
  await engine.decide(await run.hold("approve"), { approved: true }, { by: "ana" });
  await run.result();
  await engine.stop();
  const pays = named("step pay");
  expect(pays.map(({ status, attributes }) => [status.code, attributes["holdpoint.step.attempt"]])).toEqual([
    [SpanStatusCode.ERROR, 1],
    [SpanStatusCode.UNSET, 2],
  ]);
  expect(pays[0]?.attributes["error.type"]).toBe("TypeError");
  expect(
    JSON.stringify(
      exporter.getFinishedSpans().map(({ name, status, attributes, events }) => [name, status, attributes, events]),
    ),
  ).not.toContain("4111");
  const turns = new Set(named("turn refund").map((span) => span.spanContext().spanId));
  expect(pays.every((span) => turns.has(span.parentSpanContext?.spanId ?? ""))).toBe(true);
  expect(named("store commit").some((span) => turns.has(span.parentSpanContext?.spanId ?? ""))).toBe(true);
  const [whole] = named("run refund");
  expect(whole?.attributes).toMatchObject({ "holdpoint.run.status": "completed", "holdpoint.run.outcome": "success" });
  const [started] = named("start refund");
  expect(whole?.parentSpanContext?.spanId).toBe(started?.spanContext().spanId);
});

test("a run that nobody's trace was there for has one of its own, the same on every worker", async () => {
  const store = memoryStore();
  const starter = createEngine({ store, workflows: [refund, child] });
  await starter.run(refund, undefined, { id: "r1" });
  await starter.stop();
  const first = newEngine(store);
  await first.start();
  await (await first.get("r1")).hold("approve");
  await first.stop();
  const second = newEngine(store);
  await second.start();
  const run = await second.get("r1");
  await second.decide(await run.hold("approve"), { approved: true }, { by: "ana" });
  await run.result();
  expect(named("turn refund").length).toBeGreaterThanOrEqual(2);
  // Whoever knows the run knows it, too.
  const own = traceIdOf({ namespace: "default", id: "r1", trace: null });
  expect(traceIds([...named("turn refund"), ...named("turn child"), ...named("run refund")])).toEqual(new Set([own]));
});

test("a step that nobody waits for any more ends with its turn", async () => {
  const never = workflow({ name: "never" }, (ctx) => ctx.step("hang", () => new Promise(() => {}), { timeout: "1ms" }));
  const engine = newEngine(memoryStore(), [never]);
  await engine.start();
  await (await engine.run(never, undefined)).result().catch(() => {});
  await engine.stop();
  expect(named("step hang").map(({ status }) => status.code)).toEqual([SpanStatusCode.ERROR]);
});

test("a request is a span in the trace it comes with, and so is the run it starts", async () => {
  const engine = newEngine();
  await engine.open();
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const request = new Request("http://localhost/api/v1/runs?token=hidden", {
    method: "POST",
    headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, tracestate: "vendor=1" },
  });
  await traceRequest(
    request,
    async () => {
      expect(incomingTrace(request)).toBeNull();
      await engine.run(refund, undefined);
    },
    () => ({ requestId: "q1", route: "/api/v1/runs", status: 201 }),
  );
  const [served] = named("POST /api/v1/runs");
  const [started] = named("start refund");
  expect(served?.spanContext().traceId).toBe(traceId);
  expect(served?.parentSpanContext?.spanId).toBe("00f067aa0ba902b7");
  expect(served?.attributes).toEqual({
    "http.request.method": "POST",
    "url.path": "/api/v1/runs",
    "http.route": "/api/v1/runs",
    "http.response.status_code": 201,
    "holdpoint.request.id": "q1",
  });
  expect(started?.parentSpanContext?.spanId).toBe(served?.spanContext().spanId);
  expect(named("store commit").map((span) => span.parentSpanContext?.spanId)).toEqual([]);
});

test("the span of a call of a hook has no more of its token than the log", async () => {
  const secret = "s3cr".repeat(11).slice(1);
  const request = new Request(`http://localhost/hooks/hk_AAAAAAAAAAAA_${secret}`, { method: "POST" });
  await traceRequest(
    request,
    async () => {},
    () => ({ requestId: "q1", route: "/hooks/:token", status: 202 }),
  );
  expect(named("POST /hooks/:token")[0]?.attributes["url.path"]).toBe("/hooks/hk_AAAAAAAAAAAA_[redacted]");
});

test("outside of a span the trace that came with a request is given on; one that is not well formed is not", () => {
  const sent = (traceparent: string) => incomingTrace(new Request("http://localhost/", { headers: { traceparent } }));
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  expect(sent(traceparent)).toEqual({ traceparent });
  for (const wrong of ["", "00-1-2-3", traceparent.replace("4bf9", "XXXX"), `00-${"0".repeat(32)}-00f067aa0ba902b7-01`])
    expect(sent(wrong)).toBeNull();
});
