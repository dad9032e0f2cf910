import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { workSeconds } from "./buckets.ts";
import { other } from "./capped-names.ts";

/** A request that was answered. */
export interface AnsweredRequest {
  method: string;
  /** The route's template (`/api/v1/runs/{run}`), never the path that was asked for; null where there is none. */
  route: string | null;
  status: number;
  /** How long it took until the answer began, in seconds. */
  seconds: number;
}

const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]);

/** What a server is asked, and what it refuses. */
export class HttpMetrics {
  private readonly requests: Histogram<"method" | "route" | "status">;
  private readonly deniedRequests: Counter<"reason">;
  private readonly limited: Counter<"by">;
  private readonly streams: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.requests = new Histogram({
      name: "holdpoint_http_request_duration_seconds",
      help: "How long requests took until the answer began, by the route's template",
      labelNames: ["method", "route", "status"],
      buckets: workSeconds,
      registers,
    });
    this.deniedRequests = new Counter({
      name: "holdpoint_http_denied_total",
      help: "Requests by nobody we know, and by somebody who may not",
      labelNames: ["reason"],
      registers,
    });
    this.limited = new Counter({
      name: "holdpoint_http_rate_limited_total",
      help: "Requests that came too often, by what was counted",
      labelNames: ["by"],
      registers,
    });
    this.streams = new Gauge({ name: "holdpoint_http_streams_open", help: "Event streams that are open", registers });
    for (const reason of ["unauthenticated", "forbidden"]) this.deniedRequests.inc({ reason }, 0);
    for (const by of ["address", "principal"]) this.limited.inc({ by }, 0);
    this.streams.set(0);
  }

  /** Counts a request and how long it took. */
  answered({ method, route, status, seconds }: AnsweredRequest): void {
    const labels = { method: methods.has(method) ? method : other, route: route ?? other, status };
    this.requests.observe(labels, seconds);
  }

  /** Counts a request that was refused for want of credentials, or of rights. */
  denied(reason: "unauthenticated" | "forbidden"): void {
    this.deniedRequests.inc({ reason });
  }

  /** Counts a request that came too often. */
  rateLimited(by: "address" | "principal"): void {
    this.limited.inc({ by });
  }

  /** Says how many event streams are open. */
  open(streams: number): void {
    this.streams.set(streams);
  }
}
