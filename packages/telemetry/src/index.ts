/**
 * What Holdpoint shows of itself: Prometheus metrics of an engine and its server.
 *
 * @example
 * import { metrics } from "@holdpoint/telemetry";
 */

export type { NameLimits } from "./metrics/engine-metrics.ts";
export { type AnsweredRequest, HttpMetrics } from "./metrics/http-metrics.ts";
export { Metrics, type MetricsOptions, metrics } from "./metrics/metrics.ts";
