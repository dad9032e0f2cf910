import type { ToolCallPart } from "../model/message.ts";
import type { ToolDeclaration } from "../model/model.ts";
import type { Agent } from "./agent.ts";

/** Whom an agent may hand over to, and the tool that does it. */
export function handoffsOf(agent: Agent<unknown>): { tool: string; target: Agent<unknown> }[] {
  const { handoffs = [] } = agent.options;
  const targets = typeof handoffs === "function" ? handoffs() : handoffs;
  return targets.map((target) => ({ tool: `handoff_to_${target.name.replace(/[^A-Za-z0-9_-]/g, "_")}`, target }));
}

/** How a model is told of them. */
export const handoffDeclarations = (agent: Agent<unknown>): ToolDeclaration[] =>
  handoffsOf(agent).map(({ tool, target }) => ({
    name: tool,
    description: `Hands the conversation over to ${target.name}${target.options.description ? `: ${target.options.description}` : ""}.`,
    parameters: { type: "object", properties: {}, additionalProperties: false },
  }));

/** Whom these calls hand over to; the first of them counts. */
export function handoffTarget(agent: Agent<unknown>, calls: readonly ToolCallPart[]): Agent<unknown> | undefined {
  const handoffs = handoffsOf(agent);
  for (const call of calls) {
    const found = handoffs.find(({ tool }) => tool === call.name);
    if (found) return found.target;
  }
  return undefined;
}
