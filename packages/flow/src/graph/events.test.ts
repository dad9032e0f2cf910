import { createTestEngine } from "@holdpoint/core/testing";
import { expect, test } from "vitest";
import { followWorkflow, type WorkflowHooks } from "./events.ts";
import { graph } from "./graph.ts";

const flow = graph("told")
  .node("load", () => ({}))
  .human("ask")
  .node("pay", ({ state }) => (state.human_response === "fail" ? Promise.reject(new Error("no money")) : {}))
  .edge("load", "ask")
  .edge("ask", "pay")
  .entry("load")
  .build();

/** Follows a run; `lines` is what was told, with ids. */
function teller(more: WorkflowHooks = {}) {
  const lines: string[] = [];
  const ids: string[] = [];
  let seq = 0;
  const hooks: WorkflowHooks = {
    event: (event) => {
      lines.push(event.type === "failed" ? `failed: ${event.error}` : event.type);
      ids.push(event.id);
    },
    started: ({ workflowType }) => lines.push(`started ${workflowType}`),
    stateTransitioned: ({ from, to, id }) => {
      lines.push(`${from} → ${to}`);
      ids.push(id);
    },
    completed: ({ succeeded }) => lines.push(`completed ${succeeded}`),
    told: (to) => {
      seq = to;
    },
    ...more,
  };
  return { lines, ids, hooks, seq: () => seq };
}

test.each(["normal", "park", "crash"] as const)(
  "a run is told from its journal, and nothing because of a replay: %s",
  async (discipline) => {
    await using engine = createTestEngine({
      workflows: [flow],
      discipline,
      answers: { ask: { human_response: "yes" } },
    });
    const run = await engine.run(flow, "x", { id: "r1" });
    const { lines, ids, hooks } = teller();
    const following = followWorkflow(run, hooks);
    await run.result();
    await following;
    expect(lines).toEqual([
      "started",
      "started told",
      "started → load",
      "load → waiting for ask",
      "waiting for ask → ask",
      "ask → pay",
      "pay → completed",
      "completed",
      "completed true",
    ]);
    expect(ids.every((id) => /^r1\.1\.\d+$/.test(id))).toBe(true);
  },
);

test("a failure is told with its reason", async () => {
  await using engine = createTestEngine({ workflows: [flow], answers: { ask: { human_response: "fail" } } });
  const run = await engine.run(flow, "x", { id: "r1" });
  await run.result().catch(() => {});
  const { lines, hooks } = teller();
  await followWorkflow(run, hooks);
  expect(lines.slice(-3)).toEqual([
    "pay → failed",
    'failed: step "pay" failed after 1 attempt: no money',
    "completed false",
  ]);
});

test("who stopped in the middle is told the rest, and what was not noted again, with the same id", async () => {
  await using engine = createTestEngine({ workflows: [flow], answers: { ask: { human_response: "yes" } } });
  const run = await engine.run(flow, "x", { id: "r1" });
  await run.result();
  const first = teller();
  const dying = followWorkflow(run, {
    ...first.hooks,
    told: async (seq) => {
      if (first.lines.at(-1) === "load → waiting for ask") throw new Error("crashed");
      await first.hooks.told?.(seq);
    },
  });
  await expect(dying).rejects.toThrow("crashed");
  const second = teller();
  await followWorkflow(run, second.hooks, { after: first.seq() });
  expect(second.lines[0]).toBe("load → waiting for ask");
  expect(second.ids[0]).toBe(first.ids.at(-1));
  expect(second.lines.at(-1)).toBe("completed true");
});
