import { isDeepStrictEqual } from "node:util";
import { ValidationError } from "../errors.ts";
import type { RecordedDecision } from "../hold/answer.ts";
import {
  type Acquaintance,
  checkTriggers,
  type FiredTrigger,
  firedTriggers,
  type HoldTrigger,
} from "../hold/triggers.ts";
import { decodePayload } from "../journal/payload.ts";
import { type GateRecord, gateStep } from "../run/gate.ts";
import type { HoldFilter, RunFilter } from "../store/store.ts";
import { viewHold } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";

/** How people answered the holds that one trigger opened. */
export interface TriggerLesson {
  /** As in `amountAbove`. */
  rule: string;
  /** Holds that it fired for and that a person decided. */
  decided: number;
  /** Approved as proposed: nobody was needed. */
  unchanged: number;
  /** Approved with other arguments. */
  edited: number;
  /** Said no to. */
  rejected: number;
}

/** What changed triggers would have made of what has passed a gate. */
export interface GateDryRun {
  /** Times the gate was passed, held or not. */
  looked: number;
  /** How many of them asked a person, and how many would. */
  held: { before: number; after: number };
  /** Those that would be treated otherwise, at most a hundred. */
  changes: { runId: string; key: string; before: FiredTrigger[]; after: FiredTrigger[] }[];
}

const pageSize = 200;
const mostChanges = 100;

/** For each trigger how often people changed what was proposed: a hint which gates to relax or to tighten. Changes nothing. */
export async function triggerLessons(
  parts: EngineParts,
  filter: Omit<HoldFilter, "status">,
  limit: number,
): Promise<TriggerLesson[]> {
  const { store, namespace } = parts;
  const lessons = new Map<string, TriggerLesson>();
  let left = limit;
  for (let cursor: string | null = null; left > 0; ) {
    const page = await store.holds(
      namespace,
      { ...filter, status: ["decided"] },
      { limit: Math.min(left, pageSize), cursor },
    );
    for (const row of page.items) {
      if (row.decidedBy === null) continue;
      const { fired, decision, action, progress } = await viewHold(parts, row);
      // What a grant approved nobody has looked at.
      if (decision?.grant !== undefined) continue;
      const value = decision?.value as { approved?: boolean } | undefined;
      // Where votes are counted a yes has the arguments with it, changed or not; an edit is in the row's progress from then on.
      const edited =
        action !== null && (progress.arguments !== undefined || otherArguments(decision, action.arguments));
      for (const rule of new Set(fired.map((one) => one.rule))) {
        const lesson = lessons.get(rule) ?? { rule, decided: 0, unchanged: 0, edited: 0, rejected: 0 };
        lessons.set(rule, lesson);
        lesson.decided++;
        if (value?.approved !== true) lesson.rejected++;
        else if (edited) lesson.edited++;
        else lesson.unchanged++;
      }
    }
    left -= page.items.length;
    cursor = page.cursor;
    if (cursor === null) break;
  }
  return [...lessons.values()].sort((a, b) => b.decided - a.decided);
}

/** A hold without rules records an edit in its answer only. */
function otherArguments(decision: Pick<RecordedDecision, "value"> | null, proposed: unknown): boolean {
  const { args } = (decision?.value ?? {}) as { args?: unknown };
  return args !== undefined && !isDeepStrictEqual(args, proposed);
}

/**
 * Replays a changed list of triggers over what the gate of a hold was told before. What depends on the moment (`firstTime`,
 * `novelArguments`, `sample`) is taken as it was then, and as not firing where it was not asked.
 *
 * @throws ValidationError a trigger is none
 */
export async function dryRunGate(
  parts: EngineParts,
  gate: { workflow: string; name: string; holdWhen: readonly HoldTrigger[] },
  limit: number,
): Promise<GateDryRun> {
  const issues = checkTriggers(gate.holdWhen, "holdWhen");
  if (issues.length > 0) throw new ValidationError("dryRun", issues);
  const { store, namespace, codec } = parts;
  const result: GateDryRun = { looked: 0, held: { before: 0, after: 0 }, changes: [] };
  const filter: RunFilter = { workflow: gate.workflow };
  const isGate = (key: string): boolean => key.replace(/#\d+$/, "").endsWith(`step:${gateStep(gate.name)}`);
  let left = limit;
  for (let cursor: string | null = null; left > 0; ) {
    const page = await store.runs(namespace, filter, { limit: Math.min(left, pageSize), cursor });
    const histories = await store.history(
      namespace,
      page.items.map(({ pk }) => ({ pk, after: 0 })),
    );
    for (const [index, { entries }] of histories.entries()) {
      for (const { key, payload, outcome } of entries) {
        if (!isGate(key) || outcome !== "ok" || payload === null || payload.ref || payload.codec === "erased") continue;
        look(result, page.items[index]?.id ?? "", key, decodePayload(payload, codec) as GateRecord, gate.holdWhen);
      }
    }
    left -= page.items.length;
    cursor = page.cursor;
    if (cursor === null) break;
  }
  return result;
}

function look(
  result: GateDryRun,
  runId: string,
  key: string,
  { facts, fired }: GateRecord,
  holdWhen: readonly HoldTrigger[],
): void {
  const after = firedTriggers(holdWhen, facts, knownThen(fired));
  result.looked++;
  if (fired.length > 0) result.held.before++;
  if (after.length > 0) result.held.after++;
  if (fired.length > 0 === after.length > 0 || result.changes.length >= mostChanges) return;
  result.changes.push({ runId, key, before: fired, after });
}

/** What depended on the moment, as it was then. */
export function knownThen(fired: readonly FiredTrigger[]): Acquaintance {
  const then = new Set(fired.map(({ rule }) => rule));
  return {
    action: !then.has("firstTime"),
    arguments: !then.has("novelArguments"),
    chance: then.has("sample") ? 0 : 1,
  };
}
