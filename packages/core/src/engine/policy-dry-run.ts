import { type Issue, ValidationError } from "../errors.ts";
import { type BusinessCalendar, checkCalendar } from "../hold/calendar.ts";
import { checkReviewers } from "../hold/check-reviewers.ts";
import { readRoster } from "../hold/directory.ts";
import { policyOf } from "../hold/electorate.ts";
import { checkRung, ladderOf, type WrittenRung } from "../hold/ladder.ts";
import { type PastEvent, type ReplayedHold, replayHold } from "../hold/policy-replay.ts";
import { freshProgress } from "../hold/progress.ts";
import type { HoldDocument } from "../hold/request.ts";
import { arePlain, groupsOf, type Reviewers, reviewPolicy } from "../hold/reviewers.ts";
import { firedTriggers, type HoldTrigger } from "../hold/triggers.ts";
import { decodePayload } from "../journal/payload.ts";
import type { HoldEvent, HoldRow } from "../store/store.ts";
import type { AnswerDeadline, ApprovalDeadline } from "../workflow/hold.ts";
import { documentOf } from "./hold-acting.ts";
import { knownThen } from "./hold-lessons.ts";
import { viewHold } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";

/** Other rules to try on holds of the past; what is left out stays as it was. */
export interface TriedPolicy {
  /** The workflow's name. */
  workflow: string;
  /** The hold's name. */
  name: string;
  /** When people would be asked. */
  holdWhen?: readonly HoldTrigger[];
  /** Who would decide, and how many. */
  reviewers?: Reviewers;
  /** `decide` as in the hold itself. */
  deadline?: ApprovalDeadline | AnswerDeadline<unknown>;
  /** When people work: for `deadline`. */
  calendar?: BusinessCalendar;
}

/** A hold that would have ended otherwise. */
export interface ChangedHold {
  /** The hold. */
  holdId: string;
  /** Its run. */
  runId: string;
  /** How it ended; `waitedMs` is null while it is open. */
  before: { outcome: ReplayedHold["outcome"]; by: string | null; waitedMs: number | null };
  /** `automatic`: nobody would have been asked. */
  after: { outcome: ReplayedHold["outcome"] | "automatic"; by: string | null; waitedMs: number | null };
  /** What people did that the rules refuse, and what is missing. */
  why: string[];
}

/** What other rules would have made of holds of the past. */
export interface PolicyDryRun {
  /** Holds that were looked at. */
  looked: number;
  /** Those that would have ended in the same way. */
  same: number;
  /** The others, at most a hundred. */
  changes: ChangedHold[];
  /** How long holds waited on average, in ms, where that is known before and after; null where it is of none. */
  waitedMs: { holds: number; before: number | null; after: number | null };
}

const pageSize = 200;
const mostChanges = 100;

/**
 * Lives the newest holds of a step again under other rules. The directory is asked as it is today. Writes nothing.
 *
 * @throws ValidationError the rules are none
 */
export async function dryRunPolicy(parts: EngineParts, tried: TriedPolicy, limit: number): Promise<PolicyDryRun> {
  checkTried(tried);
  const { store, namespace } = parts;
  const result: PolicyDryRun = { looked: 0, same: 0, changes: [], waitedMs: { holds: 0, before: null, after: null } };
  const { workflow, name } = tried;
  const waited = { before: 0, after: 0 };
  let left = limit;
  for (let cursor: string | null = null; left > 0; ) {
    const page = await store.holds(
      namespace,
      { workflow, name, origin: "author" },
      { limit: Math.min(left, pageSize), cursor },
    );
    for (const row of page.items) {
      if (row.request.codec === "erased") continue;
      const changed = await tryOn(parts, row, tried);
      result.looked++;
      const { before, after } = changed;
      if (before.waitedMs !== null && after.waitedMs !== null) {
        result.waitedMs.holds++;
        waited.before += before.waitedMs;
        waited.after += after.waitedMs;
      }
      if (before.outcome === after.outcome && before.by === after.by) result.same++;
      else if (result.changes.length < mostChanges) result.changes.push(changed);
    }
    left -= page.items.length;
    cursor = page.cursor;
    if (cursor === null) break;
  }
  const { holds } = result.waitedMs;
  if (holds > 0) result.waitedMs = { holds, before: waited.before / holds, after: waited.after / holds };
  return result;
}

