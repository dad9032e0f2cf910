import { HoldpointError } from "@holdpoint/core";

/** A command-line agent could not be started, failed, or did what it may not. */
export class CliAgentError extends HoldpointError {
  constructor(step: string, what: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super("CLI_AGENT", `the agent of "${step}" ${what}`, { step, ...details }, options);
  }
}
