import { type ServiceToken, ValidationError } from "@holdpoint/core";
import type { FlowState, StepArguments } from "../../definition/registry.ts";
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

/** A port itself, or the token under which the engine is given it. */
export type Provided<T> = T | ServiceToken<T>;

/** Options of an LLM node. */
export interface LlmOptions<S> extends WorkOptions<S> {
  llm: Provided<LanguageModel>;
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
  /** What the executor is given, where there is one; otherwise it is run. */
  agent: unknown;
  executor?: Provided<AgentExecutor>;
  /** Where in the state its input is. Default "input". */
  inputKey?: string;
  /** Default "output". */
  outputKey?: string;
}

/** Options of a tool node. */
export interface ToolOptions<S> extends WorkOptions<S> {
  tool: Provided<Tool>;
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
  const { llm, prompt = "{input}", system, model, temperature, maxTokens, outputKey = "output" } = options;
  return async (args) => {
    const answer = await portOf(llm, args).complete(
      {
        prompt: fillBraces(prompt, args.state),
        ...(system !== undefined && { system: fillBraces(system, args.state) }),
        ...(model !== undefined && { model }),
        ...(temperature !== undefined && { temperature }),
        ...(maxTokens !== undefined && { maxTokens }),
      },
      args,
    );
    return { [outputKey]: typeof answer === "string" ? answer : answer.text };
  };
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
  const { tool, inputKey = "input", extraKeys = [], outputKey = "output" } = options;
  return async (args) => {
    const more = Object.fromEntries(extraKeys.filter((key) => key in args.state).map((key) => [key, args.state[key]]));
    return { [outputKey]: await portOf(tool, args).execute({ input: args.state[inputKey], ...more }, args) };
  };
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
