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
const common = ["title", "consequence", "severity", "context", "options", "reviewers", "deadline"];
const known = { approval: new Set(common), form: new Set([...common, "form", "jsonSchema"]) };

/** Checks what an author wrote about a hold. Throws `ValidationError`: a field this version does not know is refused, never ignored. */
export function checkRequest(
  name: string,
  request: HoldText & { deadline?: readonly object[] },
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
  if (request.options !== undefined) issues.push(...checkOptions(request.options));
  request.deadline?.forEach((rung, index) => {
    issues.push(...checkRung(rung, `deadline.${index}`));
    if (kind === "approval" && "decide" in rung) {
      issues.push(...checkApproval(rung.decide, optionsOf(request), `deadline.${index}.decide`));
    }
  });
  if (issues.length > 0) throw new ValidationError(`hold "${name}"`, issues);
  request.deadline?.forEach((rung, index) => {
    durationMs((rung as { after: string | number }).after, `hold "${name}" deadline.${index}.after`);
  });
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
    options: optionsOf(request),
    people: request.reviewers ? [...request.reviewers.people] : null,
    deadline: deadline.sort((a, b) => a.at - b.at),
  };
}

/** What a hold says that says nothing. */
export const emptyDocument: HoldDocument = {
  consequence: null,
  context: undefined,
  options: [],
  people: null,
  deadline: [],
};

/** A request as it is stored: what says nothing is left out, because hundreds of thousands of holds may wait. */
export function storedDocument(document: HoldDocument): Partial<HoldDocument> {
  const { consequence, context, options, people, deadline } = document;
  return {
    ...(consequence === null ? {} : { consequence }),
    ...(context === undefined ? {} : { context }),
    ...(options.length === 0 ? {} : { options }),
    ...(people === null ? {} : { people }),
    ...(deadline.length === 0 ? {} : { deadline }),
  };
}

/** A stored request with everything in its place. */
export function readDocument(stored: unknown): HoldDocument {
  return { ...emptyDocument, ...(stored as Partial<HoldDocument>) };
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
