import { toMermaid } from "@holdpoint/flow";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { agent } from "../agent/agent.ts";
import { indexDocuments } from "../retrieval/indexing.ts";
import { memoryIndex } from "../retrieval/memory-index.ts";
import { retriever } from "../retrieval/retriever.ts";
import { scriptedModel } from "../scripted/scripted-model.ts";
import { tool } from "../tool/tool.ts";
import { agenticRag } from "./agentic-rag.ts";
import { chainOfThought } from "./chain-of-thought.ts";
import { constitutional } from "./constitutional.ts";
import { debate } from "./debate.ts";
import { metacognition } from "./metacognition.ts";
import { answering, engineFor, promptOf, ran } from "./patterns.fixture.ts";
import { planning } from "./planning.ts";
import { react } from "./react.ts";
import { reflection } from "./reflection.ts";
import { selfConsistency } from "./self-consistency.ts";
import { treeOfThoughts } from "./tree-of-thoughts.ts";

const thought = (answer: unknown, confidence = 0.9) => ({ reasoning: ["first"], answer, confidence });

describe("chain of thought", () => {
  test("a wrong answer goes back with what is wrong with it, and the right one is typed", async () => {
    const sums = chainOfThought({
      name: "sums",
      output: z.number(),
      check: (sum) => (sum === 42 ? [] : [`${sum} is not 17 + 25`]),
    });
    const model = answering({ "reasoning answer confidence": [thought(41), thought(42)] });
    const result = await ran(sums, model);
    expectTypeOf(result.answer).toEqualTypeOf<number | null>();
    expect(result).toMatchObject({ outcome: "answered", answer: 42, confidence: 0.9, rounds: 2, problems: [] });
    expect(promptOf(model.requests[1] as never)).toContain("41 is not 17 + 25");
    expect(result.run).toEqual({ outcome: "success", calls: 2 });
  });

  test("a model validates where no function does, and never right is no answer", async () => {
    const sums = chainOfThought({ name: "sums", rounds: 2 });
    const model = answering({
      "reasoning answer confidence": [thought("41")],
      "valid problems": [{ valid: false, problems: ["count again"] }],
    });
    const result = await ran(sums, model);
    expect(result).toMatchObject({ outcome: "no-answer", answer: null, problems: ["count again"], rounds: 2 });
    expect(result.run).toEqual({ outcome: "no-answer", calls: 4 });
  });

  test("a run brings prompts of its own, and one for no step is refused by name", async () => {
    const sums = chainOfThought({ name: "sums", check: () => [] });
    const model = answering({ "reasoning answer confidence": [thought("x")] });
    const engine = engineFor(model, sums as never);
    await (await engine.run(sums, { task: "17 + 25", prompts: { think: "Be brief: {task}" } })).result();
    expect(promptOf(model.requests[0] as never)).toBe("Be brief: 17 + 25");
    const wrong = await engine.run(sums, { task: "x", prompts: { thinks: "?" } });
    await expect(wrong.result()).rejects.toThrow('prompts.thinks: is no step that asks a model; did you mean "think"?');
    expect(() => chainOfThought({ name: "sums", rounds: 0 })).toThrow('pattern "sums".rounds: 0 must be');
  });
});

describe("ReAct", () => {
  const look = tool({
    name: "look",
    description: "Looks.",
    input: z.object({ at: z.string() }),
    execute: ({ at }) => `${at} is blue`,
  });
  const script = [{ text: "I must look.", calls: [{ name: "look", args: { at: "sky" } }] }, "The sky is blue."];

  test("reasons, acts and observes until it answers", async () => {
    const desk = react({ name: "desk", agent: agent({ name: "clerk", tools: [look] }) });
    const result = await ran(desk, scriptedModel(script));
    expect(result).toMatchObject({ outcome: "answered", answer: "The sky is blue.", turns: 2 });
    expect(JSON.stringify(result.messages)).toContain("sky is blue");
  });

  test("no answer in its turns is no answer, and not an error", async () => {
    const desk = react({ name: "desk", agent: agent({ name: "clerk", tools: [look], maxTurns: 1 }) });
    expect(await ran(desk, scriptedModel(script))).toMatchObject({ outcome: "no-answer", answer: null, turns: 1 });
  });
});

