import type { CompletionRequest, InWorkflow } from "@holdpoint/flow";
import type { Agent } from "../agent/agent.ts";
import { agentStep } from "../agent/agent-step.ts";
import { llmStep } from "../step/llm-step.ts";
import type { ModelStepOptions } from "../step/model-step.ts";
import type { Tool } from "../tool/tool.ts";
import { toolStep } from "../tool/tool-step.ts";

/**
 * A model for a graph's LLM node. The call is a step of the node's name, retried and counted like every other; the node's `model`
 * goes before that of `options`.
 *
 * @example
 * const writer = graph("write").llm("draft", { llm: flowModel({ model: "fast" }), prompt: "Write about {input}" }).entry("draft");
 */
export function flowModel(options: ModelStepOptions = {}): InWorkflow<CompletionRequest> {
  return {
    inWorkflow: async (ctx, { prompt, system, model, temperature, maxTokens }, node) => {
      const { text } = await llmStep(ctx, node, {
        ...options,
        prompt,
        ...(system !== undefined && { system }),
        ...(model !== undefined && { model }),
        ...(temperature !== undefined && { temperature }),
        ...(maxTokens !== undefined && { maxTokens }),
      });
      return text;
    },
  };
}

/**
 * An agent for a graph's agent node: each of its calls is a recorded step, and its tools may hold. It gives its output, or its words
 * where it has none; a value that is no text is handed to it as JSON.
 *
 * @example
 * const desk = graph("desk").agent("help", { agent: flowAgent(support), inputKey: "question" }).entry("help");
 */
export function flowAgent(agent: Agent<unknown>): InWorkflow<unknown> {
  return {
    inWorkflow: async (ctx, input) => {
      const { output, text } = await agentStep(ctx, agent, typeof input === "string" ? input : JSON.stringify(input));
      return agent.asked ? output : text;
    },
  };
}

/**
 * A tool for a graph's tool node, with its checks and its approval. Its arguments are the node's `input`, where that is an object, with
 * the extra keys.
 *
 * @example
 * const pay = graph("pay").tool("refund", { tool: flowTool(refund), inputKey: "order" }).entry("refund");
 */
export function flowTool<In, Out>(tool: Tool<In, Out>): InWorkflow<Readonly<Record<string, unknown>>> {
  return {
    inWorkflow: (ctx, { input, ...more }, node) => {
      const fields = typeof input === "object" && input !== null && !Array.isArray(input) ? input : { input };
      return toolStep(ctx, tool, { ...fields, ...more } as In, { caller: node });
    },
  };
}
