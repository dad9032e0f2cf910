import { AsyncLocalStorage } from "node:async_hooks";
import { InvalidStateError } from "../../errors.ts";
import type { StepFacts } from "../../run/host.ts";
import type { StepInfo } from "../../workflow/context.ts";
import { type Duration, durationMs } from "../../workflow/duration.ts";
import type { TestClock } from "./test-clock.ts";

/** One execution of a step's function, or of the mock in its place. A step that was given back from the record is not executed. */
export interface ExecutedStep {
  /** The run it belongs to. */
  readonly runId: string;
  /** The run's workflow. */
  readonly workflow: string;
  /** The step's name, as in `ctx.step(name, …)`. */
  readonly step: string;
  /** Its key in the journal: branch, name and number. */
  readonly key: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** A mock stood in for it. */
  readonly mocked: boolean;
  /** `abandoned`: it was timed out or cancelled, or lost in a crash, before it ended. */
  readonly state: "running" | "ok" | "error" | "abandoned";
  /** What it threw; undefined when it did not. */
  readonly error: unknown;
}

/** The step whose function is being executed here. */
const current = new AsyncLocalStorage<Executing>();

/** A function being executed. */
class Executing implements ExecutedStep {
  readonly runId: string;
  readonly workflow: string;
  readonly step: string;
  readonly key: string;
  readonly attempt: number;
  readonly mocked: boolean;
  state: ExecutedStep["state"] = "running";
  error: unknown = undefined;
  /** Waits for virtual time in it: time may pass although it has not ended. */
  waits = 0;
  readonly #watch: StepWatch;
  readonly #signal: AbortSignal;

  constructor(watch: StepWatch, { runId, workflow, step, key }: StepFacts, info: StepInfo, mocked: boolean) {
    this.#watch = watch;
    this.#signal = info.signal;
    this.runId = runId;
    this.workflow = workflow;
    this.step = step;
    this.key = key;
    this.attempt = info.attempt;
    this.mocked = mocked;
  }

  end(state: Exclude<ExecutedStep["state"], "running">, error?: unknown): void {
    if (this.state !== "running") return;
    this.state = state;
    this.error = error;
    this.#watch.changed(this);
  }

  /** Waits in virtual time, for ever without a duration; ends when the attempt is aborted. */
  wait(ms: number | null): Promise<void> {
    const signal = this.#signal;
    signal.throwIfAborted();
    return new Promise<void>((resolve, reject) => {
      const end = (): void => {
        this.waits--;
        cancel();
        signal.removeEventListener("abort", aborted);
        this.#watch.changed(this);
      };
      const aborted = (): void => {
        end();
        reject(signal.reason as Error);
      };
      this.waits++;
      const passed = (): void => {
        end();
        resolve();
      };
      const cancel = ms === null ? (): void => {} : this.#watch.clock.timer(ms, passed);
      signal.addEventListener("abort", aborted, { once: true });
      this.#watch.changed(this);
    });
  }
}

/** Knows which functions of steps were and are being executed. */
export class StepWatch {
  readonly clock: TestClock;
  /** All executions so far, in the order they began. */
  readonly executed: ExecutedStep[] = [];
  private readonly running = new Set<Executing>();
  private readonly waiters = new Set<() => void>();

  constructor(clock: TestClock) {
    this.clock = clock;
  }

  /** Functions being executed that do not wait for virtual time: while there are any, time stands still. */
  busy(): ExecutedStep[] {
    return [...this.running].filter((one) => one.waits === 0);
  }

  /** Executes `fn` and keeps an eye on it. */
  execute(facts: StepFacts, info: StepInfo, mocked: boolean, fn: () => unknown): unknown {
    const executing = new Executing(this, facts, info, mocked);
    this.executed.push(executing);
    this.running.add(executing);
    this.clock.activity++;
    info.signal.addEventListener("abort", () => executing.end("abandoned", info.signal.reason), { once: true });
    try {
      const result = current.run(executing, fn);
      if (!isThenable(result)) executing.end("ok");
      else
        result.then(
          () => executing.end("ok"),
          (error: unknown) => executing.end("error", error),
        );
      return result;
    } catch (error) {
      executing.end("error", error);
      throw error;
    }
  }

  changed(executing: Executing): void {
    this.clock.activity++;
    if (executing.state !== "running") this.running.delete(executing);
    for (const waiter of [...this.waiters]) waiter();
  }

  /** Resolves when a function ends or begins to wait, or when `quiet` does. */
  change(quiet: (done: () => void) => () => void): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.waiters.delete(done);
        cancel();
        resolve();
      };
      this.waiters.add(done);
      const cancel = quiet(done);
    });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function here(what: string): Executing {
  const executing = current.getStore();
  if (executing) return executing;
  throw new InvalidStateError(
    `${what} passes virtual time inside a step of a test engine; in the test itself use engine.advance`,
  );
}

/**
 * Lets virtual time pass inside a step's function: for fakes of services that take their time. No real time passes.
 *
 * @example
 * const slowShop = { load: async (id: string) => { await elapse("8s"); return { id }; } };
 *
 * @throws InvalidStateError it is not called from a step executed by a test engine
 */
export async function elapse(duration: Duration): Promise<void> {
  await here("elapse").wait(durationMs(duration, "elapse"));
}

/** Never ends, until the attempt is timed out or cancelled. */
export function hang(): Promise<never> {
  return here("hangs").wait(null) as Promise<never>;
}
