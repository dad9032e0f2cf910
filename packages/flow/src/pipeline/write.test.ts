import { expect, test } from "vitest";
import type { EdgeDefinition, FlowDefinition, NodeDefinition, StepNode } from "../definition/definition.ts";
import type { PipelineDocument } from "./document.ts";
import { quality, quickStart, refinement, wikipedia } from "./documents.fixture.ts";
import { readPipeline } from "./read.ts";
import { writePipeline } from "./write.ts";

const unusual: PipelineDocument = {
  $schema: "./pipeline.schema.json",
  name: "Unusual",
  flow: {
    layout: { zoom: 2 },
    transitions: [
      { to_step: "ask", from_step: "work", color: "red", condition: { type: "always", note: "kept" } },
      { from: "ask", to: "end_with_success", condition: "success" },
    ],
    start_at: ["work"],
    paths: [{ from: "ask", to: "end", condition: { type: "else" } }],
  },
  steps: [
    {
      position: { x: 1, y: 2 },
      id: "work",
      class: "Work",
      inputs: [{ name: "x", source: "{parameters.x}", unknown: true }],
      config: { error_handling: { retry: { max_attempts: 2, mystery: 1 } } },
    },
    {
      id: "ask",
      type: "human_input",
      config: { channels: ["web"], ui_schema: { fields: [{ name: "a", type: "date" }] } },
    },
  ],
  parameters: { x: null },
  loop_config: { max_iterations: 7, extra: 1 },
  owner: "ana",
};

test.each<[string, PipelineDocument]>([
  ["transitions", quickStart],
  ["parameters", wikipedia],
  ["paths", quality],
  ["conditions in a step", refinement],
  ["unknown fields and an unusual order", unusual],
])("reading and writing gives the document back, letter by letter: %s", (_name, document) => {
  const written = writePipeline(readPipeline(document));
  expect(JSON.stringify(written, null, 1)).toBe(JSON.stringify(document, null, 1));
});

const changed = (
  document: PipelineDocument,
  change: (flow: FlowDefinition) => Partial<FlowDefinition>,
): PipelineDocument => {
  const flow = readPipeline(document);
  return writePipeline({ ...flow, ...change(flow) });
};

test("a changed step is written with its changes, and what nobody knows stays", () => {
  const written = changed(unusual, ({ nodes }) => ({
    nodes: nodes.map((node) =>
      node.id === "work" ? ({ ...node, label: "Work hard", timeout: 5000 } as StepNode) : node,
    ),
  }));
  expect(written.steps[0]).toMatchObject({ position: { x: 1, y: 2 }, id: "work", class: "Work", name: "Work hard" });
  expect(written.steps[0]?.error_handling).toMatchObject({ timeout_seconds: 5, retry: { max_attempts: 2 } });
  expect(written.steps[1]).toEqual(unusual.steps[1]);
  const [work] = readPipeline(written).nodes;
  expect(work).toMatchObject({ label: "Work hard", timeout: 5000, retry: { attempts: 2 } });
});

test("a changed path keeps the names the document has for it, and its list", () => {
  const written = changed(quality, ({ edges }) => ({
    edges: edges.map((edge, i) => (i === 0 ? { ...edge, to: "basic" } : edge)),
  }));
  expect(written.flow.paths?.[0]).toEqual({ from_step: "ingest", to_step: "basic", condition: { type: "always" } });
  expect(written.flow.paths?.slice(1)).toEqual(quality.flow.paths.slice(1));
});

test("what is added and taken away is written too", () => {
  const added: NodeDefinition = { id: "log", kind: "step", uses: "steps:Log", config: { level: "info" } };
  const edge: EdgeDefinition = {
    from: "step_one",
    to: "log",
    when: { type: "compare", path: "step_one.greeting", operator: "contains", value: "!" },
  };
  const written = changed(quickStart, ({ nodes }) => ({ nodes: [nodes[0] as NodeDefinition, added], edges: [edge] }));
  expect(written.steps).toEqual([
    quickStart.steps[0],
    { id: "log", step_class: "Log", module: "steps", config: { level: "info" } },
  ]);
  expect(written.flow).toEqual({
    start_at: "step_one",
    transitions: [{ from: "step_one", to: "log", condition: edge.when }],
  });
  const { nodes, edges } = readPipeline(written);
  expect(nodes[1]).toMatchObject(added);
  expect(edges).toMatchObject([edge]);
});

test("a flow that was never a document is written as one, and read as it was", () => {
  const flow: FlowDefinition = {
    name: "made-in-code",
    nodes: [
      {
        id: "load",
        kind: "step",
        uses: "load",
        retry: { attempts: 3, initial: 1000, max: 60_000, coefficient: 2, jitter: 0 },
      },
      { id: "wait", kind: "sleep", time: { for: "1d" } },
      {
        id: "each",
        kind: "foreach",
        over: { path: "load.items" },
        body: { name: "each", nodes: [{ id: "one", kind: "step", uses: "one" }], edges: [], entry: ["one"] },
      },
    ],
    edges: [
      { from: "load", to: "wait" },
      { from: "wait", to: "each", otherwise: true, label: "otherwise" },
    ],
    entry: ["load"],
  };
  const written = writePipeline(flow);
  const read = readPipeline(written);
  const bare = ({ meta: _meta, ...rest }: NodeDefinition | EdgeDefinition) => rest;
  expect(read.nodes.map(bare)).toEqual(flow.nodes);
  expect(read.edges.map(bare)).toEqual(flow.edges);
  expect(written.name).toBe("made-in-code");
});
