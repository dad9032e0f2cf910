import { type AnyWorkflow, type StandardSchemaV1, ValidationError } from "@holdpoint/core";
import type { EdgeDefinition, FlowDefinition, NodeDefinition } from "../definition/definition.ts";
import type { FlowFunction, FlowState, Registry, StepCode } from "../definition/registry.ts";
import type { FlowStep } from "./step.ts";

type AnyFunction = (...args: never[]) => unknown;

/** The code of a chain, while it is being written. */
interface Code {
  steps: Record<string, StepCode>;
  functions: Record<string, FlowFunction>;
  workflows: Record<string, AnyWorkflow>;
  schemas: Record<string, StandardSchemaV1>;
}

/** A flow while it is being written: nodes in a row, and the code they name. Changed only before it is handed out. */
export class Draft {
  private readonly name: string;
  /** In front of every name in the registry: where in the flow this is. */
  private readonly prefix: string;
  private nodes: NodeDefinition[] = [];
  private code: Code = { steps: {}, functions: {}, workflows: {}, schemas: {} };
  private counts: Record<string, number> = {};
  /** The approval whose answers are still being said. */
  private asking: { id: string; approved?: FlowDefinition; rejected?: FlowDefinition } | null = null;

  constructor(name: string, prefix: string) {
    this.name = name;
    this.prefix = prefix;
  }

  copy(): Draft {
    const copy = new Draft(this.name, this.prefix);
    copy.nodes = [...this.nodes];
    copy.code = {
      steps: { ...this.code.steps },
      functions: { ...this.code.functions },
      workflows: { ...this.code.workflows },
      schemas: { ...this.code.schemas },
    };
    copy.counts = { ...this.counts };
    copy.asking = this.asking && { ...this.asking };
    return copy;
  }

  /** A part of its own, for a branch. */
  inside(name: string): Draft {
    return new Draft(name, `${this.prefix}${name}/`);
  }

  /** Takes over the code of a part, and gives its flow. */
  take(part: Draft): FlowDefinition {
    Object.assign(this.code.steps, part.code.steps);
    Object.assign(this.code.functions, part.code.functions);
    Object.assign(this.code.workflows, part.code.workflows);
    Object.assign(this.code.schemas, part.code.schemas);
    return part.definition();
  }

  definition(): FlowDefinition {
    // A flow of nothing still has a beginning.
    const nodes: readonly NodeDefinition[] = this.nodes.length > 0 ? this.nodes : [{ id: "begin", kind: "gate" }];
    const edges: EdgeDefinition[] = [];
    for (let i = 1; i < nodes.length; i++) {
      edges.push({ from: (nodes[i - 1] as NodeDefinition).id, to: (nodes[i] as NodeDefinition).id });
    }
    return { name: this.name, nodes, edges, entry: [(nodes[0] as NodeDefinition).id] };
  }

  get registry(): Registry {
    return this.code;
  }

  /** An id that is free: the name that was given, or the kind with a number. */
  id(kind: string, name: string | undefined): string {
    if (name !== undefined) return name;
    const count = (this.counts[kind] ?? 0) + 1;
    this.counts[kind] = count;
    return `${kind}-${count}`;
  }

  add(node: NodeDefinition): void {
    if (node.id === "input" || node.id === "value") {
      throw new ValidationError(`flow "${this.name}"`, [
        { path: node.id, message: "is what conditions call the flow's input and value; choose another name" },
      ]);
    }
    if (node.id.includes(".")) {
      throw new ValidationError(`flow "${this.name}"`, [
        {
          path: "name",
          message: `"${node.id}" has a dot in it, which in conditions leads into a value; write it without`,
        },
      ]);
    }
    if (this.nodes.some(({ id }) => id === node.id)) {
      throw new ValidationError(`flow "${this.name}"`, [
        { path: node.id, message: "is there already; give the second one a name of its own" },
      ]);
    }
    this.nodes.push(node);
  }

  step(step: FlowStep): void {
    const uses = `${this.prefix}${step.id}`;
    const { retry, ...options } = step.options;
    this.code.steps[uses] = {
      run: step.run as StepCode["run"],
      ...(step.inputSchema && { input: step.inputSchema }),
      ...(step.outputSchema && { output: step.outputSchema }),
      ...(step.undo && { compensate: step.undo }),
      ...(retry && { retry }),
    };
    this.add({ id: step.id, kind: "step", uses, ...options });
  }

  /** Undoes the last step. */
  compensate(undo: AnyFunction): void {
    const last = this.nodes.at(-1);
    if (last?.kind !== "step") {
      throw new ValidationError(`flow "${this.name}"`, [{ path: "compensate", message: "must follow a step" }]);
    }
    this.nodes[this.nodes.length - 1] = { ...last, compensate: this.function(`${last.id}/undo`, undo) };
  }

  function(name: string, fn: AnyFunction): string {
    const full = `${this.prefix}${name}`;
    this.code.functions[full] = fn;
    return full;
  }

  /** A condition of the chain is asked with the value and what was seen. */
  condition(name: string, fn: AnyFunction): string {
    const ask = fn as (value: unknown, seen: FlowState) => unknown;
    return this.function(name, (data: FlowState) => ask(data.value, data));
  }

  schema(name: string, schema: StandardSchemaV1): string {
    const full = `${this.prefix}${name}`;
    this.code.schemas[full] = schema;
    return full;
  }

  workflow(workflow: AnyWorkflow): string {
    this.code.workflows[workflow.name] = workflow;
    return workflow.name;
  }

  /** What has been said so far may fail. */
  wrap(id: string, onError: FlowDefinition): void {
    const body = { ...this.definition(), name: `${this.name} (tried)` };
    this.nodes = [];
    this.add({ id, kind: "try", body, onError });
  }

  /** The answers of this approval may follow. */
  ask(id: string): void {
    this.asking = { id };
  }

  answer(answer: "approved" | "rejected", flowOf: (id: string) => FlowDefinition): void {
    const { asking } = this;
    if (!asking) {
      const call = answer === "approved" ? "ifApproved" : "ifRejected";
      throw new ValidationError(`flow "${this.name}"`, [{ path: call, message: "must follow an approve" }]);
    }
    asking[answer] = flowOf(`${asking.id}.${answer}`);
  }

  /** All answers have been said. */
  answered(): void {
    const { asking } = this;
    if (!asking) return;
    this.asking = null;
    const { id, approved, rejected } = asking;
    const end: NodeDefinition = { id: "rejected", kind: "end", outcome: "rejected", result: null };
    const ending: FlowDefinition = { name: `${id}.rejected`, nodes: [end], edges: [], entry: ["rejected"] };
    const going: FlowDefinition = {
      name: `${id}.approved`,
      nodes: [{ id: "approved", kind: "gate" }],
      edges: [],
      entry: ["approved"],
    };
    this.add({
      id: `${id}?`,
      kind: "choose",
      take: "first",
      cases: [{ name: "approved", when: { type: "truthy", path: `${id}.approved` }, flow: approved ?? going }],
      otherwise: rejected ?? ending,
    });
  }
}
