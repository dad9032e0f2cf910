import { ValidationError, type WorkflowContext } from "@holdpoint/core";
import { noSpending, type Spending, spend } from "../cost/spending.ts";
import { OutputError, TurnLimitError } from "../errors.ts";
import { type Message, type ToolCallPart, type ToolResultPart, textOf, toolCallsOf } from "../model/message.ts";
import type { ModelResponse } from "../model/model.ts";
import type { ModelChoice } from "../models/models.ts";
import { issuesText } from "../schema.ts";
import { correction } from "../step/llm-step.ts";
import { type ModelStepOptions, modelStep } from "../step/model-step.ts";
import { readOutput } from "../step/output.ts";
import { callTool, DeniedCalls } from "../tool/call-tool.ts";
import type { Agent, AgentEvent, AgentResult, AgentState } from "./agent.ts";
import { handoffsOf, handoffTarget } from "./handoff.ts";
import { requestOf } from "./request.ts";

/** What one run of an agent may have otherwise. */
export interface AgentStepOptions {
  /** In the place of the agent's own. */
  model?: ModelChoice;
  maxTurns?: number;
}

/**
 * Runs an agent in a workflow. Every call of its model is a step (`NAME turn`), every call of a tool another (`tool NAME`): a crash
 * in the middle of a thought repeats nothing that was recorded, a tool that needs approval waits for weeks if it must, and the run
 * can be forked from any turn (`run.fork({ from: "step:NAME turn#4" })`).
 *
 * @example
 * const { text, spending } = await agentStep(ctx, support, "Where is my order A-7?");
 *
 * @throws TurnLimitError it took more turns than it may. OutputError its answers did not fit. StepFailedError its model gave none
 */
export async function agentStep<Out>(
  ctx: WorkflowContext,
  agent: Agent<Out>,
  input: string | readonly Message[],
  options: AgentStepOptions = {},
): Promise<AgentResult<Out>> {
  return new AgentRun<Out>(ctx, agent, startOf(agent, input), options).work();
}

function startOf(agent: Agent<unknown>, input: string | readonly Message[]): Message[] {
  const messages: readonly Message[] = typeof input === "string" ? [{ role: "user", content: input }] : input;
  if (Array.isArray(messages) && messages.length > 0) return [...messages];
  throw new ValidationError(`input of agent "${agent.name}"`, [
    { path: "", message: "must be a text or a list of messages with at least one in it" },
  ]);
}

/** One run of an agent, and of those it hands over to. */
class AgentRun<Out> {
  readonly #ctx: WorkflowContext;
  readonly #options: AgentStepOptions;
  readonly #messages: Message[];
  readonly #denied = new DeniedCalls();
  readonly #maxTurns: number;
  #agent: Agent<unknown>;
  #turn = 0;
  #misfits = 0;
  #spending: Spending = noSpending;

  constructor(ctx: WorkflowContext, agent: Agent<unknown>, messages: Message[], options: AgentStepOptions) {
    this.#ctx = ctx;
    this.#agent = agent;
    this.#messages = messages;
    this.#options = options;
    this.#maxTurns = options.maxTurns ?? agent.options.maxTurns ?? 10;
  }

