import type { DecideManyOverride, DecideManyResult, Engine, Hold } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import type { Project } from "../config/project.ts";
import { givenAnswer } from "../forms/given-answer.ts";
import { readJsonArgument } from "../options/json-argument.ts";
import { oneLine } from "../terminal/plain-text.ts";
import { needsReading } from "../views/hold-commands.ts";
import { requireHold } from "../views/names.ts";
import { workStore } from "../work/work-store.ts";
import type { Options } from "./decide.ts";

/** Answers several holds with one answer and one reason; what is refused leaves the others alone. Gives the exit code. */
export async function decideMany(
  session: Session,
  engine: Engine,
  project: Project,
  ids: readonly string[],
  options: Options,
): Promise<number> {
  const { note, option, revision, evidence } = options;
  if (note === undefined || note.trim() === "")
    throw new UsageError("several at once need one reason for all of them: --note TEXT");
  if (revision !== undefined || evidence !== undefined)
    throw new UsageError("--revision and --evidence say what was read of one hold; give one");
  if (options.next !== undefined) throw new UsageError("a grant goes with one decision; give one hold with --next");
  const each = options.each === undefined ? {} : await overridesOf(session, options.each);
  const holds = await Promise.all(ids.map((id) => requireHold(engine, id)));
  const unread = holds.find((hold) => hold.status === "open" && needsReading(hold));
  if (unread) {
    const { title, severity, id } = unread;
    throw new UsageError(`"${title}" is ${severity}: read it (holdpoint holds show ${id}), then decide it by itself`);
  }
  // Of each, so that one that asks something else is named before anything is written; a whole answer is read once.
  const asked = options.answer === undefined ? holds : holds.slice(0, 1);
  const [given] = await Promise.all(asked.map((hold) => givenAnswer(session, hold, options)));
  if (!given) throw new UsageError("several at once need the answer: --approve, --reject or --answer JSON");
  const by = session.by(options.by);
  const results = await engine.holds.decideMany(
    holds.map(({ id }) => id),
    given.answer,
    { by, note, channel: "cli", each, ...(option === undefined ? {} : { option }) },
  );
  const refused = results.filter(({ error }) => error !== null);
  const worked = refused.length < results.length ? await workStore(session, engine, project) : "nobody";
  session.result({ results: results.map(asJson), worked }, () => [
    ...results.map((result) =>
      lineOf(
        session,
        result,
        holds.find(({ id }) => id === result.id),
        by,
      ),
    ),
    ...(refused.length > 0 ? [`${results.length - refused.length} decided, ${refused.length} refused`] : []),
  ]);
  return refused.length > 0 ? 1 : 0;
}

/** What differs, by the hold's id. */
async function overridesOf(session: Session, text: string): Promise<Record<string, DecideManyOverride>> {
  const given = await readJsonArgument("--each", text, session.startedIn);
  const isObject = (value: unknown): value is object =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject(given) || !Object.values(given).every(isObject))
    throw new UsageError('--each takes an object for each hold that differs: {"h_…": {"answer": {"approved": false}}}');
  for (const [id, override] of Object.entries(given)) {
    const stray = Object.keys(override as object).find(
      (field) => !["answer", "note", "option", "skip"].includes(field),
    );
    if (stray !== undefined)
      throw new UsageError(`--each: ${id} has "${stray}"; it may have answer, note, option and skip`);
  }
  return given as Record<string, DecideManyOverride>;
}

function lineOf(
  { terminal }: Session,
  { id, hold, error }: DecideManyResult,
  before: Hold | undefined,
  by: string,
): string {
  const title = oneLine(before?.title ?? id);
  if (error) return `${terminal.paint("red", "✗")} ${id}  ${title}: ${oneLine(error.message)}`;
  const became = hold.status === "open" ? `voted by ${by}; it waits for others` : `${hold.status} by ${by}`;
  return `${terminal.paint("green", "✓")} ${id}  ${title}  ${terminal.paint("dim", became)}`;
}

const asJson = ({ id, hold, error }: DecideManyResult): object =>
  error ? { id, error: { code: error.code, message: error.message } } : { id, hold };
