import { AsyncLocalStorage } from "node:async_hooks";

/** Fields of every line that is logged in the course of something: of a request, of a step. */
export type LogFields = Readonly<Record<string, string | number>>;

const ambient = new AsyncLocalStorage<LogFields>();

/**
 * Calls `work`; each line that it has `jsonLog` write, now or later, has these fields, beside those that were there already.
 *
 * @example
 * import { jsonLog, withLogFields } from "@holdpoint/telemetry";
 * const log = jsonLog();
 * withLogFields({ orderId: "A-7" }, () => log.info({}, "the order is packed")); // … "orderId":"A-7" …
 */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return ambient.run({ ...ambient.getStore(), ...fields }, work);
}

/** The fields that a line logged here has. */
export function logFields(): LogFields {
  return ambient.getStore() ?? none;
}

const none: LogFields = {};
