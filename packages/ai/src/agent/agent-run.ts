import { ValidationError, type WorkflowContext } from "@holdpoint/core";
import { noSpending, type Spending, spend } from "../cost/spending.ts";
import { OutputError, TurnLimitError } from "../errors.ts";
import { guardedCall } from "../guardrails/guard-call.ts";
import { guardMessages } from "../guardrails/guard-messages.ts";
import { guardedModelStep, restoredText } from "../guardrails/guarded-model-step.ts";
import type { ThreadMemory } from "../memory/agent-memory.ts";
import { type Message, type ToolCallPart, type ToolResultPart, textOf, toolCallsOf } from "../model/message.ts";
import type { ModelResponse } from "../model/model.ts";
import type { ModelChoice } from "../models/models.ts";
import { issuesText } from "../schema.ts";
import { correction } from "../step/llm-step.ts";
import type { ModelStepOptions } from "../step/model-step.ts";
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
  /** The conversation it goes on with: what was said is recalled before, and what is said kept after. Both are recorded steps. */
  memory?: ThreadMemory;
}

/** One run of an agent, and of those it hands over to: turn by turn, for a loop that is somebody else's. */
export class AgentRun<Out> {
  readonly #ctx: WorkflowContext;
  readonly #options: AgentStepOptions;
  #messages: Message[];
  #passed = false;
  readonly #denied = new DeniedCalls();
  readonly #maxTurns: number;
  readonly #first: Agent<unknown>;
  #agent: Agent<unknown>;
  #turn = 0;
  #misfits = 0;
  #spending: Spending = noSpending;

  constructor(
    ctx: WorkflowContext,
    agent: Agent<unknown>,
    input: string | readonly Message[],
    options: AgentStepOptions = {},
  ) {
    this.#ctx = ctx;
    this.#agent = agent;
    this.#first = agent;
    this.#messages = startOf(agent, input);
    this.#options = options;
    this.#maxTurns = options.maxTurns ?? agent.options.maxTurns ?? 10;
  }

  /** Thinks and acts until there is a result. */
  async work(): Promise<AgentResult<Out>> {
    while (!this.spent) {
      const result = await this.act(await this.think());
      if (result) return result;
    }
    throw new TurnLimitError(this.#first.name, this.#maxTurns);
  }

  /** It has taken all the turns it may. */
  get spent(): boolean {
    return this.#turn >= this.#maxTurns;
  }

  get #state(): AgentState {
    return { turn: this.#turn, messages: this.#messages, spending: this.#spending };
  }

  /** Asks the model what is next, as a recorded step. */
  async think(): Promise<ModelResponse> {
    const agent = this.#agent;
    const { model, retry, timeout, onDelta, live, cache, budget, guardrails } = agent.options;
    const chosen = this.#options.model ?? model;
    const how: ModelStepOptions = {
      ...(chosen !== undefined && { model: chosen }),
      ...(retry && { retry }),
      ...(timeout !== undefined && { timeout }),
      ...(onDelta && { onDelta }),
      ...(live && { live }),
      ...(cache && { cache }),
      ...(budget && { budget }),
    };
    if (!this.#passed) this.#messages = await guardMessages(this.#ctx, guardrails, this.#messages, agent.name);
    this.#passed = true;
    const request = requestOf(agent, this.#state);
    const caller = { step: `${agent.name} turn`, caller: agent.name, guardrails };
    const { response, cost } = await guardedModelStep(this.#ctx, caller, request, how, this.#spending);
    this.#turn++;
    this.#spending = spend(this.#spending, response.usage, cost);
    this.#messages.push({ role: "assistant", content: response.content });
    const text = textOf(response.content);
    if (text) this.#emit({ type: "agent.text", agent: agent.name, turn: this.#turn, text });
    return response;
  }

  /** Does what the model asked for; gives the result where it asked for nothing more, and null where it is to think again. */
  async act(response: ModelResponse): Promise<AgentResult<Out> | null> {
    const calls = toolCallsOf(response.content);
    if (calls.length > 0) await this.#callAll(response, calls);
    else {
      const result = this.#final(response);
      if (result) return result;
    }
    if (this.#agent.options.stopWhen?.(this.#state) !== true) return null;
    return { ...this.summary(response), finish: "stopped", output: undefined as Out };
  }

  /** Calls the tools of one turn side by side; their results stand in the order in which they were asked for. */
  async #callAll(response: ModelResponse, calls: readonly ToolCallPart[]): Promise<void> {
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
        const began = (args: unknown): void => this.#emit({ type: "agent.tool-call", ...place, args });
        const result = await this.#call(agent, call, facts, began);
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
    began: (args: unknown) => void,
  ): Promise<ToolResultPart> {
    const answer = (outcome: ToolResultPart["outcome"], result: string): ToolResultPart => ({
      type: "tool-result",
      id: call.id,
      name: call.name,
      outcome,
      result,
    });
    const tools = agent.options.tools ?? [];
    const tool = tools.find(({ name }) => name === call.name);
    const { guardrails } = agent.options;
    // What rails may still change or stop is told when it has passed.
    if (tool && guardrails) {
      const make = (given: ToolCallPart): Promise<ToolResultPart> => callTool(this.#ctx, tool, given, facts);
      return guardedCall(this.#ctx, guardrails, tool, call, facts, { began, make });
    }
    began(call.args);
    const target = handoffTarget(agent, [call]);
    if (target) return answer("ok", `The conversation is with ${target.name} now.`);
    if (tool) return callTool(this.#ctx, tool, call, facts);
    const known = [...tools.map(({ name }) => name), ...handoffsOf(agent).map(({ tool: name }) => name)];
    return answer("error", `There is no tool "${call.name}". There are: ${known.join(", ") || "none"}.`);
  }

  /** The result; null when the answer did not fit and is asked for again. */
  #final(response: ModelResponse): AgentResult<Out> | null {
    const agent = this.#agent;
    const { output, outputRetries = 2 } = agent.options;
    const summary = this.summary(response);
    if (!output) return { ...summary, output: undefined as Out };
    const read = readOutput(output, summary.text, response.finish, agent.name);
    if (!read.issues) return { ...summary, output: read.value as Out };
    if (++this.#misfits > outputRetries) {
      throw new OutputError(`agent "${agent.name}"`, this.#misfits, read.issues, summary.text);
    }
    this.#messages.push({ role: "user", content: correction(issuesText(read.issues)) });
    return null;
  }

  /** Where it stands after this response. */
  summary(response: ModelResponse): Omit<AgentResult<Out>, "output"> {
    return {
      text: this.#textOf(response),
      finish: response.finish,
      agent: this.#agent.name,
      turns: this.#turn,
      messages: [...this.#messages],
      spending: this.#spending,
    };
  }

  #textOf(response: ModelResponse): string {
    const { asked, options } = this.#agent;
    return restoredText(this.#ctx, options.guardrails, textOf(response.content), asked !== undefined);
  }

  #emit(event: AgentEvent): void {
    if (this.#agent.options.emit !== false) this.#ctx.emit(event);
  }
}

/** The conversation an agent begins with. */
export function startOf(agent: Agent<unknown>, input: string | readonly Message[]): Message[] {
  const messages: readonly Message[] = typeof input === "string" ? [{ role: "user", content: input }] : input;
  if (Array.isArray(messages) && messages.length > 0) return [...messages];
  throw new ValidationError(`input of agent "${agent.name}"`, [
    { path: "", message: "must be a text or a list of messages with at least one in it" },
  ]);
}
