import { HoldpointError } from "@holdpoint/core";
import type { FlowFunction } from "../definition/registry.ts";
import { countVotes } from "./count-votes.ts";

/** The functions that definitions made of pipelines name: a registry for one must have them. */
export const pipelineFunctions: Readonly<Record<string, FlowFunction>> = {
  /** What a run started with never changes, whatever a step gives under the same name. */
  "pipeline.keep": (before: unknown) => before,

  /** Without declared outputs a pipeline gives what its last step gave. */
  "pipeline.last": (_state: unknown, value: unknown) => value,

  /** An error that is let pass, as data. */
  "pipeline.continue": ({ error }: { error: unknown }) => {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null;
    return {
      step_error: true,
      error_message: cause?.message ?? message,
      error_type: cause?.name ?? name,
      ...(error instanceof HoldpointError && typeof error.details.step === "string"
        ? { step_name: error.details.step }
        : {}),
    };
  },

  /** What a document says is to go on in the place of a result. */
  "pipeline.value": (_ctx: unknown, _input: unknown, { config }: { config: unknown }) => config,

  /** Nobody had to be asked. */
  "pipeline.automated": () => ({
    status: "automated_processing",
    processing_method: "automated",
    human_input_skipped: true,
  }),

  "pipeline.count": (_ctx: unknown, answers: never, { config }: { config: never }) => countVotes(answers, config),
};
