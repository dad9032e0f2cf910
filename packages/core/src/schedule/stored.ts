import { CorruptionError } from "../errors.ts";
import type { FiringKind, ScheduleRow } from "../store/schedule-rows.ts";
import type { Millis, StoredPayload } from "../store/store.ts";
import type { MisfireRule, OverlapRule, ScheduleDefinition } from "./definition.ts";

/** A trigger as it is kept: times as numbers. */
export type StoredTrigger =
  | { cron: string; timeZone: string }
  | { every: Millis; from: Millis | null }
  | { event: string };

/** The rules of a schedule as they are kept, as JSON text in `ScheduleRow.definition`. */
export interface ScheduleRules {
  when: StoredTrigger;
  dueAs: string | null;
  misfire: MisfireRule;
  atMost: number;
  grace: Millis;
  overlap: OverlapRule;
  run: NonNullable<ScheduleDefinition["run"]>;
}

/** One time that a schedule fires for. */
export interface Occurrence {
  /** Names it within the schedule; the run is called after it. */
  key: string;
  kind: FiringKind;
  due: Millis;
  /** Who asked for it; null for the clock. */
  actor: string | null;
  /** What came with an event, or was given by hand; null when the run gets the schedule's own input. */
  input: StoredPayload | null;
  note: string | null;
}

/** Where a schedule stands, as JSON text in `ScheduleRow.state`. */
export interface ScheduleState {
  /** The next due time of its own; null when there is none (paused, an event, a cron expression without another time). */
  due: Millis | null;
  /** Ids of runs that were not over when it was looked last. Kept only where a rule asks. */
  running: string[];
  /** What waits for those to be over, first come first. */
  waiting: Occurrence[];
  /** Who paused it, and what they said. */
  pausedBy: string | null;
  note: string | null;
}

export const newState: ScheduleState = { due: null, running: [], waiting: [], pausedBy: null, note: null };

export function readRules(row: Pick<ScheduleRow, "id" | "definition">): ScheduleRules {
  return parse(row.id, row.definition) as ScheduleRules;
}

/** Bytes of inputs stand as base64 in the text. */
export function stateText(state: ScheduleState): string {
  return JSON.stringify(state, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  );
}

export function readState(row: Pick<ScheduleRow, "id" | "state">): ScheduleState {
  const state = { ...newState, ...(parse(row.id, row.state) as Partial<ScheduleState>) };
  const waiting = state.waiting.map((one) => ({ ...one, input: one.input && withBytes(one.input) }));
  return { ...state, waiting };
}

function withBytes(input: StoredPayload): StoredPayload {
  return { ...input, bytes: new Uint8Array(Buffer.from(String(input.bytes), "base64")) };
}

function parse(id: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CorruptionError(`schedule "${id}" is not readable: ${(error as Error).message}`, { id });
  }
}
