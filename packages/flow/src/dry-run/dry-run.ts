import {
  createEngine,
  type Engine,
  HoldpointError,
  type Issue,
  memoryStore,
  RunFailedError,
  type RunHandle,
  ValidationError,
} from "@holdpoint/core";
import type { FlowDefinition } from "../definition/definition.ts";
import { ConditionError, FlowDefinitionError } from "../definition/errors.ts";
import { innerFlows } from "../definition/inner-flows.ts";
import { flowRunBy, runProgram } from "../interpret/flow.ts";
import type { PipelineDocument } from "../pipeline/document.ts";
import { pipelineInput } from "../pipeline/input.ts";
import { findCode } from "../pipeline/load.ts";
import { checkPipeline } from "../pipeline/read.ts";
import { usedCode } from "../pipeline/used-code.ts";
import { fromJsonSchema } from "../schema/from-json.ts";
import { DryAnswers } from "./answers.ts";
import { Bench } from "./bench.ts";
import { DryClock } from "./dry-clock.ts";
import { limitCode, Observed, wordsOf } from "./observed.ts";
import type { DryRunLimits, DryRunOptions, DryRunReport } from "./report.ts";
import { standIns } from "./stand-ins.ts";

const defaults: Required<DryRunLimits> = { visits: 500, timeMs: 20_000, value: 32 * 1024, output: 256 * 1024 };

/**
 * Runs a document that nobody has saved: conditions, templates, loops, limits and holds are those of a real run, on an engine of its own in memory whose time skips
 * what is waited for. Steps are not executed: each gives a sample, unless the caller says that its code is to run. Nothing is kept, nobody is told.
 *
 * It stops at a hold that has no answer; with the answer (and, for executed steps, what they gave: `done`) another dry run goes on from there.
 *
 * @example
 * const text = readFileSync("pipelines/refund.json", "utf8");
 * const report = await dryRunPipeline(JSON.parse(text), {
 *   input: { order: "A-7" },
 *   steps: { load: { output: { total: 120 } } },
 *   answers: { review: [{ value: { decision: "approve" } }] },
 * });
 * for (const { step, status, output } of report.visits) console.log(step, status, output);
 *
 * @throws FlowDefinitionError with everything that is wrong with the document; ValidationError the input or an answer does not fit
 */
export async function dryRunPipeline(document: unknown, options: DryRunOptions = {}): Promise<DryRunReport> {
  const { definition, problems, warnings } = checkPipeline(document);
  const given = document as PipelineDocument;
  if (!definition)
    throw new FlowDefinitionError(String((given as { name?: unknown } | null)?.name ?? "pipeline"), problems);
  checkNames(definition, options);
  const paths = new Map(given.steps.map(({ id }, i) => [id, `steps[${i}]`]));
  const found = await codeOf(definition, options, paths);
  const limits = { ...defaults, ...options.limits };
  const observed = new Observed(definition, paths, limits);
  const clock = new DryClock((options.at ?? new Date()).getTime());
  const bench = new Bench(clock, limits.timeMs);
  const registry = standIns(definition, found.registry, options.steps ?? {}, limits, {
    visitOf: (step) => observed.visitOf(step),
    executed: (step, what) => observed.executed(step, what),
    busy: (work) => bench.busy(work),
  });
  const workflow = flowRunBy(
    (ctx, program, input) => {
      observed.begin(ctx, program);
      return runProgram(ctx, program, input);
    },
    { ...definition, version: 1 },
    registry,
    { input: pipelineInput(given), ...(given.output_schema && { output: fromJsonSchema(given.output_schema) }) },
  );
  const engine = createEngine({
    ...{ store: memoryStore(), workflows: [workflow], clock, services: options.services ?? [] },
    // Its time jumps by years, and it has the store to itself.
    ...{ lease: "36500d", retention: { runs: false }, determinism: "off", keepAlive: false, drainTimeout: "1s" },
    ...{ process: { host: "dry-run", bootId: "dry-run", pid: 1, isAlive: () => true }, log: silent },
  });
  try {
    await engine.start();
    const run = await started(engine, definition.name, options.input ?? {});
    const began = clock.now();
    const answers = new DryAnswers(engine, options.answers ?? {});
    const stop = await goOn(run, bench, answers);
    const ending = await endingOf(run, stop, observed, definition);
    for (const visit of observed.visits) {
      if (visit.endedAt !== null) continue;
      const waits = answers.waiting.some(({ name }) => stepOf(name, definition) === visit.step);
      Object.assign(visit, waits ? { status: "waiting", how: "person" } : { status: "stopped" });
    }
    markPeople(observed, definition);
    return {
      ...ending,
      holds:
        ending.status === "waiting"
          ? answers.waiting.map((hold) => ({ ...hold, step: stepOf(hold.name, definition) }))
          : [],
      ...{ visits: observed.visits, ways: observed.ways, warnings: [...warnings, ...found.warnings] },
      durationMs: clock.now() - began,
    };
  } finally {
    await bench.stop(engine);
  }
}

const nothing = (): void => {};
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Choices and answers for what is not there are mistakes: a sample nobody uses would pass for one that was. */
function checkNames(definition: FlowDefinition, { steps = {} }: DryRunOptions): void {
  const known = new Set<string>();
  const look = (flow: FlowDefinition): void => {
    for (const node of flow.nodes) {
      known.add(node.id);
      for (const inner of innerFlows(node)) look(inner.flow);
    }
  };
  look(definition);
  const issues = Object.keys(steps)
    .filter((id) => !known.has(id))
    .map((id) => ({ path: `steps.${id}`, message: "is no step of the document: remove it" }));
  if (issues.length > 0) throw new ValidationError("the dry run", issues);
}