describe("reflection", () => {
  const critique = (approved: boolean, score: number) => ({ score, approved, problems: approved ? [] : ["too dry"] });

  test("revises until the critic approves; the critic may be another model", async () => {
    const letter = reflection({ name: "letter" });
    const model = answering({
      answer: [{ answer: "one" }, { answer: "two" }],
      "score approved problems": [critique(false, 0.3), critique(true, 0.9)],
    });
    const result = await ran(letter, model);
    expect(result).toMatchObject({ outcome: "answered", answer: "two", confidence: 0.9 });
    expect(result.critiques).toHaveLength(2);
    expect(promptOf(model.requests[2] as never)).toContain("too dry");
  });

  test("a draft that is never approved is shown, and is no answer", async () => {
    const model = answering({ answer: [{ answer: "dry" }], "score approved problems": [critique(false, 0.5)] });
    const result = await ran(reflection({ name: "letter", rounds: 2 }), model);
    expect(result).toMatchObject({ outcome: "not-approved", answer: null, draft: "dry" });
    expect(result.run.calls).toBe(4);
  });
});

describe("planning", () => {
  test("plans, executes and replans with what came of it", async () => {
    const model = answering({
      steps: [{ steps: ["look", "buy"] }],
      result: [{ result: "sold out" }, { result: "ordered" }],
      "done steps": [
        { done: false, steps: ["order"] },
        { done: true, steps: [] },
      ],
      "answer confidence": [{ answer: "it comes on Friday", confidence: 0.8 }],
    });
    const result = await ran(planning({ name: "shop" }), model);
    expect(result).toMatchObject({
      answer: "it comes on Friday",
      done: [
        { step: "look", result: "sold out" },
        { step: "order", result: "ordered" },
      ],
      left: [],
    });
  });

  test("steps that are left at the limit are no answer, and nothing is concluded from half a plan", async () => {
    const model = answering({
      steps: [{ steps: ["a", "b"] }],
      result: [{ result: "x" }],
      "done steps": [{ done: false, steps: ["b"] }],
    });
    const result = await ran(planning({ name: "shop", maxSteps: 2 }), model);
    expect(result).toMatchObject({ outcome: "no-answer", answer: null, left: ["b"] });
    expect(result.done).toHaveLength(2);
  });
});

describe("self-consistency", () => {
  const samples = (...answers: string[]) =>
    answering({ "reasoning answer confidence": answers.map((answer) => ({ reasoning: "", answer, confidence: 0.9 })) });

  test("takes what most samples agree on, and how many do is its confidence", async () => {
    const model = samples("42", "41", "42.", " 42", "40");
    const result = await ran(selfConsistency({ name: "vote", samples: 5 }), model);
    expect(result).toMatchObject({ outcome: "answered", answer: "42", confidence: 0.6, failed: 0 });
    expect(new Set(model.requests.map(({ seed }) => seed)).size).toBe(5);
  });

  test("no consensus is said, and held for a person where that is asked for", async () => {
    const split = () => samples("a", "a", "b", "b");
    const ended = await ran(selfConsistency({ name: "vote", samples: 4 }), split());
    expect(ended).toMatchObject({ outcome: "no-consensus", answer: null, confidence: 0.5 });
    expect(ended.run.outcome).toBe("no-consensus");

    const vote = selfConsistency({ name: "vote", samples: 4, whenUnsettled: "hold" });
    const engine = engineFor(split(), vote as never);
    const run = await engine.run(vote, { task: "a or b?" });
    await engine.decide(await run.hold("decide"), { answer: "b" }, { by: "ana" });
    expect(await run.result()).toMatchObject({ outcome: "decided", answer: "b", decidedBy: "ana" });
    expect((await run.describe()).outcome).toBe("success");
  });

  test("agreement feeds holdWhen: an answer that too few agree on is accepted by a person or by nobody", async () => {
    const vote = selfConsistency({ name: "vote", samples: 3, holdWhen: [{ confidenceBelow: 0.9 }] });
    const sure = await ran(vote, samples("a", "a", "a"));
    expect(sure).toMatchObject({ outcome: "answered", answer: "a", decidedBy: null });
    const engine = engineFor(samples("a", "a", "b"), vote as never);
    const run = await engine.run(vote, { task: "a or b?" });
    await engine.decide(await run.hold("accept"), { approved: false }, { by: "ana" });
    expect(await run.result()).toMatchObject({ outcome: "rejected", answer: null, decidedBy: "ana" });
  });

  test("a sample that gives no answer counts among all of them", async () => {
    const model = answering({
      "reasoning answer confidence": [{ no: 1 }, { no: 1 }, { no: 1 }, { reasoning: "", answer: "a", confidence: 1 }],
    });
    const vote = selfConsistency({ name: "vote", samples: 2, vote: "unanimous", concurrency: 1 });
    expect(await ran(vote, model)).toMatchObject({ outcome: "no-consensus", failed: 1, confidence: 0.5 });
  });
});

