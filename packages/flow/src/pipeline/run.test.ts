import type { RunFailedError } from "@holdpoint/core";
import { elapse } from "@holdpoint/core/testing";
import { describe, expect, test } from "vitest";
import { IterationLimitError } from "../definition/errors.ts";
import { testEngine } from "../engine.fixture.ts";
import { TemplateError } from "../template/errors.ts";
import type { PipelineDocument } from "./document.ts";
import { quality, quickStart, refinement, wikipedia } from "./documents.fixture.ts";
import { type LoadPipelineOptions, loadPipeline } from "./load.ts";
import type { PipelineStep, PipelineStepInfo } from "./step-code.ts";

type Data = Readonly<Record<string, unknown>>;

/** Runs a document, and gives what it gave. */
async function resultOf(
  document: PipelineDocument,
  steps: Record<string, PipelineStep>,
  input: unknown = {},
  options: LoadPipelineOptions = {},
): Promise<unknown> {
  const pipeline = await loadPipeline(document, { steps, ...options });
  const engine = testEngine({ workflows: [pipeline] });
  const run = await engine.run(pipeline, input, { id: "r1", by: "ana", thread: "case-7" });
  return await run.result();
}

/** A document of steps one after the other, each found under its id. */
const chain = (steps: PipelineDocument["steps"], more: Partial<PipelineDocument> = {}): PipelineDocument => ({
  name: "chain",
  steps,
  flow: {
    start_at: steps[0]?.id ?? "",
    paths: steps.slice(1).map(({ id }, i) => ({ from: steps[i]?.id ?? "", to: id })),
  },
  ...more,
});

describe("the documents of the field", () => {
  test("the quick start with { name: Developer } prints Hello, Developer!", async () => {
    const printed: unknown[] = [];
    class GenerateMessageStep {
      async execute(data: Data) {
        return { greeting: `Hello, ${data.name ?? "World"}!` };
      }
    }
    class PrintMessageStep {
      async execute(data: Data) {
        printed.push(data.message);
        return { status: "Message printed successfully" };
      }
    }
    const steps = { "steps:GenerateMessageStep": GenerateMessageStep, PrintMessageStep };
    expect(await resultOf(quickStart, steps, { name: "Developer" })).toEqual({
      status: "Message printed successfully",
    });
    expect(printed).toEqual(["Hello, Developer!"]);
  });

  test("the Wikipedia pipeline runs with its defaults, and what a run is started with lies over them", async () => {
    const steps: Record<string, PipelineStep> = {
      WikipediaScraperStep: ({ topic }: Data) => ({ scraped_content: `<p>${topic}</p>`, article_title: topic }),
      StructuredWikipediaProcessorStep: ({ scraped_html, title }: Data) => ({
        structured_content: { title, scraped_html },
      }),
    };
    expect(await resultOf(wikipedia, steps)).toMatchObject({
      structured_content: { title: "artificial intelligence" },
    });
    const other = await resultOf(wikipedia, steps, { topic: "machine learning" });
    expect(other).toMatchObject({ structured_content: { scraped_html: "<p>machine learning</p>" } });
  });

  const qualitySteps: Record<string, PipelineStep> = {
    Ingest: ({ rows }: Data) => ({ rows }),
    Score: ({ rows }: Data) => ({ quality_score: (rows as number[]).length / 10 }),
    Work: (_data: Data, { config }: PipelineStepInfo) => ({ done: `${config.level} ${config.of}` }),
    Report: ({ done, remark }: Data) => ({ said: done, remark: remark ?? "none" }),
  };

  test("a threshold from a parameter keeps its type, and the alternative that ran is taken", async () => {
    const good = await resultOf(quality, qualitySteps, { threshold: 0.5, records: [1, 2, 3, 4, 5] });
    expect(good).toEqual({ said: "full batch", remark: "none" });
    const bad = await resultOf(quality, qualitySteps, { threshold: 0.5, records: [1], label: "small" });
    expect(bad).toEqual({ said: "basic small", remark: "none" });
  });

  test("a required parameter that is missing or of another type is refused by name", async () => {
    await expect(resultOf(quality, qualitySteps, { threshold: 1 })).rejects.toThrow(/records: is required/);
    await expect(resultOf(quality, qualitySteps, { threshold: "high", records: [] })).rejects.toThrow(
      /threshold: must be a number/,
    );
  });

  test("a step that is a decision, and an else", async () => {
    const steps: Record<string, PipelineStep> = {
      Draft: ({ round = 0 }: Data) => ({ round: Number(round) + 1 }),
      Finish: ({ round }: Data) => ({ rounds: round }),
    };
    expect(await resultOf(refinement, steps)).toEqual({ rounds: 3 });
  });
});

