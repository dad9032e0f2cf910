import { ValidationError } from "../errors.ts";
import type { Entry } from "../store/store.ts";

/** Where in a distributed trace a run belongs, as W3C Trace Context writes it in headers. */
export interface TraceContext {
  /** `00-` and the trace, the span it is a child of, and flags: 32, 16 and 2 hexadecimal digits. */
  traceparent: string;
  /** What tracing systems keep beside it, at most 512 characters. */
  tracestate?: string;
}

const form = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** @throws ValidationError it is not well formed */
export function checkTrace({ traceparent, tracestate }: TraceContext): void {
  const wrong = (path: string, message: string): never => {
    throw new ValidationError("run", [{ path, message }]);
  };
  if (typeof traceparent !== "string" || !form.test(traceparent))
    wrong("trace.traceparent", "must look like 00-<32 hexadecimal digits>-<16>-<2>, as in a header of that name");
  if (tracestate !== undefined && (typeof tracestate !== "string" || !/^[\x20-\x7e]{1,512}$/.test(tracestate)))
    wrong("trace.tracestate", "must be 1 to 512 printable characters, as in a header of that name");
}

/** What is noted beside a run's first entry. */
export const traceNote = (trace: TraceContext | null | undefined): string | null =>
  trace ? JSON.stringify({ trace }) : null;

/** The trace that stands beside a run's first entry. */
export function tracedBy(start: Entry | undefined): TraceContext | null {
  if (!start?.measures?.includes('"trace":')) return null;
  return (JSON.parse(start.measures) as { trace?: TraceContext }).trace ?? null;
}