  async work(): Promise<AgentResult<Out>> {
    const first = this.#agent;
    while (this.#turn < this.#maxTurns) {
      const response = await this.#think();
      const calls = toolCallsOf(response.content);
      if (calls.length > 0) await this.#act(response, calls);
      else {
        const result = this.#final(response);
        if (result) return result;
      }
      if (this.#agent.options.stopWhen?.(this.#state) === true) {
        return { ...this.#summary(response), finish: "stopped", output: undefined as Out };
      }
    }
    throw new TurnLimitError(first.name, this.#maxTurns);
  }

  get #state(): AgentState {
    return { turn: this.#turn, messages: this.#messages, spending: this.#spending };
  }

  async #think(): Promise<ModelResponse> {
    const agent = this.#agent;
    const { model, retry, timeout, onDelta, cache, budget } = agent.options;
    const chosen = this.#options.model ?? model;
    const how: ModelStepOptions = {
      ...(chosen !== undefined && { model: chosen }),
      ...(retry && { retry }),
      ...(timeout !== undefined && { timeout }),
      ...(onDelta && { onDelta }),
      ...(cache && { cache }),
      ...(budget && { budget }),
    };
    const request = requestOf(agent, this.#state);
    const { response, cost } = await modelStep(this.#ctx, `${agent.name} turn`, request, how, this.#spending);
    this.#turn++;
    this.#spending = spend(this.#spending, response.usage, cost);
    this.#messages.push({ role: "assistant", content: response.content });
    const text = textOf(response.content);
    if (text) this.#emit({ type: "agent.text", agent: agent.name, turn: this.#turn, text });
    return response;
  }

  /** Calls the tools of one turn side by side; their results stand in the order in which they were asked for. */
  async #act(response: ModelResponse, calls: readonly ToolCallPart[]): Promise<void> {
    const agent = this.#agent;
    const { concurrency } = agent.options;
    const confidence = agent.options.confidence?.(response);
    const { cost, usage } = this.#spending;
    const tokens = usage.input === null || usage.output === null ? undefined : usage.input + usage.output;
    const facts = {
      caller: agent.name,
      denied: this.#denied,
      cost,
      ...(confidence !== undefined && { confidence }),
      ...(tokens !== undefined && { tokens }),
    };
    const results = await this.#ctx.map(
      calls,
      async (call) => {
        const place = { agent: agent.name, turn: this.#turn, id: call.id, tool: call.name };
        this.#emit({ type: "agent.tool-call", ...place, args: call.args });
        const result = await this.#call(agent, call, facts);
        this.#emit({ type: "agent.tool-result", ...place, outcome: result.outcome, result: result.result });
        return result;
      },
      { key: (call, index) => `${index + 1} ${call.name}`, ...(concurrency !== undefined && { concurrency }) },
    );
    this.#messages.push({ role: "tool", content: results });
    const next = handoffTarget(agent, calls);
    if (!next) return;
    this.#emit({ type: "agent.handoff", agent: agent.name, turn: this.#turn, to: next.name });
    this.#agent = next;
  }

  async #call(
    agent: Agent<unknown>,
    call: ToolCallPart,
    facts: Parameters<typeof callTool>[3],
  ): Promise<ToolResultPart> {
    const answer = (outcome: ToolResultPart["outcome"], result: string): ToolResultPart => ({
      type: "tool-result",
      id: call.id,
      name: call.name,
      outcome,
      result,
    });
    const target = handoffTarget(agent, [call]);
    if (target) return answer("ok", `The conversation is with ${target.name} now.`);
    const tools = agent.options.tools ?? [];
    const tool = tools.find(({ name }) => name === call.name);
    if (tool) return callTool(this.#ctx, tool, call, facts);
    const known = [...tools.map(({ name }) => name), ...handoffsOf(agent).map(({ tool: name }) => name)];
    return answer("error", `There is no tool "${call.name}". There are: ${known.join(", ") || "none"}.`);
  }

  /** The result; null when the answer did not fit and is asked for again. */
  #final(response: ModelResponse): AgentResult<Out> | null {
    const agent = this.#agent;
    const { output, outputRetries = 2 } = agent.options;
    const summary = this.#summary(response);
    if (!output) return { ...summary, output: undefined as Out };
    const read = readOutput(output, summary.text, response.finish, agent.name);
    if (!read.issues) return { ...summary, output: read.value as Out };
    if (++this.#misfits > outputRetries) {
      throw new OutputError(`agent "${agent.name}"`, this.#misfits, read.issues, summary.text);
    }
    this.#messages.push({ role: "user", content: correction(issuesText(read.issues)) });
    return null;
  }

  #summary(response: ModelResponse): Omit<AgentResult<Out>, "output"> {
    return {
      text: textOf(response.content),
      finish: response.finish,
      agent: this.#agent.name,
      turns: this.#turn,
      messages: [...this.#messages],
      spending: this.#spending,
    };
  }

  #emit(event: AgentEvent): void {
    if (this.#agent.options.emit !== false) this.#ctx.emit(event);
  }
}