describe("data", () => {
  test("each result is there flat and under its step, and mapped inputs lie over all that is there", async () => {
    const seen: Data[] = [];
    const document = chain([{ id: "one" }, { id: "two", inputs: { b: "{{ one.a }}", fixed: 7 } }]);
    const steps: Record<string, PipelineStep> = {
      one: () => ({ a: 1, b: 2 }),
      two: (data) => {
        seen.push(data);
        return {};
      },
    };
    await resultOf(document, steps, { from: "input" });
    expect(seen).toMatchObject([{ a: 1, b: 1, fixed: 7, from: "input", one: { a: 1, b: 2 } }]);
    expect(seen[0]?.pipeline_input).toEqual({ from: "input" });
  });

  test("what a run was started with stays, whatever a step gives under the same name", async () => {
    const document = chain([{ id: "one" }, { id: "two", inputs: { x: "{{ parameters.x }}" } }], {
      parameters: { x: 1 },
    });
    const steps: Record<string, PipelineStep> = {
      one: () => ({ parameters: { x: 5 }, pipeline_input: null }),
      two: ({ x }) => ({ x }),
    };
    expect(await resultOf(document, steps)).toEqual({ x: 1 });
  });

  test("an input that is missing fails by name", async () => {
    const document = chain([{ id: "one" }, { id: "two", inputs: { to: "{{ one.mail }}", cc: "{{ one.cc? }}" } }]);
    const error = await resultOf(document, { one: () => ({}), two: () => ({}) }).catch((thrown: unknown) => thrown);
    expect((error as RunFailedError).cause).toBeInstanceOf(TemplateError);
    expect((error as Error).message).toMatch(/to: "\{\{ one\.mail \}\}" is missing/);
    expect((error as Error).message).not.toMatch(/cc/);
  });

  test("declared outputs are computed; of what did not run there is null", async () => {
    const document = chain([{ id: "one" }], {
      outputs: {
        total: "{{ one.a }}",
        text: "{{ one.a }} pieces",
        list: ["{{ pipeline_input.n }}"],
        none: "{{ two.x }}",
      },
    });
    const result = await resultOf(document, { one: () => ({ a: 3 }) }, { n: 4 });
    expect(result).toEqual({ total: 3, text: "3 pieces", list: [4], none: null });
  });

  test("who runs what reaches every step, with the step's id and its config", async () => {
    const seen: unknown[] = [];
    const look: PipelineStep = (_data, { context, step, config, attempt }) => {
      seen.push({ context, step, config, attempt });
      return {};
    };
    const document = chain([{ id: "one", config: { of: "{{ parameters.kind }}" } }, { id: "two" }], {
      parameters: { kind: ["a"] },
    });
    await resultOf(document, { one: look, two: look });
    const context = { execution_id: "r1", pipeline_id: "chain", user_id: "ana", thread_id: "case-7" };
    expect(seen).toEqual([
      { context, step: "one", config: { of: ["a"] }, attempt: 1 },
      { context, step: "two", config: {}, attempt: 1 },
    ]);
  });

  test("schemas of the pipeline and of a step are enforced, and name the field", async () => {
    const number = (name: string) => ({ type: "object", properties: { [name]: { type: "number" } }, required: [name] });
    const document = chain([{ id: "one", input_schema: number("given"), output_schema: number("made") }], {
      input_schema: { type: "object", properties: { given: {} }, required: ["given"] },
      output_schema: number("made"),
    });
    const one: PipelineStep = ({ given }) => ({ made: given === 2 ? "two" : given });
    expect(await resultOf(document, { one }, { given: 1 })).toEqual({ made: 1 });
    await expect(resultOf(document, { one }, {})).rejects.toThrow(/given: is required/);
    await expect(resultOf(document, { one }, { given: "1" })).rejects.toThrow(
      /input of step "one".given: must be a number/,
    );
    await expect(resultOf(document, { one }, { given: 2 })).rejects.toThrow(
      /output of step "one".made: must be a number/,
    );
    const { output_schema: _said, ...step } = document.steps[0] ?? { id: "" };
    await expect(resultOf({ ...document, steps: [step] }, { one }, { given: 2 })).rejects.toThrow(
      /output of "chain".made: must be a number/,
    );
  });
});

