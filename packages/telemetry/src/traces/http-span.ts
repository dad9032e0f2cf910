import type { TraceContext } from "@holdpoint/core";
import {
  context,
  ProxyTracerProvider,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { redactPath } from "../logs/redact.ts";
import { holdpointAttributes as names } from "./attributes.ts";
import { parentOf } from "./trace-parent.ts";

const tracerName = "@holdpoint/telemetry";

/** What is known of a request once it is answered. */
export interface RequestFacts {
  requestId: string;
  /** The route's template; null where there is none. */
  route: string | null;
  status: number;
}

/** Serves a request in a span of its own, the child of the trace that its `traceparent` names. Without an SDK it is just served. */
export async function traceRequest(
  request: Request,
  serve: () => Promise<void>,
  facts: () => RequestFacts,
): Promise<void> {
  if (!isTraced()) return serve();
  const { method } = request;
  const sent = sentTrace(request);
  const given = propagation.extract(ROOT_CONTEXT, Object.fromEntries(request.headers));
  const parent = trace.getSpanContext(given) ? given : ((sent && parentOf(sent)) ?? context.active());
  const attributes = { "http.request.method": method, "url.path": redactPath(new URL(request.url).pathname) };
  const span = trace.getTracer(tracerName).startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
  try {
    await context.with(trace.setSpan(parent, span), serve);
  } finally {
    const { requestId, route, status } = facts();
    if (route !== null) span.updateName(`${method} ${route}`).setAttribute("http.route", route);
    span.setAttributes({ "http.response.status_code": status, [names.requestId]: requestId });
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }
}

/** Whether there is an SDK: without one a span is nothing, and to make it and the context around it is a tenth of a small request. */
function isTraced(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(tracerName) !== undefined;
}

/** The trace a request belongs to where this process has no span for it itself: to be kept with a run that it starts. */
export function incomingTrace(request: Request): TraceContext | null {
  const sent = sentTrace(request);
  return trace.getActiveSpan() === undefined && sent && parentOf(sent) ? sent : null;
}

function sentTrace({ headers }: Request): TraceContext | null {
  const traceparent = headers.get("traceparent");
  const tracestate = headers.get("tracestate");
  if (traceparent === null) return null;
  return tracestate === null || tracestate.length > 512 ? { traceparent } : { traceparent, tracestate };
}
