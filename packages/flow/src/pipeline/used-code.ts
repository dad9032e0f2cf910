import type { Condition } from "../condition/condition.ts";
import type { FlowDefinition, NodeDefinition } from "../definition/definition.ts";

/** A name that data uses for code, and where: "steps.ID", or the path of the condition. */
export interface UsedCode {
  readonly reference: string;
  readonly path: string;
}

/** Every step and every condition function that a flow names, those of flows inside it included; each once. */
export function usedCode(definition: FlowDefinition): { steps: UsedCode[]; conditions: UsedCode[] } {
  const steps = new Map<string, UsedCode>();
  const conditions = new Map<string, UsedCode>();
  const note = (into: Map<string, UsedCode>, reference: string, path: string): void => {
    if (!into.has(reference)) into.set(reference, { reference, path });
  };
  const ofCondition = (condition: Condition | undefined, path: string): void => {
    if (!condition) return;
    if (condition.type === "function") note(conditions, condition.name, path);
    else if (condition.type === "not") ofCondition(condition.condition, path);
    else if (condition.type === "all" || condition.type === "any") {
      for (const one of condition.conditions) ofCondition(one, path);
    }
  };
  const ofNode = (node: NodeDefinition, path: string): void => {
    if (node.kind === "step") {
      note(steps, node.uses, path);
      if (node.onError && "step" in node.onError) note(steps, node.onError.step, path);
    }
    if (node.kind === "choose") for (const { when } of node.cases) ofCondition(when, path);
    if (node.kind === "repeat") for (const one of [node.while, node.until, node.doWhile]) ofCondition(one, path);
    for (const inner of flowsIn(node)) for (const one of inner.nodes) ofNode(one, path);
    for (const inner of flowsIn(node)) for (const { when } of inner.edges) ofCondition(when, path);
  };
  for (const node of definition.nodes) ofNode(node, `steps.${node.id}`);
  for (const { from, to, when } of definition.edges) ofCondition(when, `the path ${from} → ${to}`);
  return { steps: [...steps.values()], conditions: [...conditions.values()] };
}

function flowsIn(node: NodeDefinition): readonly FlowDefinition[] {
  switch (node.kind) {
    case "flow":
      return [node.flow];
    case "parallel":
    case "race":
      return Object.values(node.branches);
    case "choose":
      return [...node.cases.map(({ flow }) => flow), ...(node.otherwise ? [node.otherwise] : [])];
    case "foreach":
    case "repeat":
      return [node.body];
    case "try":
      return [node.body, node.onError];
    default:
      return [];
  }
}
