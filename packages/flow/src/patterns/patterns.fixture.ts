import type { RunHandle } from "@holdpoint/core";
import { createTestEngine, type TestEngine } from "@holdpoint/core/testing";
import type { EdgeDefinition, FlowDefinition, NodeDefinition, StepNode } from "../definition/definition.ts";
import type { Registry, StepArguments } from "../definition/registry.ts";
import { type Flow, makeFlow } from "../interpret/flow.ts";

/** Flows of steps that only say their name, for the examples of control-flow patterns. */
export class Example {
  /** Which steps ran, in order. */
  readonly log: string[] = [];
  /** How many were at work at once, at most. */
  most = 0;
  private now = 0;

  /** A flow whose steps note that they ran; its first node is where it begins. */
  flow(definition: Partial<FlowDefinition> & { nodes: readonly NodeDefinition[] }, more: Registry = {}): Flow {
    const ids = new Set<string>();
    collectUses(definition, ids);
    const steps = Object.fromEntries([...ids].map((id) => [id, { run: (args: StepArguments) => this.note(id, args) }]));
    return makeFlow(
      { name: "example", edges: [], entry: [definition.nodes[0]?.id ?? ""], ...definition },
      { ...more, steps: { ...steps, ...more.steps } },
    );
  }

  /** Runs a flow to its end, and gives its result. */
  async run(
    flow: Flow,
    input: unknown = {},
    during?: (run: RunHandle<unknown>, engine: TestEngine) => Promise<unknown>,
  ): Promise<unknown> {
    const engine = createTestEngine({ workflows: [flow] });
    try {
      const run = await engine.run(flow, input, { id: "r1" });
      await during?.(run, engine);
      return await run.result();
    } finally {
      await engine.stop();
    }
  }

  private async note(id: string, { input }: StepArguments): Promise<unknown> {
    this.most = Math.max(this.most, ++this.now);
    await new Promise((resolve) => setImmediate(resolve));
    this.now--;
    this.log.push(id);
    return input;
  }
}

function collectUses(value: unknown, found: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  if ("kind" in value && value.kind === "step") found.add((value as unknown as StepNode).uses);
  for (const part of Object.values(value)) collectUses(part, found);
}

/** A step of that name. */
export function step(id: string, more: Partial<NodeDefinition> = {}): NodeDefinition {
  return { id, kind: "step", uses: id, ...more } as NodeDefinition;
}

/** A wait for a message of that name. */
export function waits(id: string, more: Partial<NodeDefinition> = {}): NodeDefinition {
  return { id, kind: "signal", signal: id, ...more } as NodeDefinition;
}

/** An edge. */
export function to(from: string, target: string, more: Partial<EdgeDefinition> = {}): EdgeDefinition {
  return { from, to: target, ...more };
}

/** A flow of steps in a row. */
export function row(...ids: string[]): FlowDefinition {
  const edges = ids.slice(1).map((id, i) => to(ids[i] as string, id));
  return { name: ids.join("-"), nodes: ids.map((id) => step(id)), edges, entry: [ids[0] as string] };
}
