import { ValidationError } from "@holdpoint/core";
import { streamOf } from "../model/answer.ts";
import type { Model, ModelCall } from "../model/model.ts";

/** How much of a provider one process may use. */
export interface ProviderLimits {
  /** The most calls at once. Default: no limit. */
  concurrency?: number;
  /** The most calls that begin in any minute, spread evenly. Default: no limit. */
  requestsPerMinute?: number;
}

/** Waits, unless the signal fires first. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

/** Waits by the clock of the process. */
export const pause: Pause = async (ms, signal) => {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
};

/**
 * The calls of one provider in this process, in the order they came: no more at once, and no faster, than allowed. The rate is a GCRA of
 * burst one: the next call may begin one interval after the one before.
 */
export class CallGate {
  readonly #concurrency: number;
  readonly #intervalMs: number;
  readonly #pause: Pause;
  readonly #now: () => number;
  #running = 0;
  #nextAt = Number.NEGATIVE_INFINITY;
  readonly #waiting: (() => void)[] = [];

  constructor(provider: string, limits: ProviderLimits, wait: Pause = pause, now = () => performance.now()) {
    const { concurrency = Number.POSITIVE_INFINITY, requestsPerMinute = Number.POSITIVE_INFINITY } = limits;
    const positive = (path: string, value: number): void => {
      if (!(value > 0))
        throw new ValidationError(`provider "${provider}"`, [{ path, message: `${value} must be above 0` }]);
    };
    positive("concurrency", concurrency);
    positive("requestsPerMinute", requestsPerMinute);
    this.#concurrency = Math.max(1, Math.floor(concurrency));
    this.#intervalMs = 60_000 / requestsPerMinute;
    this.#pause = wait;
    this.#now = now;
  }

  /** Waits for its turn; gives what is called when the call is over. */
  async enter(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#running >= this.#concurrency) await this.#queue(signal);
    this.#running++;
    try {
      const now = this.#now();
      const at = Math.max(now, this.#nextAt);
      this.#nextAt = at + this.#intervalMs;
      if (at > now) await this.#pause(at - now, signal);
    } catch (error) {
      this.#leave();
      throw error;
    }
    let left = false;
    return () => {
      if (!left) this.#leave();
      left = true;
    };
  }

  #queue(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal?.reason);
      };
      this.#waiting.push(go);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  #leave(): void {
    this.#running--;
    this.#waiting.shift()?.();
  }
}

/** A model whose calls go through the gate of its provider. */
export function gated(model: Model, gate: CallGate): Model {
  const inside = async <T>(call: ModelCall | undefined, work: () => Promise<T>): Promise<T> => {
    const leave = await gate.enter(call?.signal);
    try {
      return await work();
    } finally {
      leave();
    }
  };
  const { embed } = model;
  return {
    id: model.id,
    generate: (request, call) => inside(call, () => model.generate(request, call)),
    stream: async function* (request, call) {
      const leave = await gate.enter(call?.signal);
      try {
        yield* streamOf(model, request, call);
      } finally {
        leave();
      }
    },
    ...(embed && { embed: (texts, call) => inside(call, () => embed.call(model, texts, call)) }),
  };
}
