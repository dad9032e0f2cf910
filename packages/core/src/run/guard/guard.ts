import { NondeterminismError } from "../../errors.ts";
import { rememberResources } from "./foreign-await.ts";
import { patchGlobals } from "./patches.ts";
import { placeOf } from "./place.ts";

/**
 * - `error`: workflow code that calls the clock, chance, a timer or the network gets a `NondeterminismError` (development, tests).
 * - `warn`: it gets its answer, and each place is warned about once (production).
 * - `off`: nothing is watched or replaced.
 */
export type GuardMode = "error" | "warn" | "off";

export interface GuardOptions {
  mode: GuardMode;
  /**
   * What stands for the run whose workflow code is executing right now, or undefined when none is: in a step, or outside
   * of all runs. Called on every watched call in the process, so it must be quick (one `AsyncLocalStorage.getStore()`).
   */
  inWorkflow: () => object | undefined;
  /** Hears each place once in mode `warn`; by default Node's `process.emitWarning`. */
  warn?: (message: string) => void;
}

export interface Guard {
  /**
   * For a run that waits for something nobody recorded. Mode `error`: where its code last started something asynchronous, as
   * `file:line:column`, or null when that is not known; the run must end. Other modes: undefined, the run may go on; `warn` says so once
   * per workflow.
   */
  foreignAwait(run: object, workflow: string): string | null | undefined;
  /** Stops watching. The globals are put back when the last guard is gone. */
  uninstall(): void;
}

const unguarded: Guard = { foreignAwait: () => undefined, uninstall: () => {} };

/**
 * Watches `Date`, `Math.random`, `crypto`, timers, `fetch` and `performance.now` for calls from workflow code outside steps.
 *
 * What workflow code does must be the same in a replay. Calls from elsewhere in the process pass through, for 6 ns more
 * on `Date.now()` (44 ns) and 8 on `Math.random()` (9 ns). Calls that a library makes for the engine, not for the author, pass
 * as well: what decides is whether the author's code or this engine's stands nearer on the stack.
 *
 * @example
 * const guard = installGuard({ mode: "error", inWorkflow: () => (sites.getStore()?.inStep ? undefined : sites.getStore()?.execution) });
 */
export function installGuard(options: GuardOptions): Guard {
  if (options.mode === "off") return unguarded;
  const watcher = new Watcher(options);
  watchers.push(watcher);
  const unpatch = patchGlobals(check);
  const memory = options.mode === "error" ? rememberResources(options.inWorkflow) : null;
  let installed = true;
  return {
    foreignAwait: (run, workflow) => (memory ? memory.placeFor(run) : watcher.warnOfAwait(workflow)),
    uninstall() {
      if (!installed) return;
      installed = false;
      watchers.splice(watchers.indexOf(watcher), 1);
      memory?.stop();
      unpatch();
    },
  };
}

const watchers: Watcher[] = [];

/** Called by every replaced global, before the original. `caller` is the replacement: the stack begins below it. */
function check(what: string, instead: string, caller: (...args: never[]) => unknown): void {
  for (let index = 0; index < watchers.length; index++) (watchers[index] as Watcher).check(what, instead, caller);
}

/** Looking for the place costs 10 µs; a busy place that was already warned about is looked at no more often than this. */
const looksPerCall = 100;

class Watcher {
  readonly #options: GuardOptions;
  readonly #warned = new Set<string>();
  readonly #looks = new Map<string, number>();

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  check(what: string, instead: string, caller: (...args: never[]) => unknown): void {
    if (this.#options.inWorkflow() === undefined) return;
    if (this.#options.mode === "warn" && !this.#mayLook(what)) return;
    const place = placeOf(stackBelow(caller));
    if (place === null) return;
    const error = new NondeterminismError(what, instead, place);
    if (this.#options.mode === "error") throw error;
    this.#warn(`${error.message}: a replay will see another value`);
  }

  warnOfAwait(workflow: string): undefined {
    this.#warn(
      `workflow "${workflow}" waits for something that is not recorded; use ctx.step, ctx.sleep or ctx.signal: a replay may go another way`,
    );
  }

  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    const warn = this.#options.warn ?? ((text) => process.emitWarning(text, { code: "HOLDPOINT_NONDETERMINISM" }));
    warn(message);
  }

  #mayLook(what: string): boolean {
    const looks = (this.#looks.get(what) ?? 0) + 1;
    this.#looks.set(what, looks);
    return looks <= looksPerCall || looks % looksPerCall === 0;
  }
}

function stackBelow(caller: (...args: never[]) => unknown): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, caller);
  Error.stackTraceLimit = limit;
  return holder.stack ?? "";
}
