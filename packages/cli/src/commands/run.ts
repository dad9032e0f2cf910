import type { Engine, RunOptions } from "@holdpoint/core";
import { type CommandFactory, newCommand, perform, repeated } from "../command/context.ts";
import type { Session } from "../command/session.ts";
import type { Project } from "../config/project.ts";
import { readJsonArgument } from "../options/json-argument.ts";
import { lengthOfTime, wholeNumber } from "../options/numbers.ts";
import { attributesOf } from "../options/pairs.ts";
import { isPipelineFile } from "../pipelines/pipeline-file.ts";
import { requireWorkflow } from "../views/names.ts";
import { settleRun } from "../work/settle-run.ts";
import { watchRun } from "../work/watch-run.ts";

interface Options {
  input?: string;
  id?: string;
  by?: string;
  watch?: boolean;
  queue?: string;
  priority?: string;
  thread?: string;
  delay?: string;
  attribute?: string[];
  steps?: string;
}

export const runCommand: CommandFactory = (context) =>
  newCommand(
    "run",
    "start a run of a workflow",
    [
      `holdpoint run refund --input '{"orderId":"A-7","amount":120}' --id refund-A-7`,
      "holdpoint run refund --input order.json --watch",
      `holdpoint run pipelines/hello.json --input '{"name":"Developer"}'`,
    ],
    "Starts a run of a workflow, or of a pipeline's file. A worker that is alive executes it; without one, on an embedded store, this command works the store until nothing is ready.",
  )
    .argument("<workflow>", "name of a workflow of the project, or the file of a pipeline")
    .option("--input <file|json>", "its input: JSON, a file, or - for standard input")
    .option("--id <id>", "public id and idempotency key: the same id and input give the same run")
    .option("--by <name>", "who starts it (default HOLDPOINT_USER, else the user of this machine)")
    .option("--watch", "stay and show what happens until the run has ended")
    .option("--queue <name>", "queue to put it into")
    .option("--priority <n>", "higher goes first")
    .option("--thread <id>", "ties runs of one case together")
    .option("--delay <duration>", 'start later: "10m", "2h"')
    .option("--attribute <k=v>", "searchable attribute; may be repeated", repeated)
    .option(
      "--steps <folder>",
      "of a pipeline's file: modules it names are below this folder (default: the file's, else the one you are in)",
    )
    .action(
      perform(context, (session, name: string, options: Options) =>
        isPipelineFile(session, name)
          ? startPipeline(session, name, options)
          : session.withEngine((engine, project) => start(session, engine, project, name, options)),
      ),
    );

async function startPipeline(session: Session, file: string, options: Options) {
  const { projectWithPipeline } = await import("../pipelines/run-pipeline.ts");
  const { project, name, waits } = await projectWithPipeline(session, file, options.steps);
  return session.withEngine(async (engine) => {
    const code = await start(session, engine, project, name, options);
    const open = await engine.runs({ status: ["parked"], workflow: name }, { limit: 1 });
    if (waits === null || open.items.length === 0) return code;
    session.note(waits);
    return project.configPath === "" ? 1 : code;
  }, project);
}

async function start(session: Session, engine: Engine, project: Project, name: string, options: Options) {
  const workflow = requireWorkflow(engine, name);
  const input =
    options.input === undefined ? undefined : await readJsonArgument("--input", options.input, session.startedIn);
  const run = await engine.run(workflow, input, startOptions(session, options));
  if (options.watch) return watchRun(session, engine, project, run.id);
  const after = await settleRun(session, engine, project, run.id);
  return after.run.status === "failed" || after.run.status === "diverged" ? 1 : 0;
}

function startOptions(session: Session, options: Options): RunOptions {
  const { id, queue, thread, priority, delay, attribute } = options;
  return {
    by: session.by(options.by),
    ...(id === undefined ? {} : { id }),
    ...(queue === undefined ? {} : { queue }),
    ...(thread === undefined ? {} : { thread }),
    ...(priority === undefined ? {} : { priority: wholeNumber("--priority", priority) }),
    ...(delay === undefined ? {} : { delay: lengthOfTime("--delay", delay) }),
    ...(attribute === undefined ? {} : { attributes: attributesOf(attribute) }),
  };
}
