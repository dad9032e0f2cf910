import type { EncodedPayload } from "../journal/payload.ts";
import { parse } from "../workflow/schema.ts";
import type { Execution } from "./execution.ts";

/** Thrown by `ctx.continueAsNew`: not an error, and not for the author to catch. */
export class ContinueAsNew {
  readonly input: EncodedPayload;

  /** Throws `ValidationError` when the next generation could not take the input. */
  constructor(execution: Execution, given: unknown) {
    const workflow = execution.host.newest(execution.workflow.name) ?? execution.workflow;
    const subject = `input of "${workflow.name}"`;
    const input = workflow.input ? parse(workflow.input, given, subject) : given;
    this.input = execution.encodeApart(input, subject);
  }
}
