import { DivergedError, InvalidStateError, NotFoundError, RunFailedError } from "../errors.ts";
import { decodePayload } from "../journal/payload.ts";
import { progressPlace } from "../run/progress.ts";
import { unpackStreamValue } from "../run/stream-value.ts";
import type { RunRow, RunStatus } from "../store/store.ts";
import { isFinished } from "../store/transitions.ts";
import { type Duration, durationMs } from "../workflow/duration.ts";
import { parse } from "../workflow/schema.ts";
import type { StepProgress } from "../workflow/step.ts";
import { cancelRun, deliverTo, pauseRun, resumeRun } from "./control.ts";
import { type ForkOptions, forkRun } from "./fork.ts";
import { type Hold, viewHold } from "./hold-view.ts";
import { type MigrateOptions, type MigrateReport, migrateRun, pinRun } from "./migrate.ts";
import type { Ending, EngineParts } from "./parts.ts";
import { assemble } from "./payloads.ts";
import { retryRun } from "./retry.ts";
import { type Run, viewRun } from "./run-view.ts";
import { type RunEvent, type WatchPosition, watchRun } from "./watch.ts";
import { type Why, whyOf } from "./why.ts";

const positionOf = ({ after, generation }: { after?: number; generation?: number }): WatchPosition => ({
  after: after ?? 0,
  generation: generation ?? null,
});

/** How often a wait looks again although nobody told that anything changed, in ms. */
const lookAgainMs = 1000;
/** And how seldom at least: thousands of waits must not ask the store all the time. */
const lookAtLeastMs = 5000;

/**
 * One run, from outside. Cheap: it holds nothing but the id. Every method throws `NotFoundError` when there is no such run any more.
 *
 * @example
 * const run = await engine.get<{ status: string }>("refund-A-7");
 * const { status, waiting } = await run.describe();
 */
export class RunHandle<Out = unknown> {
  /** Its public id. */
  readonly id: string;
  /** Whether the call that gave this handle made the run. False: it was there, or is only looked up. */
  readonly created: boolean;
  private readonly parts: EngineParts;

  constructor(parts: EngineParts, id: string, created = false) {
    this.created = created;
    this.parts = parts;
    this.id = id;
  }

  /** All there is to see of it at a glance: status, what it waits for, outcome, attributes, times. */
  async describe(): Promise<Run> {
    return viewRun(await this.row());
  }

  /**
   * Why it is where it is: every answer, message, run, time and step it waits for.
   *
   * @example
   * const { waits } = await run.why();
   */
  async why(): Promise<Why> {
    return whyOf(this.parts, this.id);
  }

  /** Its status alone. */
  async status(): Promise<RunStatus> {
    return (await this.row()).status;
  }

  /**
   * The run's result, once it has one. `timeout` bounds the wait, not the run.
   *
   * @example
   * const { status } = await run.result({ timeout: "10s" });
   *
   * @throws RunFailedError it failed, was cancelled or diverged (`cause` says why); InvalidStateError `timeout` passed first
   */
  async result(options: { timeout?: Duration } = {}): Promise<Out> {
    const { clock } = this.parts;
    const end = options.timeout === undefined ? null : clock.now() + durationMs(options.timeout, "timeout");
    // A run this process has just started or woken cannot be over yet, and its end will be heard: no need to look first.
    for (
      let look = !this.parts.justWoken.has(this.id), pause = lookAgainMs;
      ;
      look = true, pause = Math.min(2 * pause, lookAtLeastMs)
    ) {
      const change = this.change();
      try {
        if (look) {
          const row = await this.row();
          if (isFinished(row.status) || row.status === "diverged") return this.settle(await this.ending(row));
          if (end !== null && clock.now() >= end) {
            throw new InvalidStateError(`run ${this.id} did not finish in time`, { status: row.status });
          }
        }
        const ending = await change.promise(end === null ? pause : Math.min(pause, Math.max(1, end - clock.now())));
        if (ending) return this.settle(ending);
      } finally {
        change.stop();
      }
    }
  }

  private settle({ status, workflow, value }: Omit<Ending, "status"> & { status: string }): Out {
    if (status === "completed") return value as Out;
    throw new RunFailedError(this.id, workflow, status === "cancelled" ? "was cancelled" : status, value);
  }

  /**
   * The run's open hold of this name, as soon as there is one: to be decided as it was read.
   *
   * @example
   * const hold = await run.hold("approve refund", { timeout: "10s" });
   *
   * @throws InvalidStateError the run ended without opening it, or `timeout` passed first
   */
  async hold(name: string, options: { timeout?: Duration } = {}): Promise<Hold> {
    const { store, namespace } = this.parts;
    let found: Hold | null = null;
    await this.until(
      async (run) => {
        const page = await store.holds(
          namespace,
          { runId: this.id, name, status: ["open"] },
          { limit: 1, cursor: null },
        );
        const row = page.items[0];
        if (row) found = await viewHold(this.parts, row);
        else if (isFinished(run.status))
          throw new InvalidStateError(`run ${this.id} ${run.status} without opening hold "${name}"`);
        return row !== undefined;
      },
      options.timeout,
      `open hold "${name}"`,
    );
    if (!found) throw new NotFoundError("hold", name);
    return found;
  }