describe("ways", () => {
  const fan = (ids: readonly string[]): PipelineDocument => ({
    name: "fan",
    steps: [{ id: "load" }, ...ids.map((id) => ({ id })), { id: "merge" }],
    flow: {
      start_at: "load",
      transitions: [...ids.map((id) => ({ from: "load", to: id })), ...ids.map((id) => ({ from: id, to: "merge" }))],
    },
  });

  test("branches run side by side, and what joins them waits for all and sees all", async () => {
    let open = 0;
    let most = 0;
    const branch: PipelineStep = async (_data, { step }) => {
      most = Math.max(most, ++open);
      await elapse("20ms");
      open--;
      return { from: step };
    };
    const seen: Data[] = [];
    const steps: Record<string, PipelineStep> = {
      load: () => ({}),
      a: branch,
      b: branch,
      c: branch,
      merge: (data) => {
        seen.push(data);
        return { merged: [data.a, data.b, data.c] };
      },
    };
    expect(await resultOf(fan(["a", "b", "c"]), steps)).toEqual({
      merged: [{ from: "a" }, { from: "b" }, { from: "c" }],
    });
    expect(most).toBe(3);
    expect(seen).toHaveLength(1);
    // Of names that several write, the last in declared order stays, not the last to be done.
    expect(seen[0]?.from).toBe("c");
  });

  test("several steps may begin side by side", async () => {
    const document: PipelineDocument = {
      name: "starts",
      steps: [{ id: "a" }, { id: "b" }, { id: "c" }],
      flow: {
        start_at: ["a", "b"],
        paths: [
          { from: "a", to: "c" },
          { from: "b", to: "c" },
        ],
      },
    };
    const steps = { a: () => ({ x: 1 }), b: () => ({ y: 2 }), c: ({ x, y }: Data) => ({ sum: Number(x) + Number(y) }) };
    expect(await resultOf(document, steps)).toEqual({ sum: 3 });
  });

  const ending = (to: string): PipelineDocument => ({
    name: "ending",
    steps: [{ id: "look" }, { id: "go_on" }],
    flow: {
      start_at: "look",
      paths: [
        { from: "look", to, condition: "parameter:stop" },
        { from: "look", to: "go_on", condition: "else" },
      ],
    },
  });
  const steps = { look: () => ({ looked: true }), go_on: () => ({ went: true }) };

  test.each(["end", "end_with_success"])("%s ends the run well, with what came before", async (to) => {
    expect(await resultOf(ending(to), steps, { stop: true })).toEqual({ looked: true });
    expect(await resultOf(ending(to), steps, { stop: false })).toEqual({ went: true });
  });

  test("end_with_failure fails the run", async () => {
    await expect(resultOf(ending("end_with_failure"), steps, { stop: true })).rejects.toThrow(
      /pipeline "ending" ended with failure/,
    );
    expect(await resultOf(ending("end_with_failure"), steps, {})).toEqual({ went: true });
  });

  test("children of a parallel step run side by side; one that fails leaves its error and the others go on", async () => {
    const document = chain([{ id: "all", type: "parallel", config: { steps: [{ id: "good" }, { id: "bad" }] } }]);
    const steps: Record<string, PipelineStep> = {
      good: ({ n }) => ({ n }),
      bad: () => {
        throw new Error("no luck");
      },
    };
    expect(await resultOf(document, steps, { n: 2 })).toMatchObject({
      good: { n: 2 },
      bad: { step_error: true, error_message: "no luck", step_name: "bad" },
    });
  });

  test("a condition may call a registered function", async () => {
    const document = ending("end");
    const paths = [
      {
        from: "look",
        to: "end",
        condition: { type: "function", config: { function_name: "late", parameters: { hour: 8 } } },
      },
      { from: "look", to: "go_on", condition: "else" },
    ];
    const functions = {
      late: (data: Data, parameters: unknown) => Number(data.now) > (parameters as { hour: number }).hour,
    };
    const asked = { ...document, flow: { start_at: "look", paths } };
    expect(await resultOf(asked, steps, { now: 9 }, { functions })).toEqual({ looked: true });
    expect(await resultOf(asked, steps, { now: 7 }, { functions })).toEqual({ went: true });
  });
});