function checkTried({ reviewers, deadline, calendar }: TriedPolicy): void {
  const issues: Issue[] = [];
  if (reviewers !== undefined) issues.push(...checkReviewers(reviewers));
  if (calendar !== undefined) issues.push(...checkCalendar(calendar, "calendar"));
  deadline?.forEach((rung, index) => {
    issues.push(...checkRung(rung, `deadline.${index}`));
  });
  if (issues.length > 0) throw new ValidationError("dryRun", issues);
}

async function tryOn(parts: EngineParts, row: HoldRow, tried: TriedPolicy): Promise<ChangedHold> {
  const { store, namespace, codec, clock } = parts;
  const view = await viewHold(parts, row);
  const run = await store.runByPk(namespace, row.runPk);
  const then = documentOf(parts, row);
  const document = triedDocument(then, row, run?.createdBy ?? then.policy?.creator ?? null, tried);
  const events = (await store.holdEvents(namespace, row.id)).map((event) => pastEvent(event, codec));
  const actors = [...new Set(events.flatMap(({ actor }) => actor ?? []))];
  const later = document.deadline.flatMap((rung) => ("escalate" in rung ? rung.escalate.groups : []));
  const groups = [...new Set([...groupsOf(policyOf(document)), ...later])];
  const roster = await readRoster(parts.directory, groups, actors);
  const { title, workflow, openedAt } = row;
  const opened = {
    title,
    workflow,
    document,
    evidence: Buffer.from(row.evidenceHash).toString("hex"),
    round: 0,
    roster,
  };
  const replayed = replayHold({ ...opened, progress: freshProgress, now: openedAt }, events, clock.now());
  const decided = (view.decision?.value as { approved?: boolean } | undefined)?.approved;
  const answer = decided === undefined ? "answered" : decided ? "approved" : "rejected";
  const { status } = row;
  const outcome =
    status === "decided" || status === "answered" ? answer : status === "superseded" ? "withdrawn" : status;
  const waited = (at: number | null): number | null => (at === null ? null : at - openedAt);
  const passes =
    tried.holdWhen !== undefined &&
    firedTriggers(tried.holdWhen, document.facts ?? {}, knownThen(then.fired)).length === 0;
  return {
    holdId: row.id,
    runId: row.runId,
    before: { outcome, by: row.decidedBy, waitedMs: waited(row.closedAt) },
    after: passes
      ? { outcome: "automatic", by: null, waitedMs: 0 }
      : { outcome: replayed.outcome, by: replayed.by, waitedMs: waited(replayed.at) },
    why: passes ? [] : replayed.why,
  };
}

function triedDocument(
  document: HoldDocument,
  { openedAt }: HoldRow,
  creator: string | null,
  { reviewers, deadline, calendar }: TriedPolicy,
): HoldDocument {
  const plain = reviewers !== undefined && arePlain(reviewers);
  const people = reviewers === undefined ? document.people : plain ? [...(reviewers.people ?? [])] : null;
  const policy = reviewers === undefined ? document.policy : plain ? null : reviewPolicy(reviewers, creator);
  const ladder =
    deadline === undefined
      ? document.deadline
      : ladderOf(
          deadline.map((rung) => written(rung, document.kind)),
          openedAt,
          "dryRun",
          calendar ?? null,
        );
  // Who was asked by the run's code answers as it answered then.
  return { ...document, people, policy, deadline: ladder, runAnswers: false };
}

function written(
  rung: ApprovalDeadline[number] | AnswerDeadline<unknown>[number],
  kind: HoldDocument["kind"],
): WrittenRung {
  if (!("decide" in rung)) return rung;
  if (kind === "form") return { after: rung.after, decide: { value: rung.decide, note: null, option: null } };
  const { approved, note, option } = rung.decide as { approved: boolean; note?: string; option?: string };
  return { after: rung.after, decide: { value: { approved }, note: note ?? null, option: option ?? null } };
}

function pastEvent({ action, actor, channel, at, data }: HoldEvent, codec: EngineParts["codec"]): PastEvent {
  return { action, actor, channel, at, data: data && data.codec !== "erased" ? decodePayload(data, codec) : null };
}
