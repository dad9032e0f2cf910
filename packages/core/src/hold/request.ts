import { type Issue, ValidationError } from "../errors.ts";
import { sha256 } from "../journal/sha256.ts";
import type { Severity } from "../store/store.ts";
import type { HoldText } from "../workflow/context.ts";
import type { Attachment, ProposedAction } from "../workflow/hold.ts";
import { checkCalendar } from "./calendar.ts";
import { checkReviewers } from "./check-reviewers.ts";
import { canonical } from "./evidence.ts";
import { checkRung, type DeadlineRung, ladderOf, type WrittenRung } from "./ladder.ts";
import { arePlain, type ReviewPolicy, reviewPolicy } from "./reviewers.ts";
import { checkTriggers, type FiredTrigger, type HoldFacts } from "./triggers.ts";

/** A request with its deadline's decisions in their stored form. */
export type WrittenRequest = HoldText & {
  action?: ProposedAction<unknown>;
  deadline?: readonly WrittenRung[];
  fired?: FiredTrigger[];
  facts?: HoldFacts;
};

/** Something the workflow is about to do, as people are shown it. */
export interface StoredAction {
  name: string;
  arguments: unknown;
}

/** What a reviewer is shown and what the rules are; stored with the hold and never changed. */
export interface HoldDocument {
  /** Null where the form says it: an approval has the form of one. */
  kind: "approval" | "form" | null;
  consequence: string | null;
  context: unknown;
  /** What is proposed, where that can be edited or is more than a sentence. */
  action: StoredAction | null;
  options: { value: string; outcome: "approved" | "rejected" | null }[];
  /** Any one of whom may decide; null for anybody, and where `policy` says who. */
  people: string[] | null;
  /** Rules about people that are more than a list. */
  policy: ReviewPolicy | null;
  deadline: DeadlineRung[];
  /** The triggers that fired, with what they found; empty for a hold that always asks. */
  fired: FiredTrigger[];
  /** What the triggers looked at; null where nothing was told. */
  facts: HoldFacts | null;
  /** Code answers questions first. */
  runAnswers: boolean;
  tags: string[];
  links: { title: string; url: string }[];
  attachments: Attachment[];
}

const severities: readonly Severity[] = ["low", "medium", "high", "critical"];
const common = [
  ...["title", "consequence", "severity", "context", "options", "reviewers", "deadline"],
  ...["calendar", "tags", "links", "attachments", "onQuestion"],
];
const known = {
  approval: new Set([...common, "action", "holdWhen", "facts"]),
  form: new Set([...common, "form", "jsonSchema"]),
};

/** Checks what an author wrote about a hold. Throws `ValidationError`: a field this version does not know is refused, never ignored. */
export function checkHoldRequest(
  name: string,
  request: HoldText & { action?: unknown; deadline?: readonly object[] },
  kind: "approval" | "form",
): void {
  const issues: Issue[] = [];
  for (const field of Object.keys(request)) {
    if (!known[kind].has(field))
      issues.push({ path: field, message: "is not something a hold has in this version; remove it" });
  }
  if (typeof request.title !== "string" || request.title.trim() === "")
    issues.push({ path: "title", message: "must say what is to be decided" });
  if (request.severity !== undefined && !severities.includes(request.severity)) {
    issues.push({ path: "severity", message: `"${request.severity}" must be one of ${severities.join(", ")}` });
  }
  if (request.reviewers !== undefined) issues.push(...checkReviewers(request.reviewers));
  if (kind === "approval" && request.reviewers?.independent !== undefined) {
    issues.push({ path: "reviewers.independent", message: "is for `ctx.hold`: a yes and a no are no answer together" });
  }
  if (request.options !== undefined) issues.push(...checkOptions(request.options));
  if (request.calendar !== undefined) issues.push(...checkCalendar(request.calendar, "calendar"));
  issues.push(...checkExtras(request));
  request.deadline?.forEach((rung, index) => {
    issues.push(...checkRung(rung, `deadline.${index}`));
    if (kind === "approval" && "decide" in rung) {
      issues.push(...checkApproval(rung.decide, optionsOf(request), `deadline.${index}.decide`));
    }
  });
  if (issues.length > 0) throw new ValidationError(`hold "${name}"`, issues);
  ladderOf((request.deadline ?? []) as readonly WrittenRung[], 0, `hold "${name}"`, request.calendar ?? null);
}

function checkExtras(request: HoldText & { action?: unknown; holdWhen?: unknown; facts?: unknown }): Issue[] {
  const issues: Issue[] = [];
  const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
  const list = (field: "tags" | "links" | "attachments", fits: (one: never) => boolean, message: string): void => {
    const given: unknown = request[field];
    if (given === undefined || (Array.isArray(given) && given.every((one) => fits(one as never)))) return;
    issues.push({ path: field, message });
  };
  list("tags", isText, "must be a list of texts");
  list(
    "links",
    (one: { title?: unknown; url?: unknown } | null) => isText(one?.title) && isText(one?.url),
    "must be a list of { title, url }",
  );
  list(
    "attachments",
    (one: { name?: unknown; sha256?: unknown } | null) =>
      isText(one?.name) && /^[0-9a-f]{64}$/.test(String(one?.sha256)),
    "must be a list of { name, sha256 }, the digest in 64 hex digits",
  );
  if (request.onQuestion !== undefined && typeof request.onQuestion !== "function")
    issues.push({ path: "onQuestion", message: "must be a function" });
  if (request.holdWhen !== undefined) issues.push(...checkTriggers(request.holdWhen, "holdWhen"));
  if (request.facts !== undefined && (typeof request.facts !== "object" || request.facts === null))
    issues.push({ path: "facts", message: "must be an object" });
  if (request.action !== undefined) {
    const action = request.action as { name?: unknown } | null;
    if (!isText(action?.name) || !("arguments" in (action as object)))
      issues.push({ path: "action", message: "must have a `name` and its `arguments`" });
  }
  return issues;
}

