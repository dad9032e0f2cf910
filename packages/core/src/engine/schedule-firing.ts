import { decodePayload } from "../journal/payload.ts";
import { randomSalt } from "../run/random-supply.ts";
import { type Calendar, calendarOf } from "../schedule/calendar.ts";
import { dueNow, type OverlapPlan, overlapPlan } from "../schedule/plan.ts";
import {
  newState,
  type Occurrence,
  readRules,
  readState,
  type ScheduleRules,
  type ScheduleState,
  stateText,
} from "../schedule/stored.ts";
import type {
  FiringOutcome,
  FiringRow,
  NewSchedule,
  ScheduleOperation,
  ScheduleResult,
  ScheduleRow,
} from "../store/schedule-rows.ts";
import type { Delivery, Millis, NewRun } from "../store/store.ts";
import { isFinished } from "../store/transitions.ts";
import { bornRun, prepareRun } from "./born-run.ts";
import type { EngineParts } from "./parts.ts";

/** A schedule as it was read, taken apart. */
export interface StoredSchedule {
  row: ScheduleRow;
  rules: ScheduleRules;
  state: ScheduleState;
  calendar: Calendar;
}

export async function readStored(row: ScheduleRow): Promise<StoredSchedule> {
  const rules = readRules(row);
  return { row, rules, state: readState(row), calendar: await calendarOf(rules.when, row.createdAt) };
}

/** What is written of a schedule in one transaction. */
export interface ScheduleChange {
  /** Differences to the state that was read. */
  state?: Partial<ScheduleState>;
  paused?: boolean;
  /** What starts, waits and is left out. */
  plan?: OverlapPlan;
  /** Lines of the history beside those of the plan. */
  lines?: FiringRow[];
  /** Runs of the schedule that are not over. */
  running?: readonly string[];
}

/** The id of the run of an occurrence: always the same, so that it is started once whoever starts it. */
export function runIdOf(scheduleId: string, occurrence: Pick<Occurrence, "key">): string {
  return `${scheduleId}@${occurrence.key}`;
}

/** Those of the schedule's last runs that are not over. */
export async function stillRunning(parts: EngineParts, { running }: ScheduleState): Promise<string[]> {
  const rows = await Promise.all(running.map((id) => parts.store.run(parts.namespace, id)));
  return rows.flatMap((row) => (row === null || isFinished(row.status) ? [] : [row.id]));
}

/**
 * Fires a schedule that is due: works out which due times are started, wait or are left out, and writes that with the runs in one
 * transaction. False when there was nothing to do now; `conflict` when another worker was faster.
 */
export async function fireDue(parts: EngineParts, row: ScheduleRow, now: Millis): Promise<boolean | "conflict"> {
  const stored = await readStored(row);
  const { rules, state } = stored;
  const due = dueNow(rules, state, stored.calendar, now);
  const running = await stillRunning(parts, state);
  const plan = overlapPlan(rules.overlap, running, state.waiting, due.occurrences);
  const idle = plan.start.length + plan.skipped.length + plan.queued.length === 0;
  if (idle && due.missed === null && due.next === state.due) return false;
  const change = { state: { due: due.next }, plan, lines: due.missed === null ? [] : [due.missed], running };
  const result = await writeChange(parts, stored, change, now);
  return result.type === "conflict" ? "conflict" : true;
}

/** Writes a change of a schedule with the runs it starts, and gives the lines of its history. A run that cannot be made becomes one that says why. */
export async function writeChange(
  parts: EngineParts,
  stored: StoredSchedule,
  change: ScheduleChange,
  now: Millis,
): Promise<ScheduleResult & { lines: FiringRow[] }> {
  const { row } = stored;
  const starts: NewRun[] = [];
  const lines = [...(change.lines ?? [])];
  for (const occurrence of change.plan?.start ?? []) {
    try {
      const run = await runFor(parts, stored, occurrence);
      starts.push(run);
      lines.push(line(row.id, occurrence, "started", now));
    } catch (error) {
      const note = error instanceof Error ? error.message : String(error);
      parts.worker.host.engineLog.warn(
        { schedule: row.id, due: occurrence.key, note },
        "a schedule could not start its run",
      );
      lines.push(line(row.id, { ...occurrence, note }, "failed", now));
    }
  }
  for (const one of change.plan?.queued ?? []) lines.push(line(row.id, one, "waiting", now));
  for (const one of change.plan?.skipped ?? []) lines.push(line(row.id, one, "skipped", now));
  const operation = (started: NewRun[], firings: FiringRow[]): ScheduleOperation => ({
    type: "schedule",
    id: row.id,
    revision: row.revision,
    schedule: changed(stored, change, started, now),
    firings,
    starts: started,
    deliveries: (change.plan?.cancel ?? []).map((id) => cancellation(parts, row.id, id, now)),
  });
  const result = await parts.committer.submit(operation(starts, lines));
  if (result.type !== "refused") return { ...result, lines };
  const failed = lines.map(
    (one): FiringRow => (one.outcome === "started" ? { ...one, outcome: "failed", note: result.reason } : one),
  );
  const again = await parts.committer.submit(operation([], failed));
  if (again.type === "refused") throw new TypeError(`schedule ${row.id} was not taken: ${again.reason}`);
  return { ...again, lines: failed };
}