  /** All holds of the run, open and closed. */
  async holds(): Promise<Hold[]> {
    const { store, namespace } = this.parts;
    const { items } = await store.holds(namespace, { runId: this.id }, { limit: 1000, cursor: null });
    return Promise.all(items.map((row) => viewHold(this.parts, row)));
  }

  /**
   * Journal events from the first, or after the number `after`, until the run has ended. The number is one of the newest generation, unless
   * `generation` says of which; then that one is read to its end, and those after it follow. Who goes on later gives both.
   *
   * @example
   * for await (const event of run.watch()) console.error(event.seq, event.type, event.key);
   */
  async *watch(options: { after?: number; generation?: number } = {}): AsyncGenerator<RunEvent, void, void> {
    for await (const events of this.watchPages(options)) yield* events;
  }

  /**
   * As `watch`, in the pages that the journal is read in: a hundred numbers at first, then up to a thousand at a time, and what happens
   * from then on as it comes. Whoever passes events on loses less time, and no more is held at once than a page.
   *
   * @example
   * for await (const events of run.watchPages({ generation: 1, after: 40 })) console.log(JSON.stringify(events));
   */
  watchPages(options: { after?: number; generation?: number } = {}): AsyncGenerator<RunEvent[], void, void> {
    return watchRun(this.parts, this.id, positionOf(options), () => {
      const { promise, stop } = this.change("write");
      return { heard: () => promise(lookAgainMs), stop };
    });
  }

