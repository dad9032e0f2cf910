import { isDeepStrictEqual } from "node:util";
import { type Issue, ValidationError } from "../errors.ts";
import { sha256 } from "../journal/sha256.ts";
import type { HoldRow, Severity } from "../store/store.ts";
import { type Duration, durationMs } from "../workflow/duration.ts";
import type { Situation } from "./electorate.ts";
import { shownNow } from "./evidence.ts";
import type { HoldDocument } from "./request.ts";

/** How far a grant reaches. */
export interface GrantTerms {
  /** How many holds it may decide: 1 to 500. */
  count: number;
  /** How long it counts: at most 90 days. */
  for: Duration;
  /**
   * What one of them may amount to: the named value must be there, and a number from 0 to `most`. Names begin with `arguments`, `facts` or
   * `context`: `arguments.amount`.
   */
  amount?: { of: string; most: number };
  /** Values that must be the same: `{ "arguments.currency": "EUR" }`. */
  where?: Readonly<Record<string, unknown>>;
  /** The highest severity it counts for. Default: that of the hold it was given on. Never critical. */
  severity?: Exclude<Severity, "critical">;
}

/** What a hold must be to be like another: of the same step of the same workflow, proposing the same action, with the same form. */
export interface GrantPattern {
  workflow: string;
  /** The hold's name. */
  name: string;
  /** The proposed action's name; null where none is proposed. */
  action: string | null;
  /** Digest of its form, hex; null where it has none. */
  form: string | null;
}

/** What a hold is like. */
export function patternOf(row: Pick<HoldRow, "workflow" | "name" | "form">, document: HoldDocument): GrantPattern {
  const form = row.form === null ? null : Buffer.from(sha256(row.form)).toString("hex");
  return { workflow: row.workflow, name: row.name, action: document.action?.name ?? null, form };
}

/** One hold that a grant was used for. */
export interface GrantUse {
  hold: string;
  at: number;
  /** False until it is certain that its vote is there: it counts all the same. */
  settled: boolean;
}

/** A grant as it is stored. */
export interface StoredGrant {
  id: string;
  /** Who gave it: each use is a vote of theirs. */
  by: string;
  /** Where it was given. */
  channel: string;
  at: number;
  /** The hold it was given on. */
  hold: string;
  like: GrantPattern;
  count: number;
  until: number;
  amount: { of: string; most: number } | null;
  where: Record<string, unknown>;
  severity: Exclude<Severity, "critical">;
  note: string | null;
  uses: GrantUse[];
  revoked: { by: string; at: number; note: string | null } | null;
}

const mostUses = 500;
const longestMs = 90 * 86_400_000;
const severities: readonly Severity[] = ["low", "medium", "high", "critical"];
const fields: ReadonlySet<string> = new Set<keyof GrantTerms>(["count", "for", "amount", "where", "severity"]);

/** Checks what somebody wrote about a grant, and gives its stored form. Throws `ValidationError`. */
export function readGrantTerms(
  terms: GrantTerms,
  severity: Severity,
  now: number,
): Pick<StoredGrant, "count" | "until" | "amount" | "where" | "severity"> {
  const issues: Issue[] = [];
  for (const field of Object.keys(terms)) {
    if (!fields.has(field)) issues.push({ path: field, message: "is not something a grant has; remove it" });
  }
  const { count, amount, where = {} } = terms;
  if (!Number.isInteger(count) || count < 1 || count > mostUses)
    issues.push({ path: "count", message: `must be a whole number from 1 to ${mostUses}` });
  if (amount !== undefined) {
    if (!isName(amount.of)) issues.push({ path: "amount.of", message: nameRule });
    if (typeof amount.most !== "number" || !(amount.most >= 0))
      issues.push({ path: "amount.most", message: "must be a number from 0" });
  }
  for (const name of Object.keys(where)) if (!isName(name)) issues.push({ path: `where.${name}`, message: nameRule });
  if (severity === "critical" || terms.severity === ("critical" as string))
    issues.push({ path: "severity", message: "must not be critical: those are decided one by one" });
  else if (terms.severity !== undefined && !severities.includes(terms.severity))
    issues.push({ path: "severity", message: "must be one of low, medium, high" });
  if (issues.length > 0) throw new ValidationError("grant", issues);
  const ms = durationMs(terms.for, "grant.for");
  if (ms <= 0 || ms > longestMs)
    throw new ValidationError("grant", [{ path: "for", message: "must be longer than nothing, and at most 90 days" }]);
  const upTo = (terms.severity ?? severity) as StoredGrant["severity"];
  return { count, until: now + ms, amount: amount ? { ...amount } : null, where: { ...where }, severity: upTo };
}