function changed(
  { row, rules, state: before }: StoredSchedule,
  change: ScheduleChange,
  starts: readonly NewRun[],
  now: Millis,
): NewSchedule {
  const { plan } = change;
  const waiting = plan?.waiting ?? before.waiting;
  // Where overlapping is allowed nobody asks, and the list would only grow.
  const counts = rules.overlap !== "allow" || waiting.length > 0 || before.waiting.length > 0;
  const cancelled = new Set(plan?.cancel);
  const still = (change.running ?? before.running).filter((id) => !cancelled.has(id));
  const running = counts ? [...new Set([...still, ...starts.map(({ id }) => id)])] : [];
  const state = { ...newState, ...before, ...change.state, running, waiting };
  const paused = change.paused ?? row.paused;
  return {
    ...scheduleFields(row),
    paused,
    state: stateText(state),
    nextAt: nextLook(paused, state, now),
    updatedAt: now,
  };
}

function scheduleFields({ revision: _revision, ...fields }: ScheduleRow): NewSchedule {
  return fields;
}

/** When somebody has to look: at the next due time, and at once (and from then on all the time) while something waits. */
export function nextLook(paused: boolean, state: ScheduleState, now: Millis): Millis | null {
  if (paused) return null;
  return state.waiting.length > 0 ? Math.min(now, state.due ?? now) : state.due;
}

function line(scheduleId: string, occurrence: Occurrence, outcome: FiringOutcome, at: Millis): FiringRow {
  const { key, kind, due, actor, note } = occurrence;
  const runId = outcome === "started" || outcome === "waiting" ? runIdOf(scheduleId, occurrence) : null;
  return { key, kind, outcome, dueAt: due, runId, actor, note, at };
}

/** The workflow and the input of an occurrence's run. Throws `ValidationError` when the input does not fit. */
export async function preparedFor(parts: EngineParts, { row, rules }: StoredSchedule, occurrence: Occurrence) {
  const workflow = parts.registry.require(row.workflow);
  const own = row.input === null ? undefined : decodePayload(row.input, parts.codec);
  const given = occurrence.input === null ? undefined : decodePayload(occurrence.input, parts.codec);
  return { workflow, ...(await prepareRun(parts, workflow, inputFor(rules, own, given, occurrence.due))) };
}

async function runFor(parts: EngineParts, stored: StoredSchedule, occurrence: Occurrence): Promise<NewRun> {
  const { row, rules } = stored;
  const { workflow, ...prepared } = await preparedFor(parts, stored, occurrence);
  const by = occurrence.actor ?? `schedule:${row.id}`;
  const attributes = { ...rules.run.attributes, schedule: row.id };
  return bornRun(parts, workflow, {
    ...prepared,
    id: runIdOf(row.id, occurrence),
    options: { ...rules.run, by, attributes },
  });
}

/** What came with the event goes over the schedule's own input, field by field where both have fields. */
export function inputFor(rules: Pick<ScheduleRules, "dueAs">, own: unknown, given: unknown, due: Millis): unknown {
  const input = given === undefined ? own : isFields(own) && isFields(given) ? { ...own, ...given } : given;
  if (rules.dueAs === null) return input;
  return { ...(isFields(input) ? input : {}), [rules.dueAs]: new Date(due) };
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function cancellation(parts: EngineParts, scheduleId: string, id: string, at: Millis): Delivery {
  const payload = parts.encodeInline({ reason: `schedule "${scheduleId}": a later run took its place` }, "reason");
  const sender = `schedule:${scheduleId}`;
  return {
    to: { id },
    mail: { kind: "cancel", key: "", dedupe: null, outcome: null, payload, sender, at, salt: randomSalt() },
  };
}
