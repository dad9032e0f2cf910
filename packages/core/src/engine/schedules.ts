import { InvalidStateError, NotFoundError, ValidationError } from "../errors.ts";
import type { ScheduleDefinition } from "../schedule/definition.ts";
import { type OverlapPlan, overlapPlan } from "../schedule/plan.ts";
import { type Occurrence, readState } from "../schedule/stored.ts";
import { type Firing, type Schedule, viewFiring, viewSchedule } from "../schedule/view.ts";
import type { NewSchedule, ScheduleRow } from "../store/schedule-rows.ts";
import type { Page, PageOf, WorkflowSet } from "../store/store.ts";
import { inWorkflowSet } from "../store/workflow-set.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { backfillTimes } from "./backfill.ts";
import { pageOf } from "./page.ts";
import type { EngineParts } from "./parts.ts";
import { newRunId } from "./run-id.ts";
import { preparedFor, readStored, runIdOf, type StoredSchedule, stillRunning, writeChange } from "./schedule-firing.ts";
import { bornSchedule, isSchedule, makeSchedule, replacedSchedule } from "./schedule-making.ts";

/** What `backfill` did with the due times of a range. */
export interface BackfillResult {
  /** Ids of the runs that were started. */
  started: string[];
  /** Ids of the runs that will be started, one after the other. */
  waiting: string[];
  /** Ids of runs that were there already: their due times have fired. */
  existing: string[];
}

/** What one schedule made of an event. */
export interface EventFiring {
  /** The schedule's id. */
  schedule: string;
  /** What became of it, as in its history. */
  outcome: Firing["outcome"];
  /** The run; null when none was started. */
  runId: string | null;
  /** Why not. */
  note: string | null;
}

/** Who changes a schedule. */
export interface ScheduleActor {
  /** Kept with what is changed. */
  by?: string;
}

/**
 * The schedules of an engine: runs started by a cron expression, an interval or an event. They live in the store and are fired by whichever
 * started engine has their workflow; each due time starts exactly one run.
 *
 * @example
 * const { nextAt } = await engine.schedules.create({ id: "sync", workflow: "sync", when: { cron: "0 2 * * *" } });
 */
export class Schedules {
  private readonly parts: EngineParts;
  private readonly open: () => Promise<void>;
  private readonly changed: () => void;

  constructor(parts: EngineParts, open: () => Promise<void>, changed: () => void) {
    this.parts = parts;
    this.open = open;
    this.changed = changed;
  }

  /**
   * Creates a schedule. The same definition again changes nothing; another one under the same id needs `replace`, and goes on
   * from where the schedule stands: what is paused stays paused, and history is kept. `check` is given what would be replaced, and
   * throws where that is not what was expected: nothing changes between its look and the writing.
   *
   * @example
   * await engine.schedules.create({ id: "hourly-sync", workflow: "sync", when: { every: "1h" } }, { by: "ana" });
   *
   * @throws ValidationError a field is wrong, or the input does not fit the workflow; NotFoundError no such workflow is registered;
   * InvalidStateError there is another schedule with this id
   */
  async create<W extends AnyWorkflow | string>(
    definition: ScheduleDefinition<W>,
    options: ScheduleActor & { replace?: boolean; check?: (current: Schedule) => void } = {},
  ): Promise<Schedule> {
    await this.open();
    const made = await makeSchedule(this.parts, definition);
    for (;;) {
      const row = await this.row(definition.id);
      if (row && isSchedule(row, made)) return this.view(row);
      if (row && !options.replace) {
        throw new InvalidStateError(
          `schedule "${row.id}" exists with another definition; replace it, remove it, or take another id`,
          { id: row.id },
        );
      }
      if (row) options.check?.(await this.view(row));
      const schedule = row
        ? await replacedSchedule(this.parts, row, made)
        : await bornSchedule(this.parts, made, options.by ?? null);
      const written = await this.write(row, schedule);
      if (written) return this.view(written);
    }
  }

  /** One schedule. Throws `NotFoundError` when there is none with this id. */
  async get(id: string): Promise<Schedule> {
    await this.open();
    return this.view(await this.require(id));
  }

  /**
   * Schedules by id, 50 to a page (at most 1,000), of some workflows where they are given. Pass a page's `cursor` to get the next; null ends it.
   *
   * @example
   * const { items } = await engine.schedules.list({ event: "order.paid" });
   */
  async list(
    { workflows, ...filter }: { event?: string; workflows?: WorkflowSet } = {},
    page: Partial<Page> = {},
  ): Promise<PageOf<Schedule>> {
    await this.open();
    const { limit, cursor } = pageOf(page);
    const found: Schedule[] = [];
    for (let after = cursor; ; ) {
      const rows = await this.parts.store.schedules(this.parts.namespace, filter, { limit, cursor: after });
      for (const schedule of await Promise.all(rows.items.map((row) => this.view(row)))) {
        if (workflows !== undefined && !inWorkflowSet(schedule.workflow, workflows)) continue;
        if (found.length === limit) return { items: found, cursor: found.at(-1)?.id ?? null };
        found.push(schedule);
      }
      after = rows.cursor;
      if (after === null) return { items: found, cursor: null };
      // Their ids are the store's cursors.
      if (workflows === undefined) return { items: found, cursor: after };
    }
  }

