import type { WorkflowContext } from "@holdpoint/core";
import type { Flow } from "@holdpoint/flow";
import type { Agent, AgentResult } from "../agent/agent.ts";
import { AgentRun } from "../agent/agent-run.ts";
import { about } from "./about.ts";
import { beforeStep } from "./input.ts";
import type { PatternGate, PatternInput, PatternResult } from "./pattern.ts";
import { begin, proposed, settled } from "./settle.ts";

/** What `react` may be told. */
export interface ReactOptions<Out> extends PatternGate {
  /** The flow's name. */
  name: string;
  /** Raise it when you change what live runs would notice. Default 1. */
  version?: number;
  /** Reasons with its model and acts with its tools. */
  agent: Agent<Out>;
}

/** What came of it. */
export interface ReactResult<Answer = string> extends PatternResult<Answer> {
  /** How often it reasoned. */
  readonly turns: number;
  /** The conversation: thoughts, calls, observations. */
  readonly messages: AgentResult["messages"];
}

/**
 * Reason and act, as a flow that shows the loop: the model reasons, the tools it asks for are called, and what they gave is observed, until
 * it answers. Tools hold for approval as in every agent. Coming to no answer in `maxTurns` is `no-answer`.
 *
 * @example
 * const desk = react({ name: "desk", agent: agent({ name: "clerk", tools: [lookup] }) });
 */
export function react<Out = undefined>(
  options: ReactOptions<Out>,
): Flow<PatternInput, ReactResult<Out extends undefined ? string : Out>> {
  const { agent } = options;
  const confidence = agent.options.confidence;
  const chain = begin(options, about.react)
    .call("begin", (ctx: WorkflowContext, asked) => ({
      asked,
      run: new AgentRun<Out>(ctx, agent, [{ role: "user", content: asked.task }], {}),
    }))
    .doUntil(
      (turn) =>
        turn
          .call("reason", async (ctx, { asked, run }) => {
            await beforeStep(ctx, "reason", asked);
            return { asked, run, thought: await run.think() };
          })
          .call("act", async (_ctx, { asked, run, thought }) => ({
            asked,
            run,
            thought,
            result: await run.act(thought),
          })),
      ({ run, result }) => result !== null || run.spent,
      { name: "until answered", maxIterations: 10_000 },
    )
    .map(({ run, thought, result }) => {
      const { turns, messages } = run.summary(thought);
      const sure = confidence?.(thought) ?? null;
      const answer = result === null || result.finish === "stopped" ? null : agent.asked ? result.output : result.text;
      return { ...proposed<unknown>(answer, sure), turns, messages };
    });
  return settled(chain as never, options) as never;
}
