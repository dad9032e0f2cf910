/**
 * What Holdpoint shows of itself: Prometheus metrics, OpenTelemetry traces and structured logs, of an engine and its server.
 *
 * @example
 * import { jsonLog, logProbe, metrics, tracing } from "@holdpoint/telemetry";
 */

export { type JsonLogOptions, jsonLog, type LogLevel, redactLog } from "./logs/json-log.ts";
export { type LogFields, withLogFields } from "./logs/log-fields.ts";
export { logProbe } from "./logs/log-probe.ts";
export { redactPath, redactText } from "./logs/redact.ts";
export type { NameLimits } from "./metrics/engine-metrics.ts";
export { type AnsweredRequest, HttpMetrics } from "./metrics/http-metrics.ts";
export { Metrics, type MetricsOptions, metrics } from "./metrics/metrics.ts";
export { genAiAttributes, genAiMetrics, genAiOperations, holdpointAttributes } from "./traces/attributes.ts";
export { incomingTrace, type RequestFacts, traceRequest } from "./traces/http-span.ts";
export { traceIdOf } from "./traces/trace-parent.ts";
export { type TracingOptions, tracing } from "./traces/tracing.ts";
