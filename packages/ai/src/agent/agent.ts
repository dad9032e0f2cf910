import { type JsonSchema, type StandardSchemaV1, ValidationError } from "@holdpoint/core";
import type { Spending } from "../cost/spending.ts";
import type { Guardrails } from "../guardrails/guardrails.ts";
import type { Message } from "../model/message.ts";
import type { FinishReason, ModelRequest, ModelResponse } from "../model/model.ts";
import { jsonSchemaFor } from "../schema.ts";
import type { ModelStepOptions } from "../step/model-step.ts";
import type { Tool } from "../tool/tool.ts";

/** Where an agent stands, for `stopWhen` and `instructions`. */
export interface AgentState {
  /** Turns it has taken; one is a call of the model with the tool calls it asked for. */
  readonly turn: number;
  /** The conversation without the instructions. */
  readonly messages: readonly Message[];
  /** What it has spent, those it handed over to and those that handed over to it included. */
  readonly spending: Spending;
}

/** Settings that are handed to the model with each call. */
export type AgentModelSettings = Pick<
  ModelRequest,
  | "toolChoice"
  | "temperature"
  | "maxTokens"
  | "topP"
  | "stop"
  | "seed"
  | "reasoning"
  | "cachePrompt"
  | "providerOptions"
>;

/** What `agent()` takes. */
export interface AgentOptions<S extends StandardSchemaV1 | undefined = undefined>
  extends ModelStepOptions,
    AgentModelSettings {
  /** Names its steps in the journal: `NAME turn`. */
  name: string;
  /** For models that may hand over to it, or call it as a tool: what it is good for. */
  description?: string;
  /** Who it is and how it is to work. A function gets where it stands; it is pure. */
  instructions?: string | ((state: AgentState) => string);
  /** What it may have done. */
  tools?: readonly Tool[];
  /** Agents it may hand the conversation over to. */
  handoffs?: readonly Agent<unknown>[] | (() => readonly Agent<unknown>[]);
  /** The shape of its final answer. It is checked, and an answer that does not fit is sent back with what is wrong. */
  output?: S;
  /** The shape as JSON Schema, where `output` cannot say it itself. */
  jsonSchema?: JsonSchema;
  /** How often an answer that does not fit is sent back. Default 2. */
  outputRetries?: number;
  /** The most calls of the model. Default 10. Beyond it: `TurnLimitError`. */
  maxTurns?: number;
  /** Ends it after a turn although the model wants more. Pure: it runs again in a replay. */
  stopWhen?: (state: AgentState) => boolean;
  /** How many tool calls of one turn run at once. Default: all. */
  concurrency?: number;
  /** How sure the model is of an answer, 0 to 1, read off the answer: what `approval: { confidenceBelow }` looks at. Pure. */
  confidence?: (response: ModelResponse) => number | undefined;
  /** What may pass: its input, the conversation, each answer before it is used, each call and what comes of it. */
  guardrails?: Guardrails;
  /** Adds what it does to the run's stream, as `AgentEvent`s. Default true. */
  emit?: boolean;
}

/** An agent: a model with instructions and tools. Made by `agent()`, run by `agentStep`. */
export interface Agent<Out = undefined> {
  readonly name: string;
  readonly options: AgentOptions<StandardSchemaV1 | undefined>;
  /** The shape of the final answer as a model is told of it; undefined for words. */
  readonly asked: NonNullable<ModelRequest["output"]> | undefined;
  /** Only for inference; never set. */
  readonly "~out"?: Out;
}

/** What came of an agent's work. */
export interface AgentResult<Out = undefined> {
  /** The final answer's words; with `output` its JSON. */
  readonly text: string;
  /** The final answer as its schema gives it back; undefined without one, and where `stopWhen` ended it. */
  readonly output: Out;
  /** `stopped` by `stopWhen`, otherwise why the model ended. */
  readonly finish: FinishReason | "stopped";
  /** Who gave the answer: another one after a handoff. */
  readonly agent: string;
  /** Calls of models. */
  readonly turns: number;
  /** The conversation without the instructions. */
  readonly messages: readonly Message[];
  /** What it took, handoffs included, sub-agents in runs of their own not. */
  readonly spending: Spending;
}

/** What an agent adds to the run's stream, `type` by `type`. */
export type AgentEvent =
  | { type: "agent.text"; agent: string; turn: number; text: string }
  | { type: "agent.tool-call"; agent: string; turn: number; id: string; tool: string; args: unknown }
  | {
      type: "agent.tool-result";
      agent: string;
      turn: number;
      id: string;
      tool: string;
      outcome: string;
      result: unknown;
    }
  | { type: "agent.handoff"; agent: string; turn: number; to: string };

/**
 * Defines an agent. It does nothing by itself: `agentStep` runs it in a workflow, each call of its model and of its tools a recorded
 * step.
 *
 * @example
 * const support = agent({
 *   name: "support",
 *   model: "anthropic/claude-sonnet-4-5",
 *   instructions: "You help customers with their orders.",
 *   tools: [lookup, refund],
 * });
 *
 * @throws ValidationError two tools of one name, or an output that cannot be said to a model
 */
export function agent<S extends StandardSchemaV1 | undefined = undefined>(
  options: AgentOptions<S>,
): Agent<S extends StandardSchemaV1<unknown, infer Out> ? Out : undefined> {
  const { name, tools = [], output, jsonSchema, maxTurns } = options;
  const subject = `agent "${name}"`;
  if (typeof name !== "string" || name === "") {
    throw new ValidationError("agent", [{ path: "name", message: "must be a text that is not empty" }]);
  }
  const names = tools.map((tool) => tool.name);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined) {
    throw new ValidationError(subject, [{ path: "tools", message: `has two tools named "${twice}"` }]);
  }
  if (maxTurns !== undefined && !(Number.isInteger(maxTurns) && maxTurns >= 1)) {
    throw new ValidationError(subject, [{ path: "maxTurns", message: `${maxTurns} must be a whole number from 1` }]);
  }
  return Object.freeze({
    name,
    options,
    asked: output && { schema: jsonSchemaFor(output, jsonSchema, `${subject} output`), name: "output" },
  });
}
