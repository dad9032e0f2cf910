import { describe, expect, test } from "vitest";
import { testEngine } from "../engine.fixture.ts";
import type { PipelineDocument } from "./document.ts";
import { loadPipeline } from "./load.ts";
import type { PipelineStep } from "./step-code.ts";

/** Branches that join, a loop with a delay, a step that fails twice, one whose failure is let pass, and three people. */
const document: PipelineDocument = {
  name: "durable",
  parameters: { rounds: 3 },
  loop_config: { iteration_delay_seconds: 5 },
  steps: [
    { id: "load" },
    { id: "left", inputs: { n: "{{ load.n }}" } },
    { id: "right", error_handling: { retry: { max_attempts: 3, initial_delay: 1, jitter: false } } },
    { id: "join", inputs: { of: ["{{ left.out }}", "{{ right.out }}"] } },
    { id: "draft" },
    { id: "broken", error_handling: { continue_on_error: true } },
    {
      id: "vote",
      type: "multi_stakeholder",
      config: { stakeholders: ["ana", "ben", "eve"], decision_type: "majority" },
    },
    { id: "publish" },
  ],
  flow: {
    start_at: "load",
    paths: [
      { from: "load", to: "left" },
      { from: "load", to: "right" },
      { from: "left", to: "join" },
      { from: "right", to: "join" },
      { from: "join", to: "draft" },
      {
        from: "draft",
        to: "draft",
        condition: {
          type: "expression",
          config: { source: "draft.round", operator: "<", value: "{{ parameters.rounds }}" },
        },
      },
      { from: "draft", to: "broken", condition: "else" },
      { from: "broken", to: "vote" },
      {
        from: "vote",
        to: "publish",
        condition: { type: "expression", config: { source: "result.decision", value: "approve" } },
      },
      { from: "vote", to: "end_with_failure", condition: "else" },
    ],
  },
  outputs: {
    rounds: "{{ draft.round }}",
    joined: "{{ join.joined }}",
    error: "{{ broken.error_message }}",
    published: "{{ publish.ok }}",
  },
};

describe.each(["normal", "park", "crash"] as const)("a pipeline with everything (%s)", (discipline) => {
  const ran: string[] = [];
  const noted = (work: PipelineStep & ((...args: never[]) => unknown)): PipelineStep => {
    return (data, info) => {
      ran.push(info.step);
      return work(data as never, info as never);
    };
  };
  let failures = 0;
  const steps: Record<string, PipelineStep> = {
    load: noted(() => ({ n: 2 })),
    left: noted(({ n }: { n: number }) => ({ out: n + 1 })),
    right: noted(() => {
      if (failures++ % 3 < 2) throw new Error("not yet");
      return { out: 10 };
    }),
    join: noted(({ of }: { of: number[] }) => ({ joined: of.reduce((a, b) => a + b) })),
    draft: noted(({ round = 0 }: { round?: number }) => ({ round: round + 1 })),
    broken: noted(() => {
      throw new Error("always");
    }),
    publish: noted(() => ({ ok: true })),
  };

  test("gives the same, and no finished step runs again", async () => {
    const pipeline = await loadPipeline(document, { steps });
    const engine = testEngine({
      workflows: [pipeline],
      discipline,
      answers: Object.fromEntries(
        Object.entries({ ana: "approve", ben: "reject", eve: "approve" }).map(([person, decision]) => [
          `vote:${person}`,
          { decision },
        ]),
      ),
    });
    const run = await engine.run(pipeline, {}, { id: "r1" });
    expect(await run.result()).toEqual({ rounds: 3, joined: 13, error: "always", published: true });
    const times = (step: string): number => ran.filter((one) => one === step).length;
    for (const step of ["load", "left", "join", "publish"]) expect(times(step), step).toBe(1);
    expect([times("right"), times("draft"), times("broken")]).toEqual([3, 3, 1]);
  });
});
