import { type Duration, type RetryPolicy, ValidationError, type WorkflowContext } from "@holdpoint/core";
import type { JsonObject } from "../condition/condition.ts";
import type { CodeFunction, FlowState, InWorkflowArguments, StepCode } from "../definition/registry.ts";
import type { InWorkflow } from "../graph/nodes/ports.ts";

/** What an agent that does a step of a pipeline is asked. */
export interface PipelineAgentRequest {
  /** All that is there: what the run was started with, the results so far, the mapped inputs over them. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The step's `config`, templates filled in: `role`, `instructions`, `prompt`, `model` and what else the document says. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The shape its result is to have, where the step has an `output_schema`. */
  readonly output: JsonObject | undefined;
  /** How its model calls are tried, where the document says so. */
  readonly retry?: RetryPolicy;
  readonly timeout?: Duration;
}

/** What a condition of type `agent` asks. */
export interface PipelineQuestion {
  /** What is to be decided, templates filled in. */
  readonly prompt: string;
  readonly model?: string;
  /** What it may look at, by name. */
  readonly context: Readonly<Record<string, unknown>>;
  /** A decision that is less sure is a person's, 0 to 1. */
  readonly confidenceThreshold: number;
  /** How often an answer that is no decision is sent back. */
  readonly maxRetries: number;
}

/**
 * What works in pipelines in the place of code: `pipelineAgents` of `@holdpoint/ai` is one. Both work in the workflow, so each of their calls is
 * recorded, and they may hold.
 */
export interface PipelineAgents {
  /** Does a step of type `agent` that nobody has given code for; gives its result. */
  readonly work: InWorkflow<PipelineAgentRequest>;
  /** Decides a condition of type `agent`: true or false. */
  readonly decide: InWorkflow<PipelineQuestion>;
}

/** The code of a step that an agent does. */
export function agentStepCode(work: InWorkflow<PipelineAgentRequest>): StepCode {
  return {
    run: () => {
      throw new TypeError("an agent works in the workflow");
    },
    inWorkflow: (ctx, { node, input, config, retry, timeout, outputSchema }: InWorkflowArguments) => {
      const data = typeof input === "object" && input !== null ? (input as Record<string, unknown>) : { input };
      const how = { ...(retry && { retry }), ...(timeout !== undefined && { timeout }) };
      const request = { data, config: (config ?? {}) as Record<string, unknown>, output: outputSchema, ...how };
      return work.inWorkflow(ctx, request, node);
    },
  };
}

/** One question as a document says it. */
interface Question {
  readonly prompt: string;
  readonly model?: string;
  readonly context_fields?: readonly string[];
  readonly confidence_threshold: number;
  readonly max_retries: number;
}

/** The code of the node that decides a step's conditions of type `agent`: one question after the other, each a recorded call. */
export function decisionCode(decide: InWorkflow<PipelineQuestion>): CodeFunction {
  return async (ctx: WorkflowContext, _input, { config, state }) => {
    const answers: Record<string, boolean> = {};
    const { step, questions } = config as unknown as { step: string; questions: Record<string, Question> };
    for (const [key, question] of Object.entries(questions)) {
      const { prompt, model, context_fields: fields, confidence_threshold, max_retries } = question;
      const request = {
        ...{ prompt, context: contextOf(step, state, fields), confidenceThreshold: confidence_threshold },
        ...{ maxRetries: max_retries, ...(model !== undefined && { model }) },
      };
      const answer = await decide.inWorkflow(ctx, request, `${step} decides`);
      if (typeof answer !== "boolean") {
        throw new ValidationError(`condition of step "${step}"`, [
          { path: "agent", message: "its agent gave neither true nor false" },
        ]);
      }
      answers[key] = answer;
    }
    return answers;
  };
}

/** What a decision may look at: the fields that are named, or what the step gave. */
function contextOf(step: string, state: Readonly<FlowState>, fields: readonly string[] | undefined): FlowState {
  if (!fields) return { [step]: state[step] ?? null };
  return Object.fromEntries(fields.map((field) => [field, valueAt(state, field)]));
}

function valueAt(state: unknown, path: string): unknown {
  const [head = "", ...rest] = path.split(".");
  const value =
    typeof state === "object" && state !== null && Object.hasOwn(state, head) ? (state as FlowState)[head] : null;
  return rest.length === 0 ? (value ?? null) : valueAt(value, rest.join("."));
}
