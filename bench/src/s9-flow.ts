import { type EdgeDefinition, type FlowDefinition, makeFlow, type NodeDefinition, validateFlow } from "holdpoint";
import { type Figure, figure } from "./figures.ts";

/**
 * A flow of a thousand nodes, as one is drawn: a row of diamonds, each with conditions, a join, a way back and declared outputs.
 */
export function bigFlow(size = 1000): FlowDefinition {
  const nodes: NodeDefinition[] = [];
  const edges: EdgeDefinition[] = [];
  for (let i = 0; i < size / 5; i++) {
    const [split, left, right, join, check] = ["split", "left", "right", "join", "check"].map((name) => `${name}${i}`);
    if (!split || !left || !right || !join || !check) continue;
    nodes.push(
      { id: split, kind: "gate" },
      { id: left, kind: "step", uses: "work", config: { text: `{{ input.text }} ${i}` }, outputs: ["left", "seen"] },
      { id: right, kind: "step", uses: "work", outputs: ["right", "seen"] },
      { id: join, kind: "step", uses: "work", outputs: ["joined"] },
      { id: check, kind: "gate", split: "first" },
    );
    edges.push(
      { from: split, to: left },
      { from: split, to: right, when: { type: "compare", path: "n", operator: "greater_than", value: i } },
      { from: left, to: join },
      { from: right, to: join },
      { from: join, to: check },
      { from: check, to: split, when: { type: "truthy", path: "again" } },
    );
    if (i > 0) edges.push({ from: `check${i - 1}`, to: split });
  }
  return {
    name: "big",
    nodes,
    edges,
    entry: ["split0"],
    data: { kind: "state", rules: { seen: "append" } },
    limits: { iterationDelay: "1s" },
  };
}

const registry = { steps: { work: { run: () => ({}) } } };

/** Milliseconds of CPU that one call takes, once it is warm: the machine has other things to do. */
function cpu(call: () => unknown): number {
  for (let i = 0; i < 5; i++) call();
  const before = process.cpuUsage();
  const times = 10;
  for (let i = 0; i < times; i++) call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

export function s9(rounds: number): Figure[] {
  const definition = bigFlow();
  const validating: number[] = [];
  const building: number[] = [];
  for (let round = 0; round < rounds; round++) {
    validating.push(cpu(() => validateFlow(definition)));
    building.push(cpu(() => makeFlow(definition, registry)));
  }
  const less = true;
  const note = `${definition.nodes.length} nodes, ${definition.edges.length} edges; CPU`;
  return [
    figure(
      "S9 validate",
      "a flow of a thousand nodes is validated",
      "ms",
      { must: 50, aim: 25, less },
      validating,
      note,
    ),
    figure("S9 build", "the same is built (and validated)", "ms", { must: 50, aim: 35, less }, building, note),
  ];
}