describe("loops", () => {
  const loop = (loop_config: PipelineDocument["loop_config"], times = 4): PipelineDocument => ({
    name: "loop",
    steps: [{ id: "work" }, { id: "review" }],
    flow: {
      start_at: "work",
      paths: [
        { from: "work", to: "review" },
        {
          from: "review",
          to: "work",
          condition: { type: "expression", config: { source: "work.n", operator: "lt", value: times } },
        },
      ],
    },
    ...(loop_config && { loop_config }),
  });
  const steps: Record<string, PipelineStep> = {
    work: ({ n = 0 }) => ({ n: Number(n) + 1 }),
    review: ({ n }) => ({ n }),
  };

  test("a step that runs too often fails the run by name", async () => {
    expect(await resultOf(loop({ max_iterations: 4 }), steps)).toEqual({ n: 4 });
    const error = await resultOf(loop({ max_iterations: 3 }), steps).catch((thrown: unknown) => thrown);
    expect((error as RunFailedError).cause).toBeInstanceOf(IterationLimitError);
    expect((error as Error).message).toMatch(/went on after 3 iterations, at "work"/);
  });

  test("without a limit in the document a step runs at most 100 times, and all of them as often as is said", async () => {
    await expect(resultOf(loop(undefined, 200), steps)).rejects.toThrow(/went on after 100 iterations/);
    await expect(resultOf(loop({ max_total_steps: 5 }), steps)).rejects.toThrow(/went on after 5 iterations/);
  });

  test("the delay is really waited, once a turn", async () => {
    const pipeline = await loadPipeline(loop({ iteration_delay_seconds: 60 }), { steps });
    const engine = testEngine({ workflows: [pipeline] });
    const began = engine.now().getTime();
    await (await engine.run(pipeline, {}, { id: "r1" })).result();
    expect(engine.now().getTime() - began).toBeGreaterThanOrEqual(180_000);
    expect(engine.now().getTime() - began).toBeLessThan(240_000);
  });

  test("a loop that takes too long fails the run", async () => {
    const document = loop({ iteration_delay_seconds: 60, max_loop_time_seconds: 100 }, 50);
    await expect(resultOf(document, steps)).rejects.toThrow(/went on after 100000 ms.*raise loopTime/);
  });
});

