import { type AnyWorkflow, type StandardSchemaV1, ValidationError, type WorkflowContext } from "@holdpoint/core";
import type { EdgeDefinition, FlowDefinition, NodeDefinition } from "../definition/definition.ts";
import type { CodeFunction, FlowFunction, FlowState, Registry, StepCode } from "../definition/registry.ts";
import type { FlowStep } from "./step.ts";

type AnyFunction = (...args: never[]) => unknown;

/**
 * A row that grows at its end and is shared by all that were said before: a chain is a new one after each call, and
 * copying what it has so far would make a chain of a thousand steps cost half a million copies.
 */
interface Row<T> {
  readonly last: T;
  readonly before: Row<T> | null;
}

function listed<T>(row: Row<T> | null): T[] {
  const list: T[] = [];
  for (let at = row; at !== null; at = at.before) list.push(at.last);
  return list.reverse();
}

/** One piece of a chain's code, and where in the registry it goes. */
type Named =
  | { in: "steps"; name: string; value: StepCode }
  | { in: "functions"; name: string; value: FlowFunction }
  | { in: "workflows"; name: string; value: AnyWorkflow }
  | { in: "schemas"; name: string; value: StandardSchemaV1 };

/** A flow while it is being written: nodes in a row, and the code they name. Changed only before it is handed out. */
export class Draft {
  private readonly name: string;
  /** In front of every name in the registry: where in the flow this is. */
  private readonly prefix: string;
  private nodes: Row<NodeDefinition> | null = null;
  private code: Row<Named> | null = null;
  private counts: Record<string, number> = {};
  /** The approval whose answers are still being said. */
  private asking: { id: string; approved?: FlowDefinition; rejected?: FlowDefinition } | null = null;

  constructor(name: string, prefix: string) {
    this.name = name;
    this.prefix = prefix;
  }

  copy(): Draft {
    const copy = new Draft(this.name, this.prefix);
    copy.nodes = this.nodes;
    copy.code = this.code;
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
    for (const named of listed(part.code)) this.keep(named);
    return part.definition();
  }

  definition(): FlowDefinition {
    // A flow of nothing still has a beginning.
    const nodes: readonly NodeDefinition[] = this.nodes ? listed(this.nodes) : [{ id: "begin", kind: "gate" }];
    const edges: EdgeDefinition[] = [];
    for (let i = 1; i < nodes.length; i++) {
      edges.push({ from: (nodes[i - 1] as NodeDefinition).id, to: (nodes[i] as NodeDefinition).id });
    }
    return { name: this.name, nodes, edges, entry: [(nodes[0] as NodeDefinition).id] };
  }

  get registry(): Registry {
    const {
      steps = [],
      functions = [],
      workflows = [],
      schemas = [],
    } = Object.groupBy(listed(this.code), (named) => named.in);
    const byName = <T>(code: readonly Named[]): Record<string, T> =>
      Object.fromEntries(code.map(({ name, value }) => [name, value as T]));
    return {
      steps: byName<StepCode>(steps),
      functions: byName<FlowFunction>(functions),
      workflows: byName<AnyWorkflow>(workflows),
      schemas: byName<StandardSchemaV1>(schemas),
    };
  }

  private keep(named: Named): void {
    this.code = { last: named, before: this.code };
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
    for (let at = this.nodes; at !== null; at = at.before) {
      if (at.last.id !== node.id) continue;
      throw new ValidationError(`flow "${this.name}"`, [
        { path: node.id, message: "is there already; give the second one a name of its own" },
      ]);
    }
    this.nodes = { last: node, before: this.nodes };
  }

  step(step: FlowStep): void {
    const uses = `${this.prefix}${step.id}`;
    const { retry, ...options } = step.options;
    const value: StepCode = {
      run: step.run as StepCode["run"],
      ...(step.inputSchema && { input: step.inputSchema }),
      ...(step.outputSchema && { output: step.outputSchema }),
      ...(step.undo && { compensate: step.undo }),
      ...(retry && { retry }),
    };
    this.keep({ in: "steps", name: uses, value });
    this.add({ id: step.id, kind: "step", uses, ...options });
  }

  /** Undoes the last step. */
  compensate(undo: AnyFunction): void {
    const last = this.nodes?.last;
    if (last?.kind !== "step") {
      throw new ValidationError(`flow "${this.name}"`, [{ path: "compensate", message: "must follow a step" }]);
    }
    const undone = { ...last, compensate: this.function(`${last.id}/undo`, undo) };
    this.nodes = { last: undone, before: this.nodes?.before ?? null };
  }

  function(name: string, fn: AnyFunction): string {
    const full = `${this.prefix}${name}`;
    this.keep({ in: "functions", name: full, value: fn as FlowFunction });
    return full;
  }

  /** Workflow code of the chain is called with the value and what was seen. */
  workflowCode(name: string, run: AnyFunction): string {
    const call = run as (ctx: WorkflowContext, value: unknown, seen: Readonly<FlowState>) => unknown;
    const code: CodeFunction = async (ctx, value, { state }) => call(ctx, value, state);
    return this.function(name, code as AnyFunction);
  }

  /** A condition of the chain is asked with the value and what was seen. */
  condition(name: string, fn: AnyFunction): string {
    const ask = fn as (value: unknown, seen: FlowState) => unknown;
    return this.function(name, (data: FlowState) => ask(data.value, data));
  }

  schema(name: string, schema: StandardSchemaV1): string {
    const full = `${this.prefix}${name}`;
    this.keep({ in: "schemas", name: full, value: schema });
    return full;
  }

  workflow(workflow: AnyWorkflow): string {
    this.keep({ in: "workflows", name: workflow.name, value: workflow });
    return workflow.name;
  }

  /** What has been said so far may fail. */
  wrap(id: string, onError: FlowDefinition): void {
    const body = { ...this.definition(), name: `${this.name} (tried)` };
    this.nodes = null;
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