const nameRule = "must begin with arguments, facts or context, as in arguments.amount";
const isName = (name: unknown): boolean =>
  typeof name === "string" && /^(arguments|facts|context)(\.[^.]+)+$/.test(name);

/** The value a name stands for in what a hold shows; undefined where there is none. */
export function shownValue({ document, progress }: Situation, name: string): unknown {
  const shown = shownNow(document, progress);
  let value: unknown = { arguments: shown.arguments, context: shown.context, facts: document.facts };
  for (const part of name.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

/** What a grant looks at of a hold beside its situation. */
export interface GrantSubject {
  id: string;
  like: GrantPattern;
  severity: Severity;
  origin: "author" | "operator";
  openedAt: number;
}

/** Whether a grant counts at all at a moment; the sentence says why not. */
export function graceOf(grant: StoredGrant, now: number): string | null {
  if (grant.revoked !== null) return `it was revoked by "${grant.revoked.by}"`;
  if (now >= grant.until) return "its time is over";
  return null;
}

/**
 * Whether a grant is meant for a hold; the sentence says why not. It is meant for one as it opened: once somebody took it, asked about it or
 * changed what it shows, it is theirs. Who gave it must still be allowed to decide the hold: that is asked of the hold's own rules.
 */
export function whyNotCovered(grant: StoredGrant, subject: GrantSubject, situation: Situation): string | null {
  const ended = graceOf(grant, situation.now);
  if (ended !== null) return ended;
  if (subject.origin !== "author" || !isDeepStrictEqual(grant.like, subject.like)) return "it asks something else";
  if (subject.severity === "critical" || severities.indexOf(subject.severity) > severities.indexOf(grant.severity))
    return `it is ${subject.severity}`;
  if (subject.openedAt < grant.at || subject.id === grant.hold) return "it was open before";
  const { progress, round, document } = situation;
  if (document.kind === "form") return "it asks for more than yes or no";
  if (round > 0 || progress.questions.length > 0) return "it has changed since it opened";
  if (progress.claimedBy !== null || progress.assignedTo !== null) return "somebody has it";
  if (progress.votes.some((vote) => vote.by === grant.by)) return `"${grant.by}" has voted`;
  if (grant.amount !== null) {
    const value = shownValue(situation, grant.amount.of);
    if (typeof value !== "number" || !(value >= 0 && value <= grant.amount.most))
      return `${grant.amount.of} is not a number from 0 to ${grant.amount.most}`;
  }
  for (const [name, wanted] of Object.entries(grant.where)) {
    if (!isDeepStrictEqual(shownValue(situation, name), wanted)) return `${name} is another`;
  }
  const used = grant.uses.some(({ hold }) => hold === subject.id);
  return used || grant.uses.length < grant.count ? null : "it is used up";
}

/** Reserves one of a grant's uses for a hold, before its vote is given: however often that is tried, and by however many, it is one use. */
export function withUse(grant: StoredGrant, hold: string, at: number): StoredGrant {
  if (grant.uses.some((use) => use.hold === hold)) return grant;
  return { ...grant, uses: [...grant.uses, { hold, at, settled: false }] };
}

/**
 * What became of uses that were reserved.
 *
 * @param known by hold: true for one whose vote is there, false for one that closed without it, whose use comes back
 */
export function withSettled(grant: StoredGrant, known: ReadonlyMap<string, boolean>): StoredGrant {
  const uses = grant.uses.flatMap((use) => {
    const there = known.get(use.hold);
    return there === undefined ? [use] : there ? [{ ...use, settled: true }] : [];
  });
  return { ...grant, uses };
}
