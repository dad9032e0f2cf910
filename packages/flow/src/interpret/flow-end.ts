import { FlowFailedError } from "../definition/errors.ts";

/** Thrown by an `end` node up to the top of the flow, through everything that catches errors. */
export class FlowEnd extends Error {
  readonly outcome: string;
  readonly value: unknown;
  readonly failure: FlowFailedError | null;

  constructor(flow: string, node: string, outcome: string, failure: string | null, value: unknown) {
    super(`"${node}" ended the flow`);
    this.outcome = outcome;
    this.value = value;
    this.failure = failure === null ? null : new FlowFailedError(flow, node, failure);
  }
}