function checkOptions(options: readonly unknown[]): Issue[] {
  if (!Array.isArray(options)) return [{ path: "options", message: "must be a list" }];
  const issues: Issue[] = [];
  const seen = new Set<unknown>();
  for (const [index, option] of options.entries()) {
    const path = `options.${index}`;
    const fields: Record<string, unknown> = typeof option === "string" ? { value: option } : { ...(option as object) };
    for (const field of Object.keys(fields)) {
      if (field !== "value" && field !== "outcome")
        issues.push({ path: `${path}.${field}`, message: "is not something an option has; remove it" });
    }
    if (typeof fields.value !== "string" || fields.value === "") {
      issues.push({ path: `${path}.value`, message: "must be a text to choose" });
    } else if (seen.has(fields.value)) issues.push({ path, message: `"${fields.value}" is there twice` });
    seen.add(fields.value);
    const { outcome } = fields;
    if (typeof option !== "string" && outcome !== "approved" && outcome !== "rejected")
      issues.push({ path: `${path}.outcome`, message: 'must be "approved" or "rejected"' });
  }
  return issues;
}

/** What an approval's deadline decides must be an answer that a person could give. */
function checkApproval(decide: unknown, options: HoldDocument["options"], path: string): Issue[] {
  const { approved, note: _note, option, ...more } = { ...(decide as Record<string, unknown> | null) };
  const issues = Object.keys(more).map((field) => ({ path: `${path}.${field}`, message: "is not part of the answer" }));
  if (typeof approved !== "boolean") issues.push({ path: `${path}.approved`, message: "must be true or false" });
  else {
    const message = wrongOption(options, (option as string | undefined) ?? null, { approved });
    if (message !== null) issues.push({ path: `${path}.option`, message });
  }
  return issues;
}

/** What is wrong with choosing an option beside an answer; null when nothing is. */
export function wrongOption(options: HoldDocument["options"], option: string | null, answer: unknown): string | null {
  if (option === null) return null;
  const found = options.find((one) => one.value === option);
  if (!found) {
    return `"${option}" is not one of ${options.map((one) => one.value).join(", ") || "the options: there are none"}`;
  }
  const approved = (answer as { approved?: unknown } | null)?.approved;
  if (found.outcome === null || approved === undefined || approved === (found.outcome === "approved")) return null;
  return `"${option}" means ${found.outcome}, the answer says otherwise`;
}

const optionsOf = (request: HoldText): HoldDocument["options"] =>
  (request.options ?? []).map((option) => (typeof option === "string" ? { value: option, outcome: null } : option));

/** The stored form of a request that opens at `openedAt` in a run that `creator` started. */
export function holdDocument(
  name: string,
  request: WrittenRequest,
  { openedAt, creator }: { openedAt: number; creator: string | null },
): HoldDocument {
  const { reviewers, action } = request;
  const plain = reviewers !== undefined && arePlain(reviewers);
  return {
    kind: action?.schema ? "approval" : null,
    consequence: request.consequence ?? null,
    context: request.context,
    action: action ? { name: action.name, arguments: action.arguments } : null,
    options: optionsOf(request),
    people: plain ? [...(reviewers.people ?? [])] : null,
    policy: reviewers && !plain ? reviewPolicy(reviewers, creator) : null,
    deadline: ladderOf(request.deadline ?? [], openedAt, `hold "${name}"`, request.calendar ?? null),
    fired: request.fired ?? [],
    facts: request.facts && Object.keys(request.facts).length > 0 ? request.facts : null,
    runAnswers: request.onQuestion !== undefined,
    tags: [...(request.tags ?? [])],
    links: (request.links ?? []).map(({ title, url }) => ({ title, url })),
    attachments: (request.attachments ?? []).map((one) => ({ ...one })),
  };
}

/** What a hold says that says nothing. */
export const emptyDocument: HoldDocument = {
  kind: null,
  consequence: null,
  context: undefined,
  action: null,
  options: [],
  people: null,
  policy: null,
  deadline: [],
  fired: [],
  facts: null,
  runAnswers: false,
  tags: [],
  links: [],
  attachments: [],
};

/** A request as it is stored: what says nothing is left out, because hundreds of thousands of holds may wait. */
export function storedDocument(document: HoldDocument): Partial<HoldDocument> {
  const says = ([field, value]: [string, unknown]): boolean =>
    Array.isArray(value) && field !== "people"
      ? value.length > 0
      : value !== emptyDocument[field as keyof HoldDocument];
  return Object.fromEntries(Object.entries(document).filter(says));
}

/** A stored request with everything in its place. */
export function readDocument(stored: unknown): HoldDocument {
  return { ...emptyDocument, ...(stored as Partial<HoldDocument>) };
}

/** Digest of exactly what a reviewer is shown. */
export function evidenceHashOf(
  title: string,
  severity: Severity,
  request: Uint8Array,
  form: Uint8Array | null,
): Uint8Array {
  return digest([title, severity, request, form ?? "no form"]);
}

/** Digest of what is being decided, whoever looks: the same before and after a harmless deploy. */
export function actionHashOf(
  workflow: string,
  name: string,
  form: Uint8Array | null,
  consequence: string | null,
  action: StoredAction | null = null,
): Uint8Array {
  const parts = [workflow, name, form ?? "no form", consequence ?? ""];
  return digest(action ? [...parts, action.name, canonical(action.arguments)] : parts);
}

function digest(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const pieces = parts.flatMap((part) => {
    const bytes = typeof part === "string" ? Buffer.from(part, "utf8") : part;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return sha256(Buffer.concat(pieces));
}
