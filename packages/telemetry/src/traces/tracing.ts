import type { EngineProbe, ProbedRun, Turn } from "@holdpoint/core";
import { ValidationError } from "@holdpoint/core";
import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { holdpointAttributes as names } from "./attributes.ts";
import { fail, spanAround } from "./span-around.ts";
import { ownTrace, parentOf, traceContextOf } from "./trace-parent.ts";

/** How runs are traced. All are optional. */
export interface TracingOptions {
  /** Default: the global one, of whichever SDK the application has set up. */
  tracer?: Tracer;
  /** Of runs that were started outside of any trace (by schedules, for one) this share is traced: 0 to 1. Default 1. */
  share?: number;
}

/** A turn as it is traced. */
interface TracedTurn {
  span: Span;
  /** What spans of its steps are children of. */
  inside: Context;
  /** Spans of attempts that go on; one that nobody waits for ends with the turn. */
  open: Set<Span>;
}

/**
 * OpenTelemetry traces of runs, for the SDK of your application: one trace per run, across workers and waits. A run joins the trace in which it is
 * started; each turn is a span, with its steps and commits inside; what an instrumented client does in a step joins in. Waits for people are spans, written when they
 * are over; so is the run as a whole. Without an SDK nothing is kept.
 *
 * @example
 * import { createEngine, memoryStore } from "@holdpoint/core";
 * import { tracing } from "@holdpoint/telemetry";
 * const engine = createEngine({ store: memoryStore(), workflows: [], probes: [tracing()] });
 *
 * @throws ValidationError `share` is not from 0 to 1
 */
export function tracing({ tracer, share = 1 }: TracingOptions = {}): EngineProbe {
  if (!(share >= 0 && share <= 1))
    throw new ValidationError("tracing", [{ path: "share", message: "must be from 0 to 1" }]);
  const spans = tracer ?? trace.getTracer("@holdpoint/telemetry");
  const turns = new WeakMap<Turn, TracedTurn>();
  const traceOf = (run: ProbedRun): Context => (run.trace && parentOf(run.trace)) ?? ownTrace(run, share);

  return {
    traceOfStart: ({ workflow, id, namespace, parent }) => {
      const attributes = { [names.workflow]: workflow, [names.runId]: id, [names.namespace]: namespace };
      const around = parent === null ? context.active() : (turns.get(parent)?.inside ?? context.active());
      const span = spans.startSpan(`start ${workflow}`, { kind: SpanKind.PRODUCER, attributes }, around);
      span.end();
      return traceContextOf(span.spanContext());
    },
    turnBegan: (turn) => {
      const parent = traceOf(turn);
      const attributes = { ...runAttributes(turn), [names.turnResumed]: turn.resumed };
      const span = spans.startSpan(`turn ${turn.workflow}`, { kind: SpanKind.CONSUMER, attributes }, parent);
      turns.set(turn, { span, inside: trace.setSpan(parent, span), open: new Set() });
    },
    turnEnded: ({ turn, end }) => {
      const traced = turns.get(turn);
      if (traced === undefined) return;
      for (const span of traced.open) {
        fail(span, new Error("nobody waits for it any more"));
        span.end();
      }
      traced.span.setAttribute(names.turnEnd, end);
      if (end === "lost" || end === "diverged") traced.span.setStatus({ code: SpanStatusCode.ERROR, message: end });
      traced.span.end();
      turns.delete(turn);
    },
    aroundStep: ({ turn, key, name, attempt }, call) => {
      const traced = turns.get(turn);
      if (traced === undefined) return call();
      const attributes = {
        ...runAttributes(turn),
        [names.stepKey]: key,
        [names.stepName]: name,
        [names.stepAttempt]: attempt,
      };
      const span = spans.startSpan(`step ${name}`, { attributes }, traced.inside);
      traced.open.add(span);
      return context.with(trace.setSpan(traced.inside, span), () =>
        spanAround(span, call, () => traced.open.delete(span)),
      );
    },
    holdOpened: ({ turn, id, name, severity }) =>
      turns.get(turn)?.span.addEvent("hold opened", {
        [names.holdId]: id,
        [names.holdName]: name,
        [names.holdSeverity]: severity,
      }),
    holdAnswered: ({ turn, name, key, outcome, openedAt, answeredAt }) => {
      const attributes = {
        ...runAttributes(turn),
        [names.holdName]: name,
        "holdpoint.hold.key": key,
        [names.holdStatus]: outcome,
      };
      const options = { startTime: openedAt, attributes };
      spans.startSpan(`hold ${name}`, options, traceOf(turn)).end(Math.max(openedAt, answeredAt));
    },
    holdClosed: ({ id, runId, name, status }) =>
      trace.getActiveSpan()?.addEvent(`hold ${status}`, {
        [names.holdId]: id,
        [names.holdName]: name,
        [names.runId]: runId,
      }),
    runFinished: ({ run, status, outcome, endedAt }) => {
      const attributes = { ...runAttributes(run), [names.runStatus]: status, [names.runOutcome]: outcome };
      const span = spans.startSpan(`run ${run.workflow}`, { startTime: run.createdAt, attributes }, traceOf(run));
      if (status === "failed") span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
      span.end(Math.max(run.createdAt, endedAt));
    },
    committed: ({ turns: written, operations, ms, failed }) => {
      for (const turn of written.slice(0, mostSpans)) {
        const inside = turns.get(turn)?.inside;
        if (inside) past(spans, "store commit", inside, ms, failed, { [names.commitOperations]: operations });
      }
    },
    storeCalled: ({ method, ms, failed }) => {
      // Only in the middle of something: what the engine asks by itself belongs to no trace.
      if (trace.getActiveSpan()?.isRecording())
        past(spans, `store ${method}`, context.active(), ms, failed, { [names.storeMethod]: method });
    },
  };
}

/** A commit of a thousand runs is not a thousand spans. */
const mostSpans = 32;

/** A span of what is over by now. */
function past(spans: Tracer, name: string, parent: Context, ms: number, failed: boolean, attributes: Attributes): void {
  const now = Date.now();
  const span = spans.startSpan(name, { kind: SpanKind.CLIENT, startTime: now - ms, attributes }, parent);
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(now);
}

const runAttributes = ({ namespace, id, generation, workflow, version }: ProbedRun): Attributes => ({
  [names.namespace]: namespace,
  [names.runId]: id,
  [names.runGeneration]: generation,
  [names.workflow]: workflow,
  [names.workflowVersion]: version,
});
