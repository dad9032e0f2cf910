import { readFile, writeFile } from "node:fs/promises";
import type { Engine, RunHandle } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import { UsageError } from "../command/usage-error.ts";
import type { EvalReportLike, EvaluationLike } from "../config/evals.ts";
import type { Project } from "../config/project.ts";
import { jsonText } from "../terminal/json-text.ts";
import { workStore } from "../work/work-store.ts";

interface Options {
  label?: string;
  id?: string;
  against?: string;
  out?: string;
}

export const evalCommand: CommandFactory = (context) =>
  newCommand(
    "eval",
    "run an evaluation, compare it with an earlier one, fail below its thresholds",
    [
      "holdpoint eval triage --label prompt-7",
      "holdpoint eval triage --label prompt-7 --id triage-prompt-7 --out report.json",
      "holdpoint eval triage --label prompt-8 --against report.json",
    ],
    `Runs an evaluation of the project (\`evals\` in its configuration) on its dataset. It is a run like any other: with the same --id and --label it goes on
where a killed one was, and pays for nothing twice. --against takes the file of an earlier report, or the id of its run. Exit code 1 when a
threshold does not hold.`,
  )
    .argument("[evaluation]", "its name; may be left out where the project has one")
    .option("--label <words>", "what is evaluated: a prompt's name, a commit. Default: the time")
    .option("--id <id>", "public id of the run: the same id and version is the same run")
    .option("--against <file|run>", "an earlier report to compare with")
    .option("--out <file>", "write the report to a file, for a later --against")
    .action(
      perform(context, (session, name: string | undefined, options: Options) =>
        session.withEngine((engine, project) => evaluate(session, engine, project, name, options)),
      ),
    );

async function evaluate(
  session: Session,
  engine: Engine,
  project: Project,
  name: string | undefined,
  { label = new Date().toISOString(), id, against, out }: Options,
): Promise<number> {
  const chosen = chooseEvaluation(project.config.evals ?? [], name);
  // Before anything is paid for.
  const before = against === undefined ? undefined : await readReport(session, engine, against);
  if (before && before.evaluation !== chosen.name)
    throw new UsageError(`--against is a report of "${before.evaluation}", not of "${chosen.name}"`);
  const run = await chosen.start(engine, label, id === undefined ? {} : { id });
  const report = await finish(session, engine, project, run);
  if (report === null) return 1;
  if (out !== undefined) await writeFile(session.path(out), `${jsonText(report)}\n`);
  const { lines, problems, comparison } = chosen.conclude(report, before);
  session.result({ run: run.id, report, ...(comparison !== undefined && { comparison }), problems }, () => [
    ...lines,
    ...problems.map((problem) => `${session.terminal.paint("red", "✗")} ${problem}`),
  ]);
  return problems.length > 0 ? 1 : 0;
}

function chooseEvaluation(evals: readonly EvaluationLike[], name: string | undefined): EvaluationLike {
  const names = evals.map((one) => one.name);
  if (names.length === 0)
    throw new UsageError("the project has no evaluations: add them to `evals` in holdpoint.config.ts");
  if (name === undefined && evals.length > 1) throw new UsageError(`say which evaluation: ${names.join(", ")}`);
  const found = name === undefined ? evals[0] : evals.find((one) => one.name === name);
  if (found) return found;
  throw new UsageError(`there is no evaluation "${name}"; there are ${names.join(", ")}`);
}

/** Its report; null where it did not get to its end here, and then it was said why. */
async function finish(
  session: Session,
  engine: Engine,
  project: Project,
  run: RunHandle<EvalReportLike>,
): Promise<EvalReportLike | null> {
  const worked = await workStore(session, engine, project, (await run.describe()).workflow);
  if (worked === "worker") return session.progress("evaluating", run.result());
  const { status } = await run.describe();
  if (status === "completed" || status === "failed" || status === "cancelled" || status === "diverged")
    return run.result();
  session.note(`it has not ended (${status}): \`holdpoint why ${run.id}\` says why; the same --id goes on with it`);
  return null;
}

async function readReport(session: Session, engine: Engine, against: string): Promise<EvalReportLike> {
  const text = await readFile(session.path(against), "utf8").catch(() => null);
  if (text === null) return (await (await engine.get(against)).result()) as EvalReportLike;
  try {
    const read = JSON.parse(text) as EvalReportLike & { report?: EvalReportLike };
    // What `--json` prints has it inside.
    const report = read.report ?? read;
    if (typeof report.evaluation === "string" && typeof report.version === "string") return report;
  } catch {
    // Said below.
  }
  throw new UsageError(`${against} is not the report of an evaluation: \`holdpoint eval … --out FILE\` writes one`);
}
