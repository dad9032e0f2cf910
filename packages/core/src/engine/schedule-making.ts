import { calendarOf } from "../schedule/calendar.ts";
import type { ScheduleDefinition } from "../schedule/definition.ts";
import { rulesOf } from "../schedule/rules.ts";
import { newState, type ScheduleRules, stateText } from "../schedule/stored.ts";
import { sameBytes } from "../store/same-bytes.ts";
import type { NewSchedule, ScheduleRow } from "../store/schedule-rows.ts";
import { prepareRun } from "./born-run.ts";
import type { EngineParts } from "./parts.ts";
import { checkRunOptions } from "./run-options.ts";
import { inputFor, nextLook, readStored } from "./schedule-firing.ts";

/** A definition, looked over. */
export interface MadeSchedule {
  rules: ScheduleRules;
  /** The columns that say what the schedule is. */
  columns: Pick<NewSchedule, "id" | "workflow" | "definition" | "event" | "input">;
}

/** Looks a definition over, down to its input. Throws `ValidationError`, or `NotFoundError` when its workflow is not registered. */
export async function makeSchedule(parts: EngineParts, definition: ScheduleDefinition): Promise<MadeSchedule> {
  const rules = rulesOf(definition);
  const name = typeof definition.workflow === "string" ? definition.workflow : definition.workflow.name;
  const workflow = parts.registry.require(name);
  checkRunOptions(rules.run);
  const now = parts.clock.now();
  await calendarOf(rules.when, now);
  const event = "event" in rules.when ? rules.when.event : null;
  // What comes with an event is seen when it comes.
  if (event === null) await prepareRun(parts, workflow, inputFor(rules, definition.input, undefined, now));
  const input = definition.input === undefined ? null : parts.encodeInline(definition.input, "schedule.input");
  return { rules, columns: { id: definition.id, workflow: name, definition: JSON.stringify(rules), event, input } };
}

/** Whether a stored schedule is the one that is wanted; whether it is paused does not count. */
export function isSchedule(row: ScheduleRow, { columns }: MadeSchedule): boolean {
  const sameInput =
    row.input === null || columns.input === null
      ? row.input === columns.input
      : row.input.codec === columns.input.codec && sameBytes(row.input.bytes, columns.input.bytes);
  return sameInput && row.workflow === columns.workflow && row.definition === columns.definition;
}

/** A schedule that was not there before. */
export async function bornSchedule(parts: EngineParts, made: MadeSchedule, by: string | null): Promise<NewSchedule> {
  const now = parts.clock.now();
  const state = { ...newState, due: (await calendarOf(made.rules.when, now)).after(now) };
  const times = { createdAt: now, updatedAt: now, nextAt: nextLook(false, state, now) };
  return { ...made.columns, ...times, paused: false, state: stateText(state), createdBy: by };
}

/** A schedule that becomes another: it goes on from where it stands; other due times begin now. */
export async function replacedSchedule(parts: EngineParts, row: ScheduleRow, made: MadeSchedule): Promise<NewSchedule> {
  const { rules, state: before } = await readStored(row);
  const now = parts.clock.now();
  const sameTimes = JSON.stringify(rules.when) === JSON.stringify(made.rules.when);
  const next = sameTimes ? before.due : (await calendarOf(made.rules.when, row.createdAt)).after(now);
  const state = { ...before, due: row.paused ? null : next };
  const { revision: _revision, ...fields } = row;
  const nextAt = nextLook(row.paused, state, now);
  return { ...fields, ...made.columns, updatedAt: now, state: stateText(state), nextAt };
}
