import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Engine, type Issue, ValidationError } from "@holdpoint/core";
import { canonicalJson } from "@holdpoint/flow";

/** One example: what is asked, and what a good answer is. */
export interface EvalCase<In = unknown, Expected = unknown> {
  /** Names it in reports, and pairs it with itself in another version's. */
  readonly id: string;
  readonly input: In;
  /** What a good output is, for scorers that compare. */
  readonly expected?: Expected;
  /** Words to group by. */
  readonly tags?: readonly string[];
}

/** Where cases come from: a JSONL file's path, a list, or something that gives one. */
export type EvalDataset<In = unknown, Expected = unknown> =
  | string
  | readonly EvalCase<In, Expected>[]
  | (() => Promise<readonly EvalCase<In, Expected>[]> | readonly EvalCase<In, Expected>[]);

/**
 * Cases of a JSONL text: an object a line with `input`, and `id`, `expected` and `tags` where there are any. A line without an id is
 * known by the hash of its input.
 *
 * @example
 * const cases = parseCases('{"id":"a","input":"2+2","expected":"4"}');
 *
 * @throws ValidationError a line is not JSON or has no input, or two have the same id; names the line
 */
export function parseCases(text: string, subject = "dataset"): EvalCase[] {
  const cases: EvalCase[] = [];
  const issues: Issue[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const path = `line ${index + 1}`;
    let given: unknown;
    try {
      given = JSON.parse(line);
    } catch {
      issues.push({ path, message: "is not JSON: a dataset has one object a line" });
      continue;
    }
    if (typeof given !== "object" || given === null || !("input" in given))
      issues.push({ path, message: "has no `input`" });
    else cases.push(caseOf(given as Record<string, unknown>));
  }
  if (issues.length > 0) throw new ValidationError(subject, issues);
  return checkCases(cases, subject);
}

function caseOf({ id, input, expected, tags }: Record<string, unknown>): EvalCase {
  const hash = (): string => createHash("sha256").update(canonicalJson(input)).digest("hex").slice(0, 12);
  return {
    id: typeof id === "string" && id !== "" ? id : typeof id === "number" ? String(id) : hash(),
    input,
    ...(expected !== undefined && { expected }),
    ...(Array.isArray(tags) && { tags: tags.map(String) }),
  };
}

function checkCases<C extends EvalCase>(cases: readonly C[], subject: string): C[] {
  const seen = new Set<string>();
  for (const { id } of cases) {
    if (seen.has(id))
      throw new ValidationError(subject, [{ path: id, message: "is there twice; give each case an id of its own" }]);
    seen.add(id);
  }
  if (cases.length === 0) throw new ValidationError(subject, [{ path: "", message: "has no cases" }]);
  return [...cases];
}

/** The cases of a dataset, read and checked. */
export async function readDataset(dataset: EvalDataset): Promise<EvalCase[]> {
  if (typeof dataset === "string") return parseCases(await readFile(dataset, "utf8"), dataset);
  return checkCases(typeof dataset === "function" ? await dataset() : dataset, "dataset");
}

/** Tells one dataset from another. */
export const hashOfCases = (cases: readonly EvalCase[]): string =>
  createHash("sha256").update(canonicalJson(cases)).digest("hex");

/** Cases as JSONL. */
export const casesText = (cases: readonly EvalCase[]): string =>
  cases.map((one) => `${JSON.stringify(one)}\n`).join("");

/** Which runs become cases. */
export interface CasesFromRuns {
  /** The workflow they are of. */
  workflow: string;
  /** Default 200, the newest. */
  limit?: number;
  /** What of a run is the input and what the expected output; undefined leaves the run out. Default: its input and its output. */
  map?: (run: { id: string; input: unknown; output: unknown }) => Omit<EvalCase, "id"> | undefined;
}

/**
 * Cases from what was done before: completed runs of a workflow, each with its input and its output. Outputs are what was done, not what
 * would have been right: read them before they are what others are measured by. They hold what the runs hold; mind what may leave the store.
 *
 * @example
 * const cases = await casesFromRuns(engine, { workflow: "triage", limit: 100 });
 */
export async function casesFromRuns(
  engine: Pick<Engine, "runs" | "get">,
  { workflow, limit = 200, map = ({ input, output }) => ({ input, expected: output }) }: CasesFromRuns,
): Promise<EvalCase[]> {
  const cases: EvalCase[] = [];
  let cursor: string | undefined;
  do {
    const page = await engine.runs(
      { workflow, status: ["completed"] },
      { limit: Math.min(100, limit - cases.length), ...(cursor !== undefined && { cursor }) },
    );
    for (const { id } of page.items) {
      const run = await engine.get(id);
      const [opened] = await run.journal({ limit: 1 });
      const made = map({ id, input: opened?.value, output: await run.result() });
      if (made) cases.push({ ...made, id });
    }
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined && cases.length < limit);
  return cases;
}
