import type { WorkflowContext } from "@holdpoint/core";
import { wordsOf } from "../memory/agent-memory.ts";
import { recallStep, recollection, rememberStep } from "../memory/memory-step.ts";
import type { Message } from "../model/message.ts";
import type { Agent, AgentResult } from "./agent.ts";
import { AgentRun, type AgentStepOptions, startOf } from "./agent-run.ts";

/**
 * Runs an agent in a workflow. Every call of its model is a step (`NAME turn`), every call of a tool another (`tool NAME`): a crash
 * in the middle of a thought repeats nothing that was recorded, a tool that needs approval waits for weeks if it must, and the run
 * can be forked from any turn (`run.fork({ from: "step:NAME turn#4" })`).
 *
 * @example
 * const { text, spending } = await agentStep(ctx, support, "Where is my order A-7?");
 *
 * @throws TurnLimitError it took more turns than it may. OutputError its answers did not fit. StepFailedError its model gave none.
 * GuardrailError a rail blocked what it was asked or what it answered
 */
export async function agentStep<Out>(
  ctx: WorkflowContext,
  agent: Agent<Out>,
  input: string | readonly Message[],
  options: AgentStepOptions = {},
): Promise<AgentResult<Out>> {
  const { memory } = options;
  if (!memory) return new AgentRun<Out>(ctx, agent, input, options).work();
  const said = startOf(agent, input);
  const words = said.map(wordsOf).join("\n").trim();
  const recalled = await recallStep(ctx, `${agent.name} recall`, memory, words);
  const before = [...recollection(recalled), ...recalled.messages];
  const result = await new AgentRun<Out>(ctx, agent, [...before, ...said], options).work();
  await rememberStep(ctx, `${agent.name} remember`, memory, result.messages.slice(before.length));
  return result;
}