describe("tree of thoughts", () => {
  test("goes on with the best paths only, and ends at a solved one", async () => {
    const model = answering({
      thoughts: [(prompt: string) => ({ thoughts: prompt.includes("1. good") ? ["end"] : ["bad", "good"] })],
      "answer confidence": [{ answer: "24", confidence: 0.7 }],
    });
    const score = (thoughts: readonly string[]) => ({
      score: thoughts[0] === "good" ? 0.9 : 0.2,
      solved: thoughts.at(-1) === "end",
    });
    const puzzle = treeOfThoughts({ name: "puzzle", beam: 1, depth: 3, score });
    const result = await ran(puzzle, model);
    expect(result).toMatchObject({ answer: "24", confidence: 0.7, explored: 3 });
    expect(result.paths).toEqual([{ thoughts: ["good", "end"], score: 0.9, solved: true }]);
    expect(result.run.calls).toBe(3);
  });

  test("a best path that is not good enough is no answer", async () => {
    const model = answering({
      thoughts: [{ thoughts: ["x", "y", "z", "too many"] }],
      "score solved": [{ score: 0.1, solved: false }],
    });
    const result = await ran(treeOfThoughts({ name: "puzzle", depth: 2 }), model);
    expect(result).toMatchObject({ outcome: "no-answer", answer: null, explored: 3 + 6 });
  });
});

describe("debate", () => {
  const sides = { advocate: "do it", skeptic: "do not" };
  const says = (answer: string) => ({ argument: `because ${answer}`, answer, confidence: 0.8 });

  test("ends when the sides agree, each knowing what the other said", async () => {
    const model = answering({
      "argument answer confidence": [says("yes"), says("no"), says("wait"), says("Wait.")],
    });
    const result = await ran(debate({ name: "launch", sides, consensus: "unanimous" }), model);
    expect(result).toMatchObject({ outcome: "answered", answer: "wait", agreed: true, rounds: 2 });
    expect(promptOf(model.requests[2] as never)).toContain("skeptic: because no (answer: no)");
  });

  test("sides that do not agree are no consensus; a judge's answer is no agreement", async () => {
    const apart = {
      "argument answer confidence": [says("yes"), says("no")],
      "agree answer confidence": [{ agree: false, answer: "yes", confidence: 1 }],
    };
    const ended = await ran(debate({ name: "launch", sides, rounds: 2 }), answering(apart));
    expect(ended).toMatchObject({ outcome: "no-consensus", answer: null, agreed: false, rounds: 2 });
    const judged = answering({ ...apart, "answer confidence": [{ answer: "no", confidence: 0.6 }] });
    const result = await ran(debate({ name: "launch", sides, rounds: 1, judge: true }), judged);
    expect(result).toMatchObject({ outcome: "answered", answer: "no", agreed: false });
  });
});

describe("constitutional revision", () => {
  const reply = constitutional({ name: "reply", principles: ["Promise nothing.", "Be kind."], rounds: 2 });

  test("each principle is looked at by itself, and the draft revised until none is broken", async () => {
    const model = answering({
      answer: [{ answer: "I promise" }, { answer: "I will see" }],
      "broken reason": [
        (prompt: string) => ({
          broken: prompt.includes("I promise") && prompt.includes("Promise nothing"),
          reason: "r",
        }),
      ],
    });
    expect(await ran(reply, model)).toMatchObject({ answer: "I will see", rounds: 2, violations: [], confidence: 1 });
  });

  test("a draft that still breaks one is no answer", async () => {
    const model = answering({
      answer: [{ answer: "I promise" }],
      "broken reason": [(prompt: string) => ({ broken: prompt.includes("Be kind"), reason: "rude" })],
    });
    const violations = [{ principle: "Be kind.", reason: "rude" }];
    expect(await ran(reply, model)).toMatchObject({ outcome: "not-approved", answer: null, violations });
  });
});

