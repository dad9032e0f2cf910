import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { testEngine } from "../engine.fixture.ts";
import type { PipelineDocument } from "./document.ts";
import { loadPipeline } from "./load.ts";
import { checkPipeline } from "./read.ts";
import type { PipelineStep } from "./step-code.ts";

const folder = new URL("../../templates/", import.meta.url);
const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));
const template = (name: string): PipelineDocument =>
  JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as PipelineDocument;

/** What stands in for an agent: the answers it gives, one after the other; the last again and again. */
type Answers = Readonly<Record<string, readonly object[]>>;

/** Runs a template with stand-ins, and gives which steps ran, in the order in which they began. */
async function ran(name: string, answers: Answers = {}): Promise<string[]> {
  const document = template(name);
  const order: string[] = [];
  const steps: Record<string, PipelineStep> = {};
  for (const { id } of document.steps) {
    steps[id] = () => {
      const given = answers[id] ?? [{}];
      const turn = order.filter((one) => one === id).length;
      order.push(id);
      return { [`text_of_${id}`]: `turn ${turn + 1}`, ...given[Math.min(turn, given.length - 1)] };
    };
  }
  const pipeline = await loadPipeline(document, { steps });
  const engine = testEngine({ workflows: [pipeline] });
  const run = await engine.run(pipeline, { topic: "tea" }, { id: "r1" });
  await run.result();
  return order;
}

const no = { approved: false };
const yes = { approved: true };
const turns = (ids: readonly string[], times: number): string[] => Array.from({ length: times }, () => ids).flat();

test("there are twelve, and nothing is wrong with any or doubtful about it", () => {
  expect(names).toHaveLength(12);
  for (const name of names) expect(checkPipeline(template(name)), name).toMatchObject({ problems: [], warnings: [] });
});

describe("each runs as it is drawn", () => {
  test("simple_sequence", async () => {
    expect(await ran("simple_sequence")).toEqual(["planner", "researcher", "writer"]);
  });

  test.each<[string, readonly string[], readonly [string, string], readonly string[], number]>([
    ["feedback_loop", [], ["coder", "critic"], [], 3],
    ["complex_workflow", ["planner", "researcher"], ["coder", "tester"], ["critic"], 2],
    ["content_pipeline", ["topic_researcher", "outline_creator"], ["draft_writer", "editor"], ["fact_checker"], 2],
    [
      "creative_writing",
      ["brainstormer", "plot_developer", "character_designer"],
      ["scene_writer", "creative_critic"],
      [],
      2,
    ],
    [
      "research_paper",
      ["literature_reviewer", "hypothesis_generator", "methodology_designer", "data_analyzer"],
      ["results_writer", "peer_reviewer"],
      [],
      2,
    ],
  ])("%s: the loop ends when it is approved, and at its limit", async (name, before, loop, after, limit) => {
    const critic = loop[1];
    expect(await ran(name, { [critic]: [yes] })).toEqual([...before, ...loop, ...after]);
    expect(await ran(name, { [critic]: [no, yes] })).toEqual([...before, ...turns(loop, 2), ...after]);
    expect(await ran(name, { [critic]: [no] })).toEqual([...before, ...turns(loop, limit + 1), ...after]);
  });

  test("conditional_routing: whom the router asks for, both or none", async () => {
    const routes = async (answer: object) => (await ran("conditional_routing", { router: [answer] })).slice(1).sort();
    expect(await routes({ needs_analysis: true, needs_generation: false })).toEqual(["analyst"]);
    expect(await routes({ needs_generation: true })).toEqual(["generator"]);
    expect(await routes({ needs_analysis: true, needs_generation: true })).toEqual(["analyst", "generator"]);
    expect(await routes({})).toEqual([]);
  });

  test.each(["technical", "billing", "general"])("customer_service: %s", async (intent) => {
    expect(await ran("customer_service", { intent_classifier: [{ intent }] })).toEqual([
      "intent_classifier",
      `${intent}_support`,
      "response_generator",
    ]);
  });

  test.each<[string, readonly string[], readonly string[], readonly string[]]>([
    [
      "code_review",
      [],
      ["performance_reviewer", "security_reviewer", "style_reviewer", "test_reviewer"],
      ["synthesizer"],
    ],
    [
      "data_analysis",
      ["data_extractor", "data_cleaner"],
      ["ml_analyzer", "statistical_analyzer"],
      ["visualizer", "insight_generator"],
    ],
    ["qa_system", ["question_analyzer"], ["knowledge_retriever", "web_searcher"], ["answer_synthesizer", "verifier"]],
  ])("%s: every branch, and what joins them once", async (name, before, branches, after) => {
    const order = await ran(name);
    const parted = order.slice(before.length, before.length + branches.length);
    expect([
      ...order.slice(0, before.length),
      ...parted.sort(),
      ...order.slice(before.length + branches.length),
    ]).toEqual([...before, ...branches, ...after]);
  });

  test("debate_system: both sides at once, answers until the skeptic is satisfied or three were given, one judgement", async () => {
    const debate = async (answers: readonly object[]) => {
      const order = await ran("debate_system", { skeptic: answers });
      const times = (id: string) => order.filter((one) => one === id).length;
      expect(order[0]).toBe("moderator");
      expect(order.slice(1, 3).sort()).toEqual(["advocate", "skeptic"]);
      expect(order.slice(-2)).toEqual(["analyst", "judge"]);
      return { advocate: times("advocate"), skeptic: times("skeptic"), analyst: times("analyst") };
    };
    expect(await debate([yes])).toEqual({ advocate: 1, skeptic: 1, analyst: 1 });
    expect(await debate([no, yes])).toEqual({ advocate: 2, skeptic: 2, analyst: 1 });
    expect(await debate([no])).toEqual({ advocate: 4, skeptic: 4, analyst: 1 });
  });
});
