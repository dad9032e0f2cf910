import { type ServiceToken, ValidationError, type WorkflowContext } from "@holdpoint/core";
import type { CodeFunction, FlowState, StepArguments } from "../../definition/registry.ts";
import type { WorkOptions } from "../types.ts";
import { fillBraces } from "./braces.ts";

/** What a call of a port may use besides its request: it is a step's attempt. */
export type CallInfo = Pick<
  StepArguments,
  "signal" | "attempt" | "idempotencyKey" | "run" | "log" | "heartbeat" | "measure"
>;

/** What is asked of a language model. */
export interface CompletionRequest {
  prompt: string;
  system?: string;
  model?: string;
  temperature?: number;
  maxTokens?: number;
}

/** A language model, as graphs need one. `@holdpoint/ai` brings them; anything that completes a text will do. */
export interface LanguageModel {
  complete(request: CompletionRequest, info: CallInfo): Promise<string | { readonly text: string }>;
}

/** An agent: gets a value, gives its answer. */
export interface Agent {
  run(input: unknown, info: CallInfo): Promise<unknown>;
}

/** What runs agents that do not run by themselves. */
export interface AgentExecutor {
  execute(agent: unknown, input: unknown, info: CallInfo): Promise<unknown>;
}

/** A tool: gets arguments by name, gives its result. */
export interface Tool {
  execute(args: Readonly<Record<string, unknown>>, info: CallInfo): Promise<unknown>;
}

/**
 * A port that works in the workflow itself, so that each of its own calls is recorded: `flowModel`, `flowAgent` and `flowTool` of
 * `@holdpoint/ai` are such. How its calls are retried and timed is its own affair, not the node's.
 */
export interface InWorkflow<Request> {
  /** Workflow code: as deterministic as any other. */
  inWorkflow(ctx: WorkflowContext, request: Request, node: string): Promise<unknown>;
}

/** A port itself, or the token under which the engine is given it. */
export type Provided<T> = T | ServiceToken<T>;

/** Options of an LLM node. */
export interface LlmOptions<S> extends WorkOptions<S> {
  llm: Provided<LanguageModel> | InWorkflow<CompletionRequest>;
  /** `{key}` is filled from the state; what is not there stays as it is. Default "{input}". */
  prompt?: string;
  system?: string;
  model?: string;
  temperature?: number;
  maxTokens?: number;
  /** Default "output". */
  outputKey?: string;
}

/** Options of an agent node. */
export interface AgentOptions<S> extends WorkOptions<S> {
  /** What the executor is given, where there is one; otherwise it is run. One that is `InWorkflow` works there. */
  agent: unknown;
  executor?: Provided<AgentExecutor>;
  /** Where in the state its input is. Default "input". */
  inputKey?: string;
  /** Default "output". */
  outputKey?: string;
}

/** Options of a tool node. */
export interface ToolOptions<S> extends WorkOptions<S> {
  tool: Provided<Tool> | InWorkflow<Readonly<Record<string, unknown>>>;
  /** Where in the state its `input` is. Default "input". */
  inputKey?: string;
  /** Further keys of the state that are handed over under their own names. */
  extraKeys?: readonly string[];
  /** Default "output". */
  outputKey?: string;
}

type Work = (args: StepArguments<FlowState>) => Promise<FlowState>;

/** Asks a language model. Its failure is the node's: it never becomes a text. */
export function llmWork(options: LlmOptions<never>): Work {
  const { llm, outputKey = "output" } = options;
  return async (args) => {
    const answer = await portOf(llm as Provided<LanguageModel>, args).complete(completionOf(options, args.state), args);
    return { [outputKey]: typeof answer === "string" ? answer : answer.text };
  };
}

function completionOf(options: LlmOptions<never>, state: Readonly<FlowState>): CompletionRequest {
  const { prompt = "{input}", system, model, temperature, maxTokens } = options;
  return {
    prompt: fillBraces(prompt, state),
    ...(system !== undefined && { system: fillBraces(system, state) }),
    ...(model !== undefined && { model }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
  };
}

/** The same by a port that works in the workflow; undefined for one that does not. */
export function llmCode(node: string, options: LlmOptions<never>): CodeFunction | undefined {
  return codeOf(node, options.llm, options, (state) => completionOf(options, state));
}

/** The same by an agent that works in the workflow; undefined for one that does not. */
export function agentCode(node: string, options: AgentOptions<never>): CodeFunction | undefined {
  if (options.executor) return undefined;
  return codeOf(node, options.agent, options, (state) => state[options.inputKey ?? "input"]);
}

/** The same by a tool that works in the workflow; undefined for one that does not. */
export function toolCode(node: string, options: ToolOptions<never>): CodeFunction | undefined {
  return codeOf(node, options.tool, options, (state) => toolArguments(options, state));
}

const ofSteps = ["retry", "timeout", "heartbeat", "once", "compensate"] as const;

function codeOf(
  node: string,
  port: unknown,
  options: WorkOptions<never> & { outputKey?: string },
  request: (state: Readonly<FlowState>) => unknown,
): CodeFunction | undefined {
  const { inWorkflow } = port as Partial<InWorkflow<unknown>>;
  if (typeof inWorkflow !== "function") return undefined;
  const wrong = ofSteps.find((field) => options[field] !== undefined);
  if (wrong !== undefined) {
    throw new ValidationError(`node "${node}"`, [
      { path: wrong, message: "is for a node that is one step; say it to what works in this one" },
    ]);
  }
  const { outputKey = "output" } = options;
  return async (ctx, _input, { state }) => ({ [outputKey]: await inWorkflow.call(port, ctx, request(state), node) });
}

/** Lets an agent answer. */
export function agentWork(options: AgentOptions<never>): Work {
  const { agent, executor, inputKey = "input", outputKey = "output" } = options;
  return async (args) => {
    const input = args.state[inputKey];
    const answer = executor
      ? await portOf(executor, args).execute(isToken(agent) ? args.service(agent) : agent, input, args)
      : await portOf(agent as Provided<Agent>, args).run(input, args);
    return { [outputKey]: answer };
  };
}

/** Calls a tool. */
export function toolWork(options: ToolOptions<never>): Work {
  const { tool, outputKey = "output" } = options;
  return async (args) => ({
    [outputKey]: await portOf(tool as Provided<Tool>, args).execute(toolArguments(options, args.state), args),
  });
}

function toolArguments({ inputKey = "input", extraKeys = [] }: ToolOptions<never>, state: Readonly<FlowState>) {
  const more = Object.fromEntries(extraKeys.filter((key) => key in state).map((key) => [key, state[key]]));
  return { input: state[inputKey], ...more };
}

/** Refuses a node that was given nothing to call. */
export function refuseMissing(node: string, what: string, given: unknown): void {
  if (typeof given === "object" && given !== null) return;
  throw new ValidationError(`node "${node}"`, [
    { path: what, message: "is missing: give the port, or its service token" },
  ]);
}

function portOf<T>(given: Provided<T>, args: StepArguments<FlowState>): T {
  return isToken(given) ? (args.service(given) as T) : (given as T);
}

function isToken(given: unknown): given is ServiceToken<unknown> {
  return typeof given === "object" && given !== null && typeof (given as { provide?: unknown }).provide === "function";
}
