import {
  type Duration,
  type InferOut,
  type JsonSchema,
  type RetryPolicy,
  type Severity,
  type StandardSchemaV1,
  type StepInfo,
  ValidationError,
  type WorkflowContext,
} from "@holdpoint/core";
import type { ToolDeclaration } from "../model/model.ts";
import { jsonSchemaFor } from "../schema.ts";
import type { ToolApproval } from "./approval.ts";

/** What a tool's function may use: it is a step's attempt. */
export interface ToolInfo extends StepInfo {
  /** The tool call's id, as the model gave it. Empty where no model called. */
  readonly callId: string;
}

/** How a tool is run and who must agree to it; the same words as `ctx.step` and `ctx.approve` have. */
export interface ToolSettings<In> {
  /** Who must agree before it is called. Default `never`: nobody. */
  readonly approval?: ToolApproval<In>;
  /** How bad it may get; the severity of its holds, and what `approval: { risk }` looks at. Default `medium`. */
  readonly risk?: Severity;
  /** It must not be done twice: after a crash in the middle of it a person is asked whether it happened. */
  readonly once?: boolean;
  /** What is done when it fails. Default: nothing, its failure is told to the model. */
  readonly retry?: RetryPolicy;
  /** The longest one attempt may take. */
  readonly timeout?: Duration;
  /** What it gives: `passages` are a list of what a search has found, each of which guardrails look at by itself. */
  readonly content?: "passages";
}

/**
 * Something a model may have done. Made by `tool()`; its arguments are checked against `input` before anything happens.
 */
export interface Tool<In = unknown, Out = unknown> extends ToolSettings<In> {
  readonly name: string;
  readonly description: string;
  readonly input: StandardSchemaV1<unknown, In>;
  readonly declaration: ToolDeclaration;
  /** The work, as one recorded step. */
  execute?(args: In, info: ToolInfo): Out | Promise<Out>;
  /** The work as workflow code: it may hold, wait and start children. */
  run?(ctx: WorkflowContext, args: In, call: { readonly id: string }): Promise<Out>;
}

/** What `tool()` takes: `execute` for work in one step, or `run` for workflow code. */
export type ToolDefinition<S extends StandardSchemaV1, Out> = ToolSettings<NoInfer<InferOut<S>>> & {
  /** Letters, digits, `_` and `-`, at most 64: what every provider takes. */
  name: string;
  /** For the model: what it does, and when to use it. */
  description: string;
  /** The shape of its arguments: any Standard Schema that also says its JSON Schema. */
  input: S;
  /** The schema as JSON Schema, where it cannot say it itself. */
  jsonSchema?: JsonSchema;
} & (
    | { execute: (args: InferOut<S>, info: ToolInfo) => Out | Promise<Out>; run?: undefined }
    | {
        run: (ctx: WorkflowContext, args: InferOut<S>, call: { readonly id: string }) => Promise<Out>;
        execute?: undefined;
      }
  );

/**
 * Defines a tool. Each call of it is a recorded step: it is not done again after its result was recorded, and its function gets the
 * step's idempotency key for services that refuse to do a thing twice.
 *
 * @example
 * const refund = tool({
 *   name: "refund",
 *   description: "Pays an order back.",
 *   input: z.object({ orderId: z.string(), amount: z.number().positive() }),
 *   approval: { when: ({ amount }) => amount > 100, reviewers: { groups: ["finance"] } },
 *   once: true,
 *   execute: ({ orderId, amount }, { idempotencyKey }) => payments.refund(orderId, amount, { idempotencyKey }),
 * });
 *
 * @throws ValidationError its name cannot be used, or its schema cannot be said to a model
 */
export function tool<S extends StandardSchemaV1, Out>(
  definition: ToolDefinition<S, Out>,
): Tool<InferOut<S>, Awaited<Out>> {
  const { name, description, input, jsonSchema, execute, run, ...settings } = definition;
  const subject = `tool "${name}"`;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) {
    throw new ValidationError(subject, [{ path: "name", message: "must be 1 to 64 letters, digits, _ or -" }]);
  }
  if ((execute === undefined) === (run === undefined)) {
    throw new ValidationError(subject, [
      { path: "execute", message: "give one of execute (a step) and run (workflow code)" },
    ]);
  }
  const parameters = jsonSchemaFor(input, jsonSchema, `${subject} input`);
  return Object.freeze({
    ...settings,
    name,
    description,
    input: input as StandardSchemaV1<unknown, InferOut<S>>,
    declaration: { name, description, parameters },
    ...(execute && { execute: execute as Tool<InferOut<S>, Awaited<Out>>["execute"] }),
    ...(run && { run: run as Tool<InferOut<S>, Awaited<Out>>["run"] }),
  }) as Tool<InferOut<S>, Awaited<Out>>;
}
