import { type StandardSchemaV1, ValidationError, type Workflow, workflow } from "@holdpoint/core";
import { type Tool, tool } from "../tool/tool.ts";
import type { Agent, AgentResult } from "./agent.ts";
import { agentStep } from "./agent-step.ts";

/** A text, as a schema without a library: what an agent's run is started with. */
const text: StandardSchemaV1<string, string> = {
  "~standard": {
    version: 1,
    vendor: "holdpoint",
    validate: (value) =>
      typeof value === "string" && value !== ""
        ? { value }
        : { issues: [{ message: "must be a text that is not empty" }] },
  },
};

/** What a model that calls an agent says to it. */
const task: StandardSchemaV1<unknown, { task: string }> = {
  "~standard": {
    version: 1,
    vendor: "holdpoint",
    validate: (value) => {
      const given = (value as { task?: unknown } | null)?.task;
      if (typeof given === "string" && given !== "") return { value: { task: given } };
      return { issues: [{ path: ["task"], message: "must be a text that is not empty" }] };
    },
  },
};

/** What a run of an agent gives. */
export type AgentWorkflowResult<Out> = Omit<AgentResult<Out>, "messages">;

/**
 * An agent as a workflow of its own, named `agent:NAME`: to be started by itself, or by another agent with `agentTool`. Give it to the
 * engine.
 *
 * @example
 * const researcherFlow = agentWorkflow(researcher);
 * const engine = createEngine({ store, workflows: [researcherFlow] });
 * const run = await engine.run(researcherFlow, "What is a hold point?");
 */
export function agentWorkflow<Out>(agent: Agent<Out>): Workflow<string, AgentWorkflowResult<Out>> {
  return workflow({ name: `agent:${agent.name.replace(/[^\w.:-]/g, "_")}`, input: text }, async (ctx, question) => {
    const { messages: _, ...result } = await agentStep(ctx, agent, question);
    return result;
  }) as Workflow<string, AgentWorkflowResult<Out>>;
}

/**
 * A tool that lets another agent work, as a child run: with a history, a stream, costs and holds of its own, and cancelled with its
 * parent. The engine must be given the agent's workflow.
 *
 * @example
 * const researcherFlow = agentWorkflow(researcher);
 * const writer = agent({ name: "writer", tools: [agentTool(researcherFlow, { description: "Finds facts, with their sources." })] });
 */
export function agentTool(
  child: Workflow<string, AgentWorkflowResult<unknown>>,
  options: { name?: string; description: string },
): Tool<{ task: string }, unknown> {
  const name = options.name ?? child.name.replace(/^agent:/, "").replace(/[^A-Za-z0-9_-]/g, "_");
  if (!options.description) {
    throw new ValidationError(`tool "${name}"`, [
      { path: "description", message: "must say what the agent is good for" },
    ]);
  }
  return tool({
    name,
    description: options.description,
    input: task,
    jsonSchema: {
      type: "object",
      properties: { task: { type: "string", description: "What it is to do, with all that it needs to know." } },
      required: ["task"],
      additionalProperties: false,
    },
    run: async (ctx, { task: given }) => {
      const { text: said, output } = await ctx.child(child, given);
      return output === undefined ? said : output;
    },
  });
}