describe("errors", () => {
  /** Fails so many times, and then succeeds. */
  const failing = (times: number): { step: PipelineStep; tries: () => number } => {
    let tries = 0;
    return {
      step: () => {
        if (tries++ < times) throw new Error(`failure ${tries}`);
        return { tries };
      },
      tries: () => tries,
    };
  };

  test.each([
    ["beside the step", { error_handling: { retry: { max_attempts: 3, initial_delay: 1 } } }, {}],
    ["in its config", { config: { error_handling: { retry: { max_attempts: 3 } } } }, {}],
    ["for every step", {}, { error_handling: { retry: { max_attempts: 3 } } }],
  ])("a retry %s", async (_where, ofStep, ofDocument) => {
    const { step } = failing(2);
    expect(await resultOf(chain([{ id: "one", ...ofStep }], ofDocument), { one: step })).toEqual({ tries: 3 });
    const other = failing(3);
    await expect(resultOf(chain([{ id: "one", ...ofStep }], ofDocument), { one: other.step })).rejects.toThrow(
      /failure 3/,
    );
  });

  test("what the step says goes before what the document says", async () => {
    const { step, tries } = failing(9);
    const document = chain([{ id: "one", error_handling: { retry: { max_attempts: 2 } } }], {
      error_handling: { retry: { max_attempts: 5 } },
    });
    await expect(resultOf(document, { one: step })).rejects.toThrow(/after 2 attempts/);
    expect(tries()).toBe(2);
  });

  test.each([
    [{ error_handling: { timeout_seconds: 0.02 } }, {}],
    [{}, { error_handling: { timeout: 0.02 } }],
  ])("a step that takes too long fails with a timeout: %j", async (ofStep, ofDocument) => {
    const slow: PipelineStep = (_data, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const pipeline = await loadPipeline(chain([{ id: "one", ...ofStep }], ofDocument), { steps: { one: slow } });
    const engine = testEngine({ workflows: [pipeline] });
    const run = await engine.run(pipeline, {}, { id: "r1" });
    await engine.advance("1s");
    await expect(run.result()).rejects.toThrow(/did not finish within 20 ms/);
  });

  test("the whole run may have a limit of time", async () => {
    const document = chain([{ id: "ask", type: "human_input" }], { error_handling: { total_timeout_seconds: 60 } });
    await expect(resultOf(document, {})).rejects.toThrow(/did not finish within 60000 ms/);
  });

  test("continue_on_error goes on with the error as data, and a condition can ask for it", async () => {
    const document: PipelineDocument = {
      name: "forgiving",
      steps: [{ id: "one", error_handling: { continue_on_error: true } }, { id: "well" }, { id: "badly" }],
      flow: {
        start_at: "one",
        paths: [
          { from: "one", to: "well", condition: { type: "success" } },
          { from: "one", to: "badly", condition: "failure" },
        ],
      },
    };
    const after: Record<string, PipelineStep> = { well: () => ({ well: true }), badly: ({ one }) => ({ one }) };
    expect(await resultOf(document, { ...after, one: failing(0).step })).toEqual({ well: true });
    expect(await resultOf(document, { ...after, one: failing(1).step })).toEqual({
      one: { step_error: true, error_message: "failure 1", error_type: "Error", step_name: "one" },
    });
  });

  class WithFallback {
    run(): never {
      throw new Error("down");
    }
    fallback(data: Data, error: { message: string }) {
      if (data.broken) throw new Error("the fallback is down too");
      return { from: "fallback", because: error.message, n: data.n };
    }
  }

  test("a fallback is the step's own, a value, or another step; and only then the error is let pass", async () => {
    const of = (error_handling: PipelineDocument["error_handling"]) =>
      chain([{ id: "one", ...(error_handling && { error_handling }) }]);
    const steps = { one: WithFallback, Other: ({ error }: Data) => ({ other: (error as { name: string }).name }) };
    expect(await resultOf(of({ enable_fallback: true }), steps, { n: 1 })).toMatchObject({ from: "fallback", n: 1 });
    expect(await resultOf(of({ fallback: { value: { cached: true } } }), steps)).toEqual({ cached: true });
    expect(await resultOf(of({ fallback: { step_class: "Other" } }), steps)).toEqual({ other: "StepFailedError" });
    await expect(resultOf(of({ enable_fallback: true }), steps, { broken: true })).rejects.toThrow(
      /fallback is down too/,
    );
    const both = of({ enable_fallback: true, continue_on_error: true });
    expect(await resultOf(both, steps, { broken: true })).toMatchObject({ error_message: "the fallback is down too" });
  });
});
