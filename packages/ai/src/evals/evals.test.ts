import { createEngine, memoryStore, workflow } from "@holdpoint/core";
import { createTestEngine } from "@holdpoint/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { models, modelsService } from "../models/models.ts";
import { type Script, scriptedModel } from "../scripted/scripted-model.ts";
import { llmStep } from "../step/llm-step.ts";
import { casesFromRuns, casesText, type EvalCase, parseCases } from "./dataset.ts";
import { type EvaluationOptions, evaluation } from "./evaluation.ts";
import { compareEvals, type EvalReport, reportLines, thresholdProblems } from "./report.ts";
import { type AnyScorer, exact, llmJudge, regex, schema, sharedWords, similarity } from "./scorers.ts";
import { bootstrap, wilson } from "./statistics.ts";

const sums: EvalCase<string, string>[] = Array.from({ length: 7 }, (_, n) => ({
  id: `sum-${n}`,
  input: `${n}+1`,
  expected: String(n + 1),
}));
/** Answers sums, one of them wrong. */
const adder: Script = ({ messages }) => {
  const [one = 0, other = 0] = String(messages.at(-1)?.content).split("+").map(Number);
  return one === 3 ? "5" : String(one + other);
};

/** Runs an evaluation to its end; the process is killed after every write. */
async function ran(options: Partial<EvaluationOptions<string, unknown>>, script: Script = adder) {
  const model = scriptedModel(script);
  const ask = async (ctx: Parameters<typeof llmStep>[0], prompt: string) =>
    (await llmStep(ctx, "ask", { prompt })).text;
  const made = evaluation<string, unknown>({
    name: "sums",
    dataset: sums,
    task: ask,
    scorers: [exact()],
    window: 3,
    ...options,
  });
  const services = [modelsService.provide(models({ default: model, environment: {} }))];
  const engine = createTestEngine({ workflows: [...made.workflows], services, discipline: "crash" });
  onTestFinished(() => engine.stop());
  const run = await made.start(engine, "v1", { id: "e1" });
  return { run, model, engine, made };
}

test("an evaluation that is killed again and again goes on, asks each model once, and says what it took", async () => {
  const { run, model } = await ran({});
  const report = await run.result();
  expect(report).toMatchObject({
    evaluation: "sums",
    version: "v1",
    failed: 0,
    scores: { exact: { scored: 7, mean: 6 / 7 } },
  });
  expect(report.cases.map(({ id, scores }) => [id, scores.exact])).toEqual(
    sums.map(({ id }, n) => [id, n === 3 ? 0 : 1]),
  );
  expect(model.requests).toHaveLength(7);
  expect(report.spending).toMatchObject({ calls: 7 });
  expect((await run.describe()).attributes).toMatchObject({ aiCalls: 7, evaluation: "sums", version: "v1" });
});

test("a judge's calls are recorded and counted, and what it says is in the report", async () => {
  const script: Script = (request, at) =>
    request.output ? { output: { score: 0.75, reason: "nearly" } } : (adder(request, at) as string);
  const { run, model } = await ran(
    { dataset: sums.slice(0, 2), scorers: [llmJudge({ criteria: "It is right." })] },
    script,
  );
  const report = await run.result();
  expect(report.cases[0]).toMatchObject({ scores: { judge: 0.75 }, says: { judge: "nearly" }, spending: { calls: 2 } });
  expect(model.requests).toHaveLength(4);
});

test("a task that fails counts as 0, and a scorer that fails is said, not guessed", async () => {
  const broken: AnyScorer = { name: "broken", score: () => 7 };
  const task = async (_ctx: unknown, input: string) => {
    if (input === "0+1") throw new Error("no sums today");
    return "2";
  };
  const { run } = await ran({ dataset: sums.slice(0, 2), task, scorers: [exact(), broken] });
  const { cases, failed, scores } = await run.result();
  expect(cases[0]).toMatchObject({ scores: { exact: 0, broken: 0 }, problems: ["task: no sums today"] });
  expect(cases[1]).toMatchObject({
    scores: { exact: 1, broken: null },
    problems: [expect.stringContaining("not a score from 0 to 1")],
  });
  expect([failed, scores.broken?.scored]).toEqual([2, 1]);
});

test("a dataset that changes while its evaluation runs ends it, with a word on what to do", async () => {
  let reads = 0;
  const { run } = await ran({ dataset: () => (++reads > 1 ? sums.slice(1) : sums) });
  await expect(run.result()).rejects.toThrow("has changed since the evaluation was started");
});

test.each<[string, AnyScorer, unknown, unknown, number]>([
  ["equal JSON", exact(), { a: 1, b: 2 }, { b: 2, a: 1 }, 1],
  ["other letters", exact(), "Yes", "yes", 0],
  ["other case and space", exact({ ignoreCase: true }), " Yes  sir", "yes sir", 1],
  ["a part of the output", exact({ of: (output: { label: string }) => output.label }), { label: "spam" }, "spam", 1],
  ["a pattern", regex({ pattern: /^\d+$/ }), "42", undefined, 1],
  ["a pattern of the case", regex(), "order A-7", "A-\\d", 1],
  ["a shape", schema({ schema: z.object({ id: z.number() }) }), '{"id":1}', undefined, 1],
  ["another shape", schema({ schema: z.object({ id: z.number() }) }), { id: "1" }, undefined, 0],
  ["half of the words", similarity(), "red apple", "red pear", 0.5],
  ["the same words by vectors", similarity({ embedder: scriptedModel([]) }), "a red apple", "A red apple", 1],
])("the scorer of %s", async (_, scorer, output, expected, score) => {
  const dataset = [{ id: "a", input: "", ...(expected !== undefined && { expected }) }];
  const { run } = await ran({ dataset, task: async () => output, scorers: [scorer] });
  expect((await run.result()).scores[scorer.name]?.mean).toBeCloseTo(score, 6);
});