  /** The schedule starts nothing by itself any more; runs under way go on. What was due meanwhile is not made up for. */
  async pause(id: string, options: ScheduleActor & { note?: string } = {}): Promise<Schedule> {
    return this.change(id, async (stored, now) => {
      if (stored.row.paused) return stored.row;
      const state = { due: null, pausedBy: options.by ?? null, note: options.note ?? null };
      const result = await writeChange(this.parts, stored, { state, paused: true }, now);
      return result.type === "conflict" ? null : result.schedule;
    });
  }

  /** The schedule starts runs again, from its next due time on. */
  async resume(id: string, _options: ScheduleActor = {}): Promise<Schedule> {
    return this.change(id, async (stored, now) => {
      if (!stored.row.paused) return stored.row;
      const state = { due: stored.calendar.after(now), pausedBy: null, note: null };
      const result = await writeChange(this.parts, stored, { state, paused: false }, now);
      return result.type === "conflict" ? null : result.schedule;
    });
  }

  /** Removes a schedule with its history. Runs it started stay. */
  async remove(id: string): Promise<void> {
    await this.open();
    for (;;) {
      const row = await this.require(id);
      const { type } = await this.submit(row, null);
      if (type === "scheduled") return;
    }
  }

  /**
   * Starts a run of the schedule now, whatever its rules say and also while it is paused; gives the run's id. With `id` the same call
   * again is the same run.
   *
   * @example
   * const { runId } = await engine.schedules.runNow("nightly-report", { by: "ana" });
   *
   * @throws NotFoundError no such schedule; ValidationError the input does not fit the workflow
   */
  async runNow(id: string, options: ScheduleActor & { id?: string; input?: unknown } = {}): Promise<{ runId: string }> {
    await this.open();
    const { parts } = this;
    const now = parts.clock.now();
    const input = options.input === undefined ? null : parts.encodeInline(options.input, "input");
    const key = `now:${options.id ?? newRunId(now)}`;
    const occurrence: Occurrence = { key, kind: "manual", due: now, actor: options.by ?? null, input, note: null };
    const runId = runIdOf(id, occurrence);
    await this.change(id, async (stored) => {
      if (await this.exists(runId)) return stored.row;
      await preparedFor(parts, stored, occurrence);
      const waiting = stored.state.waiting;
      const plan: OverlapPlan = { start: [occurrence], skipped: [], queued: [], waiting, cancel: [] };
      const result = await writeChange(parts, stored, { plan }, now);
      return result.type === "conflict" ? null : result.schedule;
    });
    return { runId };
  }

  /**
   * Makes up for a range of due times, its ends included: a run for each that has none yet, called as if it had been started in time. Where the
   * schedule's runs must not overlap they are started one after the other; `overlap` says it otherwise.
   *
   * @example
   * await engine.schedules.backfill("nightly-report", { from: new Date("2026-03-01"), to: new Date("2026-03-08") });
   *
   * @throws ValidationError the range is none, has more than 1,000 due times or reaches into the future, or the schedule has no due times
   */
  async backfill(
    id: string,
    range: ScheduleActor & { from: Date; to: Date; overlap?: "allow" | "queue" },
  ): Promise<BackfillResult> {
    const { parts } = this;
    let outcome: BackfillResult = { started: [], waiting: [], existing: [] };
    await this.change(id, async (stored, now) => {
      const { rules, state } = stored;
      const times = backfillTimes(stored, range, now);
      const all = times.map(
        ({ due, key }): Occurrence => ({
          key,
          kind: "backfill",
          due,
          actor: range.by ?? null,
          input: null,
          note: null,
        }),
      );
      const known = await Promise.all(all.map((one) => this.exists(runIdOf(id, one))));
      const fresh = all.filter((_, i) => !known[i]);
      const running = await stillRunning(parts, state);
      const overlap = range.overlap ?? (rules.overlap === "allow" ? "allow" : "queue");
      const plan = overlapPlan(overlap === "allow" ? "allow" : "queueAll", running, state.waiting, fresh);
      const ids = (list: readonly Occurrence[]): string[] => list.map((one) => runIdOf(id, one));
      outcome = { started: ids(plan.start), waiting: ids(plan.queued), existing: ids(all.filter((_, i) => known[i])) };
      const [first] = fresh;
      if (first === undefined) return stored.row;
      await preparedFor(parts, stored, first);
      const result = await writeChange(parts, stored, { plan, running }, now);
      return result.type === "conflict" ? null : result.schedule;
    });
    return outcome;
  }

