import type { Message } from "../model/message.ts";
import type { ModelRequest } from "../model/model.ts";
import type { Agent, AgentState } from "./agent.ts";
import { handoffDeclarations } from "./handoff.ts";

/** What an agent asks its model next. */
export function requestOf(agent: Agent<unknown>, state: AgentState): ModelRequest {
  const { instructions, tools = [], toolChoice, temperature, maxTokens, topP, stop, seed } = agent.options;
  const { reasoning, cachePrompt, providerOptions } = agent.options;
  const said = typeof instructions === "function" ? instructions(state) : instructions;
  const declared = [...tools.map(({ declaration }) => declaration), ...handoffDeclarations(agent)];
  const messages: readonly Message[] = said
    ? [{ role: "system", content: said }, ...state.messages]
    : [...state.messages];
  return {
    messages,
    ...(declared.length > 0 && { tools: declared }),
    ...(agent.asked && { output: agent.asked }),
    ...(toolChoice !== undefined && { toolChoice }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(topP !== undefined && { topP }),
    ...(stop && { stop }),
    ...(seed !== undefined && { seed }),
    ...(reasoning && { reasoning }),
    ...(cachePrompt && { cachePrompt }),
    ...(providerOptions && { providerOptions }),
  };
}
