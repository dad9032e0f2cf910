/**
 * Time as the engine sees it. The real one below; tests and the simulation bring a virtual one
 * (`@holdpoint/core/testing`). Workflow code never sees a clock: it has `ctx.now()`.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds on a clock that never jumps: for leases. */
  monotonic(): number;
  /** 0 to 1, for jitter and the like; never seen by workflow code. */
  random(): number;
  /** Calls `fn` once after `delayMs`; returns how to cancel. */
  timer(delayMs: number, fn: () => void, options?: TimerOptions): () => void;
  /** Calls `fn` after the current event-loop turn: what a turn produced is committed together. */
  immediate(fn: () => void): void;
}

/** What a timer is for. The machine's clock minds only `unref`. */
export interface TimerOptions {
  /** Does not keep the process alive. */
  unref?: boolean;
  /** Nothing is due then: it is only looked whether something was missed. Virtual time need not stop there. */
  poll?: boolean;
  /**
   * Such a look for somebody who waits until then for something else. A clock that skips time skips it for them, and calls
   * this when nothing is left that time could bring.
   */
  stuck?: (error: Error) => void;
}

const now = Date.now.bind(Date);
const monotonic = performance.now.bind(performance);
const setTimer = globalThis.setTimeout;
const clearTimer = globalThis.clearTimeout;
const random = Math.random.bind(Math);
const setTurn = globalThis.setImmediate;

/** setTimeout takes at most 2^31-1 ms; a longer wait is re-armed. */
const longestTimer = 2_147_483_647;

/** The machine's clock. Captured before any guard replaces the globals. */
export const systemClock: Clock = {
  now,
  monotonic,
  random,
  timer(delayMs, fn, options) {
    let handle: ReturnType<typeof setTimeout>;
    const arm = (left: number): void => {
      const part = Math.min(Math.max(left, 0), longestTimer);
      handle = setTimer(() => (left > longestTimer ? arm(left - longestTimer) : fn()), part);
      if (options?.unref) handle.unref();
    };
    arm(delayMs);
    return () => clearTimer(handle);
  },
  immediate(fn) {
    setTurn(fn);
  },
};