/** The code there is. A step without code here gets a sample, as any other, and is told of; a condition without its function cannot be decided. */
async function codeOf(definition: FlowDefinition, options: DryRunOptions, paths: ReadonlyMap<string, string>) {
  const { registry, problems } = await findCode(definition, options.code ?? {});
  const ofSteps = new Set(usedCode(definition).steps.map(({ path }) => path));
  const wrong = problems.filter(({ path }) => !ofSteps.has(path));
  const warnings = problems
    .filter(({ path }) => ofSteps.has(path))
    .map(({ path, message }): Issue => ({ path: paths.get(path.replace(/^steps\./, "")) ?? path, message }));
  const isCode = ([id, { use }]: [string, { use?: string | undefined }]): boolean =>
    use === "code" && warnings.some(({ path }) => path === paths.get(id));
  const chosen = Object.entries(options.steps ?? {}).filter(isCode);
  const message = "has no code here that could be executed: give it a sample";
  if (chosen.length > 0)
    throw new ValidationError(
      "the dry run",
      chosen.map(([id]) => ({ path: `steps.${id}.use`, message })),
    );
  if (wrong.length > 0) throw new FlowDefinitionError(definition.name, wrong);
  return { registry, warnings };
}

async function started(engine: Engine, name: string, input: unknown): Promise<RunHandle> {
  try {
    return await engine.run(name, input as never, { id: "dry-run" });
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    const issues = error.issues.map(({ path, message }) => ({ path: path ? `input.${path}` : "input", message }));
    throw new ValidationError("the dry run", issues);
  }
}

/** Why it went no further. */
type Stop = "ended" | "waiting" | "time" | "stuck";

async function goOn(run: RunHandle, bench: Bench, answers: DryAnswers): Promise<Stop> {
  for (;;) {
    if (!(await bench.settle())) return "time";
    if (ended.has(await run.status())) return "ended";
    if (await answers.give()) continue;
    if (answers.waiting.length > 0) return "waiting";
    if (!bench.moveOn()) return "stuck";
  }
}

const ended: ReadonlySet<string> = new Set(["completed", "failed", "cancelled", "diverged"]);

async function endingOf(
  run: RunHandle,
  stop: Stop,
  observed: Observed,
  definition: FlowDefinition,
): Promise<Pick<DryRunReport, "status" | "output" | "problem">> {
  if (stop === "waiting") return { status: "waiting", output: null, problem: null };
  const at = observed.visits.findLast(({ endedAt }) => endedAt === null)?.path ?? "";
  if (stop === "time")
    return {
      status: "stopped",
      output: null,
      problem: { path: at, message: "took too long: give executed steps a sample" },
    };
  if (stop === "stuck")
    return {
      status: "stopped",
      output: null,
      problem: { path: at, message: "waits for something that a dry run does not have: a message, or another run" },
    };
  try {
    const output = await run.result();
    return { status: "completed", output: output ?? null, problem: null };
  } catch (error) {
    const cause = error instanceof RunFailedError ? (error.cause ?? error) : error;
    const isLimit = cause instanceof HoldpointError && cause.code === limitCode;
    const { message } = wordsOf(cause);
    const path = isLimit ? "" : placeOf(cause, observed, definition);
    return { status: isLimit ? "stopped" : "failed", output: null, problem: { path, message } };
  }
}

/** Where in the document what went wrong stands. */
function placeOf(cause: unknown, { visits, ways }: Observed, definition: FlowDefinition): string {
  const isCondition = cause instanceof Error && (cause instanceof ConditionError || cause.name === "ConditionError");
  if (isCondition) {
    const at = definition.edges.findIndex(({ from, to }) => cause.message.includes(`"${from}" → "${to}"`));
    if (at >= 0) return `${ways[at]?.path ?? ""}.condition`;
  }
  const failed = visits.findLast(({ status }) => status === "failed");
  if (failed) return failed.path;
  const toFailure = definition.edges.findIndex(({ to }, i) => to === "end_with_failure" && (ways[i]?.taken ?? 0) > 0);
  return ways[toFailure]?.path ?? "outputs";
}

/** The step of the document that asks by a hold of this name. */
function stepOf(hold: string, definition: FlowDefinition): string | null {
  const has = (flow: FlowDefinition): boolean =>
    flow.nodes.some((node) => node.id === hold || innerFlows(node).some((inner) => has(inner.flow)));
  const node = definition.nodes.find((one) => one.id === hold || innerFlows(one).some(({ flow }) => has(flow)));
  return node?.id ?? null;
}

/** What a person gave is told from what the flow did itself. */
function markPeople({ visits }: Observed, definition: FlowDefinition): void {
  const asks = (flow: FlowDefinition): boolean =>
    flow.nodes.some(
      (node) => node.kind === "hold" || node.kind === "approve" || innerFlows(node).some((inner) => asks(inner.flow)),
    );
  const people = new Set(definition.nodes.filter((node) => asks({ ...definition, nodes: [node] })).map(({ id }) => id));
  for (const visit of visits) if (visit.how === "flow" && people.has(visit.step)) visit.how = "person";
}