describe("agentic RAG", () => {
  async function handbook() {
    const index = memoryIndex();
    const documents = [
      { id: "returns", text: "Goods may be returned within thirty days." },
      { id: "tea", text: "Tea is kept dry." },
    ];
    await indexDocuments(documents, { index });
    return retriever({ index });
  }
  const grade = (relevant: string[], enough: boolean) => ({ relevant, enough, missing: enough ? "" : "the days" });

  test("looks again with another query until it is enough, and names what it used and what it made up", async () => {
    const model = answering({
      query: [{ query: "tea" }, { query: "returned days" }],
      "relevant enough missing": [grade([], false), grade(["returns#0"], true)],
      "answer citations confidence": [{ answer: "thirty days", citations: ["returns#0", "law#7"], confidence: 0.9 }],
    });
    const result = await ran(agenticRag({ name: "ask", retriever: await handbook() }), model);
    expect(result).toMatchObject({
      answer: "thirty days",
      citations: ["returns#0"],
      invented: ["law#7"],
      queries: ["tea", "returned days"],
    });
  });

  test("without evidence there is no answer, whatever the model would say", async () => {
    const nothing = answering({ query: [{ query: "zebra" }] });
    const empty = await ran(agenticRag({ name: "ask", retriever: await handbook(), rounds: 1 }), nothing);
    expect(empty).toMatchObject({ outcome: "no-evidence", answer: null });
    const invented = answering({
      query: [{ query: "tea" }],
      "relevant enough missing": [grade(["tea#0"], true)],
      "answer citations confidence": [{ answer: "sure", citations: ["nowhere#1"], confidence: 1 }],
    });
    const result = await ran(agenticRag({ name: "ask", retriever: await handbook() }), invented);
    expect(result).toMatchObject({ outcome: "no-evidence", answer: null, invented: ["nowhere#1"] });
  });
});

test("metacognition tries another strategy where it is not sure, and says so when none helps", async () => {
  const plan = (strategy: string) => ({ known: ["k"], unknown: ["u"], strategy });
  const script = (...sure: number[]) =>
    answering({
      "known unknown strategy": [plan("guess"), plan("count")],
      "reasoning answer": [
        { reasoning: "r", answer: "7" },
        { reasoning: "r", answer: "8" },
      ],
      "confidence problems": sure.map((confidence) => ({ confidence, problems: ["p"] })),
    });
  const estimate = metacognition({ name: "estimate", rounds: 2 });
  const found = await ran(estimate, script(0.3, 0.9));
  expect(found).toMatchObject({ answer: "8", confidence: 0.9, unknown: ["u"] });
  expect(found.attempts.map(({ strategy }) => strategy)).toEqual(["guess", "count"]);
  expect(await ran(estimate, script(0.3, 0.4))).toMatchObject({ outcome: "no-answer", answer: null });
});

test("every pattern is a flow that can be drawn", async () => {
  const options = { name: "p", whenUnsettled: "hold", holdWhen: [{ confidenceBelow: 0.5 }] } as const;
  const clerk = agent({ name: "clerk" });
  const flows = [
    [chainOfThought(options), "think validate"],
    [react({ ...options, agent: clerk }), "reason act"],
    [reflection(options), "draft critique revise"],
    [planning(options), "plan execute replan conclude"],
    [selfConsistency(options), "sample"],
    [treeOfThoughts(options), "propose evaluate conclude"],
    [debate({ ...options, sides: { a: "x", b: "y" } }), "argue moderate judge"],
    [constitutional({ ...options, principles: ["x"] }), "draft critique revise"],
    [agenticRag({ ...options, retriever: retriever({ index: memoryIndex() }) }), "query retrieve grade write"],
    [metacognition(options), "assess solve monitor"],
  ] as const;
  for (const [flow, steps] of flows) {
    const drawn = toMermaid(flow.definition);
    for (const step of [...steps.split(" "), "accept", "decide"]) expect(drawn, steps).toContain(step);
  }
});
