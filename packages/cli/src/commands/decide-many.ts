import type { DecideManyResult, Engine, Hold } from "@holdpoint/core";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import type { Project } from "../config/project.ts";
import { givenAnswer } from "../forms/given-answer.ts";
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
    { by, note, channel: "cli", ...(option === undefined ? {} : { option }) },
  );
  const refused = results.filter(({ error }) => error !== null);
  const worked = refused.length < results.length ? await workStore(session, engine, project) : "nobody";
  session.result({ results: results.map(asJson), worked }, () => [
    ...results.map((result, index) => lineOf(session, result, holds[index], by)),
    ...(refused.length > 0 ? [`${results.length - refused.length} decided, ${refused.length} refused`] : []),
  ]);
  return refused.length > 0 ? 1 : 0;
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
