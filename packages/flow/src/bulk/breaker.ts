import { createRequire } from "node:module";
import { durationMs, HoldpointError } from "@holdpoint/core";
import type { Breaker, BulkOptions } from "./options.ts";

/** The batch was not begun: those before it failed, one after the other. */
export class CircuitOpenError extends HoldpointError {
  constructor(bulk: string, resetAfter: string | number) {
    super("CIRCUIT_OPEN", `${bulk} calls nothing for ${resetAfter}: too many batches in a row have failed`, {
      resetAfter,
    });
  }
}

/** One circuit for all batches of this process: it lives as long as the process does, and is not recorded. */
export function breakerOf(breaker: NonNullable<BulkOptions<never, never, never>["breaker"]>, subject: string): Breaker {
  if ("execute" in breaker) return breaker;
  const halfOpenAfter = durationMs(breaker.resetAfter, `${subject} breaker.resetAfter`);
  // Loaded by the first circuit, and at once: it costs 20 ms, and most programs have none.
  const library = createRequire(import.meta.url)("cockatiel") as typeof import("cockatiel");
  const { ConsecutiveBreaker, circuitBreaker, handleAll, isBrokenCircuitError } = library;
  const policy = circuitBreaker(handleAll, { halfOpenAfter, breaker: new ConsecutiveBreaker(breaker.failures) });
  return {
    execute: (call) =>
      policy.execute(call).catch((error: unknown) => {
        throw isBrokenCircuitError(error) ? new CircuitOpenError(subject, breaker.resetAfter) : error;
      }),
  };
}
