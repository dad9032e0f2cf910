import type { Json, JsonObject } from "../condition/condition.ts";
import type { Join } from "../definition/definition.ts";

/**
 * A pipeline as a JSON document. Fields of several dialects stand beside each other; `pipeline.schema.json` in this package says
 * the same to editors. Fields nobody knows are kept, and mean nothing.
 */
export interface PipelineDocument {
  readonly name: string;
  readonly description?: string;
  readonly version?: string;
  /** Default values by name, or declarations. What a run is started with lies over them. */
  readonly parameters?: JsonObject | readonly PipelineParameter[];
  readonly steps: readonly PipelineStepDocument[];
  readonly flow: PipelineFlowDocument;
  /** JSON Schema of what a run is started with, and of what it gives. */
  readonly input_schema?: JsonObject;
  readonly output_schema?: JsonObject;
  readonly loop_config?: PipelineLoops;
  /** For every step that does not say so itself. */
  readonly error_handling?: PipelineErrorHandling;
  /** What a run gives: names, and templates of their values. Default: what the last step gave. */
  readonly outputs?: JsonObject;
  readonly metadata?: JsonObject;
  readonly [field: string]: unknown;
}

/** A parameter that a pipeline declares. */
export interface PipelineParameter {
  readonly name: string;
  readonly schema?: JsonObject;
  readonly required?: boolean;
  readonly default?: Json;
  readonly description?: string;
  readonly [field: string]: unknown;
}

/** A step of a pipeline: work, a question to people, a decision or several steps side by side. */
export interface PipelineStepDocument {
  readonly id: string;
  readonly name?: string;
  readonly type?: string;
  readonly step_class?: string;
  readonly class?: string;
  readonly module?: string;
  readonly config?: JsonObject;
  readonly inputs?: JsonObject | readonly PipelineInput[];
  readonly outputs?: readonly (string | PipelineOutput)[] | JsonObject;
  readonly input_schema?: JsonObject;
  readonly output_schema?: JsonObject;
  readonly error_handling?: PipelineErrorHandling;
  readonly conditions?: readonly Json[];
  /** When a step that several paths lead to runs: `all` (the default), `any`, `first`, or `{ count }`. */
  readonly join?: Join;
  readonly [field: string]: unknown;
}

/** One input of a step: its name, and where its value comes from. */
export interface PipelineInput {
  readonly name: string;
  readonly source?: Json;
  readonly schema?: JsonObject;
  /** Default true. */
  readonly required?: boolean;
  readonly default?: Json;
  readonly [field: string]: unknown;
}

/** One thing a step gives. */
export interface PipelineOutput {
  readonly name: string;
  readonly schema?: JsonObject;
  /** Default false. */
  readonly required?: boolean;
  readonly [field: string]: unknown;
}

/** Where a pipeline begins, and the ways through it; `transitions` is another word for `paths`. */
export interface PipelineFlowDocument {
  /** One step, or several side by side. */
  readonly start_at: string | readonly string[];
  readonly paths?: readonly PipelinePath[];
  readonly transitions?: readonly PipelinePath[];
  readonly [field: string]: unknown;
}

/** A way from one step to the next, or to an end. */
export interface PipelinePath {
  readonly from?: string;
  readonly from_step?: string;
  readonly to?: string;
  readonly to_step?: string;
  readonly condition?: Json;
  readonly label?: string;
  readonly [field: string]: unknown;
}

/** How far the loops of a pipeline may go. */
export interface PipelineLoops {
  /** How often one step may run. Default 100. */
  readonly max_iterations?: number;
  readonly max_loop_time_seconds?: number;
  readonly iteration_delay_seconds?: number;
  /** How many steps may run in all. Default 10,000. */
  readonly max_total_steps?: number;
  readonly [field: string]: unknown;
}

/** What is done when a step fails. */
export interface PipelineErrorHandling {
  readonly retry?: {
    /** Tries in all, the first included. */
    readonly max_attempts?: number;
    /** Seconds. */
    readonly initial_delay?: number;
    readonly max_delay?: number;
    readonly exponential_base?: number;
    readonly jitter?: boolean | number;
    readonly [field: string]: unknown;
  };
  /** The longest one try may take. */
  readonly timeout_seconds?: number;
  readonly timeout?: number | string;
  /** The longest the whole run may take; at the top of the document only. */
  readonly total_timeout_seconds?: number;
  readonly continue_on_error?: boolean;
  /** Use the step's own `fallback`. */
  readonly enable_fallback?: boolean;
  /** A value for the result, or `{ step_class, module }` of a step that gives one. */
  readonly fallback?: Json;
  readonly [field: string]: unknown;
}
