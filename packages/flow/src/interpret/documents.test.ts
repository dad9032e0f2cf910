import { RunFailedError, ValidationError } from "@holdpoint/core";
import { expect, test } from "vitest";
import type { FlowDefinition, StepNode } from "../definition/definition.ts";
import { IterationLimitError } from "../definition/errors.ts";
import type { Registry, StepArguments } from "../definition/registry.ts";
import { testEngine } from "../engine.fixture.ts";
import { makeFlow } from "./flow.ts";

const form = {
  type: "object",
  properties: { decision: { type: "string", enum: ["yes", "no"] }, amount: { type: "number", minimum: 1 } },
  required: ["decision"],
  additionalProperties: false,
} as const;

const asking: FlowDefinition = {
  name: "asking",
  nodes: [
    { id: "ask", kind: "hold", request: { title: "Pay {{ input.who }}?" }, form, gives: "answer" },
    { id: "pay", kind: "step", uses: "pay" },
  ],
  edges: [
    {
      from: "ask",
      to: "pay",
      when: { type: "compare", path: "ask.decision", operator: "equals", value: "yes" },
    },
  ],
  entry: ["ask"],
  data: { kind: "state" },
};

test("a hold with a JSON Schema for its form takes only what fits, and its answer's fields go on", async () => {
  const seen: unknown[] = [];
  const registry: Registry = { steps: { pay: { run: ({ input }: StepArguments) => void seen.push(input) } } };
  const engine = testEngine({ workflows: [makeFlow(asking, registry)] });
  const run = await engine.run("asking", { who: "ana" }, { id: "r1" });
  const hold = await run.hold("ask");
  expect(hold.title).toBe("Pay ana?");
  await expect(engine.decide(hold, { decision: "yes", amount: 0 }, { by: "ben" })).rejects.toThrow(
    /amount: must be at least 1/,
  );
  await expect(engine.decide(hold, { decision: "perhaps" }, { by: "ben" })).rejects.toThrow(ValidationError);
  await engine.decide(hold, { decision: "yes", amount: 7 }, { by: "ben" });
  const state = (await run.result()) as Record<string, unknown>;
  expect(seen).toMatchObject([{ decision: "yes", amount: 7 }]);
  expect(state).toMatchObject({ decision: "yes", amount: 7, ask: { decision: "yes", _by: "ben" } });
  expect(state).not.toHaveProperty("_by");
});

const failing: Registry = {
  steps: {
    fail: {
      run: () => {
        throw new Error("no route");
      },
    },
    other: { run: ({ input }: StepArguments) => ({ took: (input as { error: { message: string } }).error.message }) },
    alsoFails: {
      run: () => {
        throw new Error("no second route");
      },
    },
  },
  functions: { note: (({ error }: { error: Error }) => ({ noted: error.message })) as never },
};

function recovering(onError: StepNode["onError"]) {
  const nodes = [{ id: "call", kind: "step", uses: "fail", ...(onError && { onError }) } as const];
  return makeFlow({ name: "recovering", nodes, edges: [], entry: ["call"] }, failing);
}

test.each<[string, StepNode["onError"], unknown]>([
  ["a value", { value: { ok: false } }, { ok: false }],
  ["a function's", { uses: "note" }, { noted: 'step "call" failed after 1 attempt: no route' }],
  ["another step's", { step: "other" }, { took: 'step "call" failed after 1 attempt: no route' }],
  [
    "what is left when that fails too",
    { step: "alsoFails", otherwise: { uses: "note" } },
    { noted: 'step "call fallback" failed after 1 attempt: no second route' },
  ],
])("in the place of a failed step's result goes %s", async (_what, onError, expected) => {
  const engine = testEngine({ workflows: [recovering(onError)] });
  const run = await engine.run("recovering", {}, { id: "r1" });
  expect(await run.result()).toEqual(expected);
});

test("a fallback that fails fails the run when nothing else is left", async () => {
  const engine = testEngine({ workflows: [recovering({ step: "alsoFails" })] });
  const run = await engine.run("recovering", {}, { id: "r1" });
  await expect(run.result()).rejects.toThrow(/call fallback.*no second route/);
});

test("a step's schemas in the data are enforced, and name the field", async () => {
  const nodes = [
    {
      id: "double",
      kind: "step",
      uses: "double",
      inputSchema: { type: "object", properties: { n: { type: "number" } }, required: ["n"] },
      outputSchema: { type: "object", properties: { n: { type: "number", maximum: 10 } } },
    } as const,
  ];
  const flow = makeFlow(
    { name: "schemas", nodes, edges: [], entry: ["double"] },
    { steps: { double: { run: ({ input }: StepArguments) => ({ n: (input as { n: number }).n * 2 }) } } },
  );
  const engine = testEngine({ workflows: [flow] });
  const result = async (input: unknown, id: string) => (await engine.run(flow, input, { id })).result();
  expect(await result({ n: 5 }, "fits")).toEqual({ n: 10 });
  await expect(result({ n: "5" }, "wrong input")).rejects.toThrow(/input of step "double".n: must be a number/);
  await expect(result({ n: 6 }, "wrong output")).rejects.toThrow(/output of step "double".n: must be at most 10/);
});

/** a → b → a …, with a way out after `turns`. */
const loop = (limits: FlowDefinition["limits"], turns = 3): FlowDefinition => ({
  name: "loop",
  nodes: [
    { id: "a", kind: "step", uses: "count" },
    { id: "b", kind: "step", uses: "pass" },
  ],
  edges: [
    { from: "a", to: "b" },
    { from: "b", to: "a", when: { type: "compare", path: "n", operator: "less_than", value: turns } },
  ],
  entry: ["a"],
  data: { kind: "state" },
  ...(limits && { limits }),
});

const counting: Registry = {
  steps: {
    count: { run: ({ input }: StepArguments) => ({ n: ((input as { n?: number }).n ?? 0) + 1 }) },
    pass: { run: () => ({}) },
  },
};

test("the delay is waited once a turn, before the node that the way back leads to", async () => {
  const flow = makeFlow(loop({ iterationDelay: "1m" }, 4), counting);
  const engine = testEngine({ workflows: [flow] });
  const started = engine.now().getTime();
  const run = await engine.run(flow, {}, { id: "r1" });
  expect(await run.result()).toMatchObject({ n: 4 });
  expect(engine.now().getTime() - started).toBeGreaterThanOrEqual(3 * 60_000);
  expect(engine.now().getTime() - started).toBeLessThan(4 * 60_000);
});

test("a loop that goes on longer than it may is an error that says so", async () => {
  const flow = makeFlow(loop({ iterationDelay: "1m", loopTime: "150s" }, 100), counting);
  const engine = testEngine({ workflows: [flow] });
  const run = await engine.run(flow, {}, { id: "r1" });
  const error = (await run.result().catch((thrown: unknown) => thrown)) as RunFailedError;
  expect(error).toBeInstanceOf(RunFailedError);
  expect(error.cause).toBeInstanceOf(IterationLimitError);
  expect(error.message).toMatch(/went on after 150000 ms, at "[ab]"; raise loopTime/);
});