  /**
   * What the schedule did, newest first: one line for each firing.
   *
   * @example
   * for (const { dueAt, outcome, note } of (await engine.schedules.history("nightly-report")).items) console.log(dueAt, outcome, note);
   */
  async history(id: string, page: Partial<Page> = {}): Promise<PageOf<Firing>> {
    await this.open();
    await this.require(id);
    const { items, cursor } = await this.parts.store.firings(this.parts.namespace, id, pageOf(page));
    return { items: items.map(viewFiring), cursor };
  }

  /** The next due times of a schedule, whether it is paused or not; none of one that an event fires. */
  async upcoming(id: string, count = 5): Promise<Date[]> {
    await this.open();
    const { calendar } = await readStored(await this.require(id));
    const times: Date[] = [];
    let due = calendar.after(this.parts.clock.now());
    for (; due !== null && times.length < count; due = calendar.after(due)) times.push(new Date(due));
    return times;
  }

  /** Starts what an event asks for: see `engine.emit`. */
  async emit(event: string, given: unknown, options: ScheduleActor & { id?: string }): Promise<EventFiring[]> {
    await this.open();
    const { parts } = this;
    if (typeof event !== "string" || event === "")
      throw new ValidationError("emit", [{ path: "event", message: "must be a name" }]);
    const input = given === undefined ? null : parts.encodeInline(given, `event "${event}"`);
    const key = `event:${options.id ?? newRunId(parts.clock.now())}`;
    const firings: EventFiring[] = [];
    let cursor: string | null = null;
    do {
      const page: PageOf<ScheduleRow> = await parts.store.schedules(parts.namespace, { event }, { limit: 100, cursor });
      for (const { id, paused } of page.items) {
        if (!paused) firings.push(await this.fireEvent(id, { key, input, actor: options.by ?? null }));
      }
      cursor = page.cursor;
    } while (cursor !== null);
    return firings;
  }

  private async fireEvent(id: string, from: Pick<Occurrence, "key" | "input" | "actor">): Promise<EventFiring> {
    const { parts } = this;
    const occurrence = { ...from, kind: "event", due: parts.clock.now(), note: null } as const;
    const runId = runIdOf(id, occurrence);
    let firing: EventFiring = { schedule: id, outcome: "started", runId, note: null };
    await this.change(id, async (stored, now) => {
      parts.registry.require(stored.row.workflow);
      if (await this.exists(runId)) return stored.row;
      const running = await stillRunning(parts, stored.state);
      const plan = overlapPlan(stored.rules.overlap, running, stored.state.waiting, [occurrence]);
      const result = await writeChange(parts, stored, { plan, running }, now);
      if (result.type === "conflict") return null;
      const own = result.lines.find((line) => line.key === occurrence.key);
      if (own) firing = { schedule: id, outcome: own.outcome, runId: own.runId, note: own.note };
      return result.schedule;
    });
    return firing;
  }

  /** Brings the store's schedules to what the code says, when an engine starts. */
  async declare(definitions: readonly ScheduleDefinition[]): Promise<void> {
    for (const definition of definitions) await this.create(definition, { replace: true });
  }

  // ── Within ────────────────────────────────────────────────────────────────────────────────────────

  /** Reads, changes and writes, again when somebody else was faster. */
  private async change(
    id: string,
    work: (stored: StoredSchedule, now: number) => Promise<ScheduleRow | null>,
  ): Promise<Schedule> {
    await this.open();
    for (;;) {
      const written = await work(await readStored(await this.require(id)), this.parts.clock.now());
      if (written === null) continue;
      this.changed();
      return this.view(written);
    }
  }

  private submit(row: ScheduleRow | null, schedule: NewSchedule | null) {
    const id = row?.id ?? schedule?.id ?? "";
    const revision = row?.revision ?? null;
    return this.parts.committer.submit({
      type: "schedule",
      id,
      revision,
      schedule,
      firings: [],
      starts: [],
      deliveries: [],
    });
  }

  private async write(row: ScheduleRow | null, schedule: NewSchedule): Promise<ScheduleRow | null> {
    const result = await this.submit(row, schedule);
    if (result.type === "refused")
      throw new InvalidStateError(`schedule "${schedule.id}" was not taken: ${result.reason}`);
    if (result.type === "conflict") return null;
    this.changed();
    return result.schedule;
  }

  private async row(id: string): Promise<ScheduleRow | null> {
    const { store, namespace } = this.parts;
    const { items } = await store.schedules(namespace, { id }, { limit: 1, cursor: null });
    return items[0] ?? null;
  }

  private async require(id: string): Promise<ScheduleRow> {
    const row = await this.row(id);
    if (!row) throw new NotFoundError("schedule", id);
    return row;
  }

  private async exists(runId: string): Promise<boolean> {
    const { store, namespace } = this.parts;
    return (await store.run(namespace, runId)) !== null || (await store.tombstone(namespace, runId)) !== null;
  }

  private async view(row: ScheduleRow): Promise<Schedule> {
    const running = await stillRunning(this.parts, readState(row));
    return { ...viewSchedule(row, this.parts.codec), running };
  }
}
