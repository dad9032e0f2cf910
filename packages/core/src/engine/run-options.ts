import { ValidationError } from "../errors.ts";
import { checkAttributes } from "../run/attributes.ts";
import { checkTrace, type TraceContext } from "../run/trace-context.ts";
import type { Attributes } from "../store/store.ts";
import type { Duration } from "../workflow/duration.ts";

/**
 * Of several starts with one key within a window, one run comes: it begins when nobody has started it again for that long.
 *
 * @example
 * const debounce = { key: "order-A-7", window: "30s", maxWait: "5m" };
 * await engine.run(refund, { orderId: "A-7", amount: 12 }, { debounce });
 */
export interface DebounceOptions {
  /** What makes starts the same, within the workflow: 1 to 256 characters. */
  key: string;
  /** How long the run waits for another start; each one begins the wait anew. */
  window: Duration;
  /** How long it waits at most, counted from the first of them. Default: no end. */
  maxWait?: Duration;
  /** Whose input the run gets: that of the `last` start (default), or of the `first`. */
  input?: "last" | "first";
}

/**
 * How a run is started. All are optional.
 *
 * @example
 * await engine.run(refund, { orderId: "A-7", amount: 120 }, { id: "refund-A-7", by: "ana", delay: "10m" });
 */
export interface RunOptions {
  /** Idempotency key and public id; default a random one. */
  id?: string;
  /** Who starts it; kept with the run. */
  by?: string;
  /** Default: the workflow's, else "default". */
  queue?: string;
  /** Higher goes first. Default 0. */
  priority?: number;
  /** What its queue's `perKey` limit counts: a customer, an account. */
  concurrencyKey?: string;
  /** Starts it so much later. */
  delay?: Duration;
  /** Starts it at this time; goes before `delay`. */
  startAt?: Date;
  /** Ties runs of one conversation or case together. */
  thread?: string;
  /** What it can be found by, beside what `ctx.set` adds. */
  attributes?: Attributes;
  /** The distributed trace it belongs to, where no probe knows: what came in `traceparent` and `tracestate`. */
  trace?: TraceContext;
  /** Several starts with one key within a window become one run. Not together with `id`, `delay` and `startAt`. */
  debounce?: DebounceOptions;
}

/** @throws ValidationError naming the option that is wrong */
export function checkRunOptions(options: RunOptions): void {
  const wrong = (path: string, message: string): never => {
    throw new ValidationError("run", [{ path, message }]);
  };
  const { id, priority, startAt, delay, attributes, trace } = options;
  if (id !== undefined && !(typeof id === "string" && id.length > 0 && id.length <= 256 && !/\p{Cc}/u.test(id)))
    wrong("id", "must be 1 to 256 characters without control characters");
  if (priority !== undefined && !Number.isSafeInteger(priority))
    wrong("priority", `${priority} must be a whole number`);
  if (startAt !== undefined && Number.isNaN(startAt.getTime())) wrong("startAt", "is not a time");
  if (startAt !== undefined && delay !== undefined) wrong("delay", "and startAt cannot both be given");
  if (trace !== undefined) checkTrace(trace);
  if (attributes) checkAttributes(attributes, "run.attributes");
}
