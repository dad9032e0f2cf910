import { type Issue, ValidationError } from "../errors.ts";
import { sha256 } from "../journal/sha256.ts";
import type { Severity } from "../store/store.ts";
import type { HoldText } from "../workflow/context.ts";
import { durationMs } from "../workflow/duration.ts";

/** What happens at a time when nobody answered before. */
export type DeadlineRung = { at: number; decide: unknown } | { at: number; expire: true };

/** What a reviewer is shown and what the rules are; stored with the hold and never changed. */
export interface HoldDocument {
  consequence: string | null;
  context: unknown;
  options: { value: string; outcome: "approved" | "rejected" | null }[];
  /** Who may decide; null for anybody. */
  people: string[] | null;
  deadline: DeadlineRung[];
}

const severities: readonly Severity[] = ["low", "medium", "high", "critical"];
const known = new Set([
  "title",
  "consequence",
  "severity",
  "context",
  "options",
  "reviewers",
  "deadline",
  "form",
  "jsonSchema",
]);

/** Checks what an author wrote about a hold. Throws `ValidationError`: a field this version does not know is refused, never ignored. */
export function checkRequest(name: string, request: HoldText & { deadline?: readonly object[] }): void {
  const issues: Issue[] = [];
  for (const field of Object.keys(request)) {
    if (!known.has(field))
      issues.push({ path: field, message: "is not something a hold has in this version; remove it" });
  }
  if (typeof request.title !== "string" || request.title.trim() === "")
    issues.push({ path: "title", message: "must say what is to be decided" });
  if (request.severity !== undefined && !severities.includes(request.severity)) {
    issues.push({ path: "severity", message: `"${request.severity}" must be one of ${severities.join(", ")}` });
  }
  if (request.reviewers !== undefined) issues.push(...checkReviewers(request.reviewers));
  request.deadline?.forEach((rung, index) => {
    issues.push(...checkRung(rung, `deadline.${index}`));
  });
  if (issues.length > 0) throw new ValidationError(`hold "${name}"`, issues);
}

function checkReviewers(reviewers: object): Issue[] {
  const issues: Issue[] = [];
  for (const field of Object.keys(reviewers)) {
    if (field !== "people")
      issues.push({ path: `reviewers.${field}`, message: "is not supported in this version; name people" });
  }
  const people: unknown = "people" in reviewers ? reviewers.people : undefined;
  if (!Array.isArray(people) || people.length === 0 || !people.every((one) => typeof one === "string" && one !== "")) {
    issues.push({ path: "reviewers.people", message: "must be a list of at least one name" });
  }
  return issues;
}

function checkRung(rung: object, path: string): Issue[] {
  const fields = Object.keys(rung).filter((field) => field !== "after");
  const [field] = fields;
  if (!("after" in rung)) return [{ path: `${path}.after`, message: 'is missing: when, as in "3d"' }];
  if (fields.length !== 1 || (field !== "decide" && field !== "expire")) {
    return [{ path, message: 'must have exactly one of "decide" and "expire" beside "after"' }];
  }
  return [];
}

/** The stored form of a request that opens at `openedAt`. */
export function holdDocument(
  name: string,
  request: HoldText & { deadline?: readonly ({ after: string | number } & ({ decide: unknown } | { expire: true }))[] },
  openedAt: number,
): HoldDocument {
  const deadline = (request.deadline ?? []).map((rung, index): DeadlineRung => {
    const at = openedAt + durationMs(rung.after, `hold "${name}" deadline.${index}.after`);
    return "expire" in rung ? { at, expire: true } : { at, decide: rung.decide };
  });
  return {
    consequence: request.consequence ?? null,
    context: request.context,
    options: (request.options ?? []).map((option) =>
      typeof option === "string" ? { value: option, outcome: null } : option,
    ),
    people: request.reviewers ? [...request.reviewers.people] : null,
    deadline: deadline.sort((a, b) => a.at - b.at),
  };
}

/** The next time the sweeper has to look at the hold. */
export function nextRungAt(deadline: readonly DeadlineRung[]): number | null {
  return deadline[0]?.at ?? null;
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
): Uint8Array {
  return digest([workflow, name, form ?? "no form", consequence ?? ""]);
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
