import { createHash } from "node:crypto";
import type { ProbedRun, TraceContext } from "@holdpoint/core";
import { type Context, createTraceState, ROOT_CONTEXT, type SpanContext, TraceFlags, trace } from "@opentelemetry/api";

const form = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A span's place as W3C Trace Context writes it; null for one that is nowhere (no SDK is there). */
export function traceContextOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext | null {
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return null;
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
  const tracestate = traceState?.serialize();
  return tracestate ? { traceparent, tracestate } : { traceparent };
}

/** Where spans belong that are children of that; null where it is not well formed. */
export function parentOf({ traceparent, tracestate }: TraceContext): Context | null {
  const [, traceId = "", spanId = "", flags = ""] = form.exec(traceparent) ?? [];
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return null;
  const state = tracestate === undefined ? {} : { traceState: createTraceState(tracestate) };
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...state,
  });
}

/**
 * The trace of a run that nobody's trace was there for when it was started (a schedule, a process without traces): made from what the run is, so
 * that all workers make the same one.
 */
export function ownTrace({ namespace, id }: Pick<ProbedRun, "namespace" | "id">, share: number): Context {
  const digest = createHash("sha256")
    .update(JSON.stringify([namespace, id]))
    .digest();
  const traceFlags = digest.readUInt32BE(24) / 2 ** 32 < share ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: digest.toString("hex", 0, 16),
    spanId: digest.toString("hex", 16, 24),
    traceFlags,
    isRemote: true,
  });
}

/**
 * The id of the trace that a run's spans are in, whichever worker makes them: 32 hexadecimal digits.
 *
 * @example
 * traceIdOf({ namespace: "default", id: "r1", trace: null }); // made from what the run is: the same everywhere
 */
export function traceIdOf({ trace: given, ...run }: Pick<ProbedRun, "namespace" | "id" | "trace">): string {
  const parent = (given && parentOf(given)) ?? ownTrace(run, 1);
  return trace.getSpanContext(parent)?.traceId ?? "";
}
