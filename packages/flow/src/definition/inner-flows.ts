import type { FlowDefinition, NodeDefinition } from "./definition.ts";

/** A flow inside a node. */
export interface InnerFlow {
  /** Where it is in the node: `flow`, `branches.a`, `cases.0.flow`. */
  readonly where: string;
  /** What a drawing calls it: the branch's or case's name; empty where a node has one flow only. */
  readonly name: string;
  readonly flow: FlowDefinition;
}

/** The flows inside a node, in declared order. */
export function innerFlows(node: NodeDefinition): readonly InnerFlow[] {
  switch (node.kind) {
    case "flow":
      return [{ where: "flow", name: "", flow: node.flow }];
    case "parallel":
    case "race":
      return Object.entries(node.branches).map(([name, flow]) => ({ where: `branches.${name}`, name, flow }));
    case "choose":
      return [
        ...node.cases.map(({ name, flow }, i) => ({ where: `cases.${i}.flow`, name, flow })),
        ...(node.otherwise ? [{ where: "otherwise", name: "otherwise", flow: node.otherwise }] : []),
      ];
    case "foreach":
    case "repeat":
      return [{ where: "body", name: "", flow: node.body }];
    case "try":
      return [
        { where: "body", name: "try", flow: node.body },
        { where: "onError", name: "on error", flow: node.onError },
      ];
    default:
      return none;
  }
}

const none: readonly InnerFlow[] = [];