test("words that are there twice count twice", () => {
  expect(sharedWords("a a b", "a b b")).toBeCloseTo(2 / 3, 9);
  expect([sharedWords("", ""), sharedWords("a", "")]).toEqual([1, 0]);
});

describe("two versions", () => {
  const report = (version: string, scores: number[], dataset = "d"): EvalReport => ({
    evaluation: "e",
    version,
    dataset,
    cases: scores.map((exact, n) => ({
      id: `c${n}`,
      scores: { exact },
      spending: {
        calls: 0,
        usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
        cost: 0,
        unpriced: 0,
      },
      ms: 0,
    })),
    scores: { exact: { ...bootstrap(scores), scored: scores.length } },
    failed: 0,
    spending: {
      calls: 0,
      usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 },
      cost: 0,
      unpriced: 0,
    },
  });
  const many = (share: number): number[] => Array.from({ length: 60 }, (_, n) => (n < share * 60 ? 1 : 0));

  test("are compared case by case, and what may be chance is unclear", () => {
    expect(compareEvals(report("a", many(0.5)), report("b", many(0.8))).scores.exact).toMatchObject({
      before: 0.5,
      after: 0.8,
      pairs: 60,
      verdict: "better",
    });
    expect(compareEvals(report("a", many(0.5)), report("b", many(0.3))).scores.exact?.verdict).toBe("worse");
    expect(compareEvals(report("a", many(0.5)), report("b", many(0.52))).scores.exact?.verdict).toBe("unclear");
    expect(compareEvals(report("a", many(0.5)), report("b", many(0.5).slice(10), "other"))).toMatchObject({
      unpaired: 10,
      sameDataset: false,
    });
  });

  test("fail thresholds: below the least, and worse beyond doubt", () => {
    const [before, after] = [report("a", many(0.9)), report("b", many(0.5))];
    const comparison = compareEvals(before, after);
    expect(thresholdProblems(after, { exact: { min: 0.8, maxLoss: 0 } }, comparison)).toEqual([
      "exact is 0.500, at least 0.8 is asked for",
      "exact lost 0.400 against a, beyond doubt more than 0",
    ]);
    expect(thresholdProblems(before, { exact: { min: 0.8, maxLoss: 0 } }, compareEvals(after, before))).toEqual([]);
    expect(thresholdProblems(before, { judge: { min: 0.1 } })).toEqual([
      "judge was not scored, so its threshold cannot hold",
    ]);
    expect(reportLines(after, comparison).join("\n")).toContain("−0.400");
  });

  test("have intervals that are the same whenever they are made", () => {
    expect(bootstrap(many(0.5))).toEqual(bootstrap(many(0.5)));
    const { low, high } = bootstrap(many(0.5));
    expect(low).toBeGreaterThan(0.33);
    expect(high).toBeLessThan(0.67);
    const { low: least, high: most } = wilson(50, 100);
    expect([least.toFixed(4), most.toFixed(4)]).toEqual(["0.4038", "0.5962"]);
  });
});

test("a dataset is a JSONL file: what is wrong in it is said with its line", () => {
  expect(parseCases('{"id":"a","input":1}\n\n{"input":{"x":1},"expected":2,"tags":["t"]}')).toMatchObject([
    { id: "a", input: 1 },
    { id: expect.stringMatching(/^[0-9a-f]{12}$/), expected: 2, tags: ["t"] },
  ]);
  expect(() => parseCases('{"input":1}\nnope')).toThrow("dataset.line 2: is not JSON");
  expect(() => parseCases('{"id":"a"}')).toThrow("line 1: has no `input`");
  expect(() => parseCases('{"id":"a","input":1}\n{"id":"a","input":2}')).toThrow("dataset.a: is there twice");
  expect(() => parseCases("")).toThrow("dataset: has no cases");
});

test("past runs become cases, and are read again as they were written", async () => {
  const double = workflow({ name: "double", input: z.number() }, async (_ctx, n) => n * 2);
  const engine = createEngine({ store: memoryStore(), workflows: [double] });
  onTestFinished(() => engine.stop());
  await engine.start();
  for (const n of [1, 2]) await (await engine.run(double, n, { id: `r${n}` })).result();
  const cases = await casesFromRuns(engine, { workflow: "double" });
  expect(new Map(cases.map(({ id, input, expected }) => [id, [input, expected]]))).toEqual(
    new Map([
      ["r1", [1, 2]],
      ["r2", [2, 4]],
    ]),
  );
  expect(parseCases(casesText(cases))).toEqual(cases);
});

test.each<[object, string]>([
  [{ scorers: [] }, 'evaluation "sums".scorers: must have at least one'],
  [{ scorers: [exact(), exact()] }, 'has two named "exact"'],
  [{ thresholds: { judge: { min: 1 } } }, "thresholds.judge: is of no scorer"],
  [{ name: "a b" }, "name: must be 1 to 80 letters"],
])("an evaluation that cannot be is refused: %o", (options, says) => {
  expect(() =>
    evaluation({ name: "sums", dataset: sums, task: async () => "", scorers: [exact()], ...options }),
  ).toThrow(says);
});
