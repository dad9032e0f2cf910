import {
  type Engine,
  type RunHandle,
  type StandardSchemaV1,
  ValidationError,
  type Workflow,
  type WorkflowContext,
  workflow,
} from "@holdpoint/core";
import { endsRun } from "../errors.ts";
import { spendingOf } from "../step/run-spending.ts";
import { type EvalCase, type EvalDataset, hashOfCases, readDataset } from "./dataset.ts";
import {
  type CaseResult,
  compareEvals,
  type EvalComparison,
  type EvalReport,
  type EvalThreshold,
  reportLines,
  reportOf,
  thresholdProblems,
} from "./report.ts";
import type { AnyScorer, Score } from "./scorers.ts";

/** What `evaluation()` takes. */
export interface EvaluationOptions<In, Out> {
  /** Names it and its workflow: `eval:NAME`. */
  name: string;
  /** The cases. The same in the same order while a run of it lives. */
  dataset: EvalDataset<In, unknown>;
  /** What is evaluated: workflow code, with `llmStep`, agents and the rest. */
  task: (ctx: WorkflowContext, input: In, example: EvalCase<In>) => Promise<Out>;
  scorers: readonly AnyScorer[];
  /** What must hold, by scorer: for `holdpoint eval`, which ends with exit code 1 where it does not. */
  thresholds?: Readonly<Record<string, EvalThreshold>>;
  /** Cases at a time. Default 4. */
  concurrency?: number;
  /** Cases whose records are kept together, in a child run. Default 50. */
  window?: number;
}

/** What an evaluation is started with. */
export interface EvalInput {
  /** What is evaluated, in your words: a prompt's name, a commit. */
  readonly version: string;
}

interface WindowInput {
  readonly from: number;
  readonly size: number;
  readonly dataset: string;
}

/** Made by `evaluation()`. */
export interface Evaluation {
  readonly name: string;
  readonly thresholds: Readonly<Record<string, EvalThreshold>>;
  /** What the engine must know: give them to `createEngine({ workflows })`, or the evaluation to `defineConfig({ evals })`. */
  readonly workflows: readonly Workflow<never, never>[];
  /** Starts a run of it. The same id and version is the same run: after a crash it goes on where it was. */
  start(engine: Pick<Engine, "run">, version: string, options?: { id?: string }): Promise<RunHandle<EvalReport>>;
  /** What is to be said of a report, beside an earlier one where there is one: lines for people, the change, what does not hold. */
  conclude(
    report: EvalReport,
    before?: EvalReport,
  ): { lines: string[]; problems: string[]; comparison?: EvalComparison };
}

/**
 * Runs a task on each case of a dataset and scores what it gives: durably, each case a child run with each call of a model recorded. A
 * killed evaluation goes on where it was and pays for nothing twice; what it took is in its report.
 *
 * @example
 * const triage = evaluation({
 *   name: "triage",
 *   dataset: "evals/triage.jsonl",
 *   task: async (ctx, mail: string) => (await llmStep(ctx, "classify", { prompt: mail })).text,
 *   scorers: [exact(), llmJudge({ criteria: "It names the right team." })],
 *   thresholds: { exact: { min: 0.9, maxLoss: 0 } },
 * });
 * const report = await (await triage.start(engine, "prompt 7")).result();
 *
 * @throws ValidationError two scorers have one name, there is none, or a threshold is of none
 */
