import type {
  AnyWorkflow,
  Duration,
  RetryPolicy,
  RunFacts,
  ServiceToken,
  StandardSchemaV1,
  StepInfo,
  WorkflowContext,
  WorkflowLog,
} from "@holdpoint/core";
import type { Json, JsonObject } from "../condition/condition.ts";

/** What a flow's nodes share at one point: results by node, or the state; `input` is what the flow was started with. */
export type FlowState = Record<string, unknown>;

/**
 * What the function of a flow's step is given: its input, and all that the function of any other step gets.
 *
 * @example
 * const load = step({
 *   id: "load",
 *   input: z.object({ orderId: z.string() }),
 *   run: ({ input, signal, idempotencyKey }) => payments.refund(input.orderId, 120, { signal, idempotencyKey }),
 * });
 */
export interface StepArguments<In = unknown> extends StepInfo {
  /** What came before, as the step's `input` schema gives it back. */
  readonly input: In;
  /** The id of the node that runs it. */
  readonly node: string;
  /** What the document says under `config`, templates filled in. */
  readonly config: unknown;
  /** What the flow's nodes share: results by node, or the state. Reading is free; writing into it changes nothing. */
  readonly state: Readonly<FlowState>;
  /** Facts about the run. */
  readonly run: RunFacts;
  /** The run's log. */
  readonly log: WorkflowLog;
  /** What the engine was given under this token. */
  service<T>(token: ServiceToken<T>): T;
}

/** The code of a step: what a `step` node's `uses` leads to. */
export interface StepCode {
  readonly run: (args: StepArguments<never>) => unknown;
  /** Undoes it: gets its result. */
  readonly compensate?: (result: never, args: StepArguments<never>) => unknown;
  readonly input?: StandardSchemaV1;
  readonly output?: StandardSchemaV1;
  /** Which errors are worth another try; the rest of the retry policy is in the node, or here. */
  readonly retry?: RetryPolicy;
  /** Does the work in the workflow in the place of `run`: its own calls are recorded, not it as a whole. */
  readonly inWorkflow?: (ctx: WorkflowContext, args: InWorkflowArguments) => Promise<unknown>;
}

/** What a step that works in the workflow is given. */
export interface InWorkflowArguments extends Pick<StepArguments, "node" | "input" | "config" | "state"> {
  /** How its calls are tried, where the data says so. */
  readonly retry: RetryPolicy | undefined;
  readonly timeout: Duration | undefined;
  /** The shape its result is to have, where the data says so. */
  readonly outputSchema: JsonObject | undefined;
}

/** A function that data points at. Which one is called how, the kind of node says. */
export type FlowFunction = (...args: never[]) => unknown;

/** The code that goes with a flow's data, by the names the data uses. */
export interface Registry {
  readonly steps?: Readonly<Record<string, StepCode>>;
  readonly functions?: Readonly<Record<string, FlowFunction>>;
  readonly workflows?: Readonly<Record<string, AnyWorkflow>>;
  readonly schemas?: Readonly<Record<string, StandardSchemaV1>>;
}

/** The function of a `code` node: it may use everything a workflow may, and must be as deterministic. */
export type CodeFunction = (
  ctx: WorkflowContext,
  input: unknown,
  info: { readonly config: Json | undefined; readonly state: Readonly<FlowState> },
) => Promise<unknown>;