  /**
   * The journal so far, or what it has after a number, as `watch` gives it; with `limit` at most so many events, and no more than that
   * are read.
   */
  async journal(options: { after?: number; generation?: number; limit?: number } = {}): Promise<RunEvent[]> {
    const { limit = Number.POSITIVE_INFINITY } = options;
    const found: RunEvent[] = [];
    for await (const events of watchRun(this.parts, this.id, positionOf(options), null, Math.min(limit, 1000))) {
      for (const event of events) if (found.length < limit) found.push(event);
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Values of `ctx.emit` with a number above `after`, at most `limit` of them. */
  async stream(after = 0, limit = 1000): Promise<{ n: number; value: unknown }[]> {
    const { store, namespace, codec } = this.parts;
    const rows = await store.stream(namespace, (await this.row()).pk, after, limit);
    return rows.map(({ n, bytes }) => ({ n, value: decodePayload(unpackStreamValue(bytes), codec) }));
  }

  /**
   * What its running steps show of themselves (`info.progress`), from any process: at most a quarter of a second old while its worker
   * lives, and nothing once they have ended.
   *
   * @example
   * for (const { name, value } of await run.progress()) console.log(name, value);
   */
  async progress(): Promise<StepProgress[]> {
    const { store, namespace, codec, clock } = this.parts;
    const { status } = await this.row();
    if (isFinished(status)) return [];
    const stored = await store.cached(namespace, progressPlace(this.id), clock.now());
    return stored === null ? [] : (decodePayload(stored, codec) as StepProgress[]);
  }

  /**
   * Delivers a message; it is kept until the run waits for it. `dedupe` makes repeating it harmless.
   *
   * @example
   * await run.signal("paid", { amount: 120 }, { by: "bank", dedupe: "transfer-1" });
   *
   * @throws InvalidStateError the run has ended. ValidationError it does not fit the schema in the workflow's `signals`
   */
  async signal(name: string, value?: unknown, options: { by?: string; dedupe?: string } = {}): Promise<void> {
    const { registry, encodeInline } = this.parts;
    const row = await this.row();
    const schema = registry.exact(row.workflow, row.version)?.options.signals?.[name];
    const checked = schema ? parse(schema, value, `signal "${name}"`) : value;
    await deliverTo(this.parts, this.id, {
      kind: "signal",
      key: name,
      dedupe: options.dedupe === undefined ? null : `signal:${options.dedupe}`,
      payload: checked === undefined ? null : encodeInline(checked, `signal "${name}"`),
      sender: options.by ?? null,
    });
  }

  /**
   * Asks the run to end: its code sees `CancelledError`, running steps are aborted, completed ones undone. `force` ends it without
   * any of that.
   *
   * @example
   * await run.cancel("the customer called", { by: "ana" });
   *
   * @throws InvalidStateError the run has ended
   */
  cancel(reason = "cancelled", options: { by?: string; force?: boolean } = {}): Promise<void> {
    return cancelRun(this.parts, this.id, reason, options);
  }

  /** Lets running steps end, then stays put until `resume`; answers and messages are kept meanwhile. Throws `InvalidStateError` when it has ended. */
  pause(options: { by?: string } = {}): Promise<void> {
    return pauseRun(this.parts, this.id, options.by ?? null);
  }

  /** Lets a paused run go on. Throws `InvalidStateError` when it is not paused. */
  resume(options: { by?: string } = {}): Promise<void> {
    return resumeRun(this.parts, this.id, options.by ?? null);
  }

  /**
   * A failed run goes on at the failed step, and what was recorded before is not run again; a diverged one is tried on today's code.
   *
   * @throws InvalidStateError it is neither, or it has begun to undo its steps: fork it instead
   */
  retry(options: { by?: string } = {}): Promise<void> {
    return retryRun(this.parts, this.id, options.by ?? null);
  }

  /**
   * A new run that has this one's record up to `from`, and goes its own way from there.
   *
   * @example
   * const again = await run.fork({ from: "step:pay back#1", decisions: "ask" });
   *
   * @throws NotFoundError nothing of that key is recorded; RunConflictError the new id is taken
   */
  async fork(options: ForkOptions): Promise<RunHandle<Out>> {
    return new RunHandle<Out>(this.parts, await forkRun(this.parts, this.id, options), true);
  }

  /**
   * Maps what a live run has recorded onto changed code: renamed steps, dropped ones, results for new ones. `dryRun` says what
   * would happen. One entry is added, nothing recorded is changed.
   *
   * @example
   * const { ok, reason } = await run.migrate({ rename: { "step:load": "step:load order" }, dryRun: true });
   *
   * @throws InvalidStateError the run has ended, or is being executed: pause it first
   */
  migrate(options: MigrateOptions): Promise<MigrateReport> {
    return migrateRun(this.parts, this.id, options);
  }

  /** A diverged run waits until a worker with its own version is there. */
  pin(options: { by?: string } = {}): Promise<void> {
    return pinRun(this.parts, this.id, options.by ?? null);
  }

  private async row(): Promise<RunRow> {
    const { store, namespace } = this.parts;
    const row = await store.run(namespace, this.id);
    if (row) return row;
    const tombstone = await store.tombstone(namespace, this.id);
    const hint = tombstone ? `it ended as ${tombstone.outcome} and was removed by retention` : undefined;
    throw new NotFoundError("run", this.id, hint);
  }

  /** How a run ended, read from its final entry. */
  private async ending(row: RunRow): Promise<{ status: string; workflow: string; value: unknown }> {
    const { store, namespace, codec } = this.parts;
    const { status, workflow } = row;
    const Noted = status === "diverged" ? DivergedError : Error;
    const noted = row.note ? new Noted(row.note) : undefined;
    if (!isFinished(status)) return { status, workflow, value: noted };
    const [read] = await store.history(namespace, [{ pk: row.pk, after: row.seq - 1 }]);
    const history = await assemble(store, namespace, row.pk, read ?? { entries: [], mail: [] });
    const last = history.entries.find((entry) => entry.key === "run");
    if (status !== "completed" && !last) return { status, workflow, value: noted };
    return { status, workflow, value: last ? decodePayload(last.payload, codec) : undefined };
  }

  private async until(
    holds: (row: RunRow) => boolean | Promise<boolean>,
    timeout: Duration | undefined,
    what: string,
  ): Promise<RunRow> {
    const { clock } = this.parts;
    const end = timeout === undefined ? null : clock.now() + durationMs(timeout, "timeout");
    for (;;) {
      const change = this.change();
      try {
        const row = await this.row();
        if (await holds(row)) return row;
        if (end !== null && clock.now() >= end)
          throw new InvalidStateError(`run ${this.id} did not ${what} in time`, { status: row.status });
        await change.promise(end === null ? lookAgainMs : Math.min(lookAgainMs, Math.max(1, end - clock.now())));
      } finally {
        change.stop();
      }
    }
  }

  /** Listens from now on, so that nothing between a look and the wait is missed. */
  private change(what: "rest" | "write" = "rest"): {
    promise: (atMostMs: number) => Promise<Ending | undefined>;
    stop: () => void;
  } {
    const { clock } = this.parts;
    const heard = Promise.withResolvers<Ending | undefined>();
    const stop = this.parts.onChange(this.id, what, heard.resolve);
    return {
      promise: async (atMostMs) => {
        const cancel = clock.timer(atMostMs, () => heard.resolve(undefined), { stuck: heard.reject });
        try {
          return await heard.promise;
        } finally {
          cancel();
        }
      },
      stop,
    };
  }
}
