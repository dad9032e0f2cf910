import { ValidationError } from "../errors.ts";
import type { StartRate } from "../store/start-rate.ts";
import type { ClaimRequest } from "../store/store.ts";
import { durationMs } from "../workflow/duration.ts";
import type { EngineOptions, QueueOptions, RateLimit } from "./options.ts";

/**
 * The queues a worker serves, with their limits: `default`, those that its workflows name, and those that the options name.
 *
 * @throws ValidationError a rate is none
 */
export function queuesOf(options: EngineOptions): ClaimRequest["queues"] {
  const named = options.workflows
    .map((workflow) => workflow.options.queue)
    .filter((name): name is string => name !== undefined);
  const queues = new Map<string, QueueOptions>(["default", ...named].map((name) => [name, {}]));
  for (const [name, queue] of Object.entries(options.queues ?? {})) queues.set(name, queue);
  return [...queues].map(([name, { concurrency, rate, perKey }]) => ({
    name,
    limit: concurrency ?? null,
    perKey: perKey?.limit === undefined ? null : { limit: perKey.limit, while: perKey.while ?? "running" },
    rate: rate ? rateOf(rate, `queues.${name}.rate`) : null,
    keyRate: perKey?.rate ? rateOf(perKey.rate, `queues.${name}.perKey.rate`) : null,
  }));
}

function rateOf({ limit, per, burst = 1 }: RateLimit, subject: string): StartRate {
  const wrong = (path: string, message: string): never => {
    throw new ValidationError(subject, [{ path, message }]);
  };
  if (!Number.isInteger(limit) || limit < 1) wrong("limit", `${limit} must be a whole number from 1`);
  if (!Number.isInteger(burst) || burst < 1 || burst > limit) {
    wrong("burst", `${burst} must be a whole number from 1 to the limit, ${limit}`);
  }
  const interval = durationMs(per, `${subject}.per`) / limit;
  if (!(interval >= 0.001)) wrong("per", "must be longer: no more than a million starts in a second can be counted");
  return { interval, burst };
}