export function evaluation<In, Out>(options: EvaluationOptions<In, Out>): Evaluation {
  checkOptions(options);
  const { name, dataset, scorers, thresholds = {}, concurrency = 4, window = 50 } = options;
  const names = scorers.map((scorer) => scorer.name);
  const one = workflow({ name: `eval:${name}.case`, input: as<EvalCase<In>>() }, (ctx, example: EvalCase<In>) =>
    workOn(ctx, options, example),
  );
  const some = workflow({ name: `eval:${name}.window`, input: as<WindowInput>() }, async (ctx, given: WindowInput) => {
    const cases = await ctx.step("read cases", async () => {
      const all = await readDataset(dataset as EvalDataset);
      if (hashOfCases(all) !== given.dataset)
        throw new ValidationError(`dataset of "${name}"`, [
          { path: "", message: "has changed since the evaluation was started; start another one" },
        ]);
      return all.slice(given.from, given.from + given.size);
    });
    return ctx.map(cases, (example) => ctx.child(one, example as EvalCase<In>), { key: ({ id }) => id, concurrency });
  });
  const whole = workflow({ name: `eval:${name}`, input: version }, async (ctx, { version }): Promise<EvalReport> => {
    const { count, hash } = await ctx.step("read dataset", async () => {
      const cases = await readDataset(dataset as EvalDataset);
      return { count: cases.length, hash: hashOfCases(cases) };
    });
    const results: CaseResult[] = [];
    for (let from = 0; from < count; from += window) {
      ctx.progress(from, count);
      results.push(...(await ctx.child(some, { from, size: window, dataset: hash })));
    }
    ctx.progress(count, count);
    const report = reportOf({ evaluation: name, version, dataset: hash }, names, results);
    ctx.set({ evaluation: name, version, aiCost: report.spending.cost, aiCalls: report.spending.calls });
    return report;
  });
  return {
    name,
    thresholds,
    workflows: [whole, some, one] as unknown as readonly Workflow<never, never>[],
    conclude: (report, before) => {
      const comparison = before && compareEvals(before, report);
      const problems = thresholdProblems(report, thresholds, comparison);
      return { lines: reportLines(report, comparison), problems, ...(comparison && { comparison }) };
    },
    start: (engine, version, { id } = {}) => engine.run(whole, { version }, id === undefined ? {} : { id }),
  };
}

/** What our own workflows start each other with. */
const as = <T>(): StandardSchemaV1<T, T> => ({
  "~standard": { version: 1, vendor: "holdpoint", validate: (value) => ({ value: value as T }) },
});

const version: StandardSchemaV1<EvalInput, EvalInput> = {
  "~standard": {
    version: 1,
    vendor: "holdpoint",
    validate: (given) => {
      const said = (given as { version?: unknown } | null)?.version;
      if (typeof said === "string" && said !== "") return { value: { version: said } };
      return { issues: [{ path: ["version"], message: "must say what is evaluated: a text that is not empty" }] };
    },
  },
};

/** One case: the task, and then the scorers. What fails is part of the result. */
async function workOn<In, Out>(
  ctx: WorkflowContext,
  { task, scorers }: EvaluationOptions<In, Out>,
  example: EvalCase<In>,
): Promise<CaseResult> {
  const problems: string[] = [];
  const began = ctx.now().getTime();
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      // What ends the run is no fault of the case.
      if (endsRun(error)) throw error;
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  const done = await attempt("task", async () => ({ output: await task(ctx, example.input, example) }));
  const ms = ctx.now().getTime() - began;
  const scores: Record<string, number | null> = {};
  const says: Record<string, string> = {};
  for (const scorer of scorers) {
    // A task that gave nothing is no good answer: leaving it out would reward it.
    const scored = done && { input: example.input, output: done.output, expected: example.expected };
    const given = scored
      ? await attempt(scorer.name, async () => scoreOf(await scorer.score(ctx, scored as never)))
      : { score: 0 };
    scores[scorer.name] = given?.score ?? null;
    if (given?.says) says[scorer.name] = given.says;
  }
  return {
    id: example.id,
    scores,
    ...(Object.keys(says).length > 0 && { says }),
    ...(problems.length > 0 && { problems }),
    spending: spendingOf(ctx),
    ms,
  };
}

function scoreOf(given: number | Score): Score {
  const score = typeof given === "number" ? { score: given } : given;
  if (typeof score?.score === "number" && score.score >= 0 && score.score <= 1) return score;
  throw new TypeError(`it gave ${JSON.stringify(given)}, not a score from 0 to 1`);
}

function checkOptions({
  name,
  scorers,
  thresholds = {},
}: Pick<EvaluationOptions<never, unknown>, "name" | "scorers" | "thresholds">): void {
  const refuse = (path: string, message: string): never => {
    throw new ValidationError(`evaluation "${name}"`, [{ path, message }]);
  };
  if (!/^[\w.-]{1,80}$/.test(name)) refuse("name", "must be 1 to 80 letters, digits, _, . or -");
  const names = scorers.map((scorer) => scorer.name);
  if (names.length === 0) refuse("scorers", "must have at least one");
  const twice = names.find((one, at) => names.indexOf(one) !== at);
  if (twice !== undefined) refuse("scorers", `has two named "${twice}"; give one another name`);
  const unknown = Object.keys(thresholds).find((one) => !names.includes(one));
  if (unknown !== undefined) refuse(`thresholds.${unknown}`, `is of no scorer; there are ${names.join(", ")}`);
}
