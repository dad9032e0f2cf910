import type { StoreError } from "../errors.ts";
import type { Call } from "./operation.ts";
import type { Draft } from "./writer.ts";

/** Something recorded or just committed that can be handed to the workflow now. */
export interface Completion {
  readonly seq: number;
  readonly time: number;
  /** The call it completes; null for what concerns the run as a whole. */
  readonly call: Call | null;
  /** Hands it out; false when there was nothing to hand out after all. */
  deliver(): boolean;
}

/** Is told once what was to be written is durable, in number order, when all mail before it is known. */
export interface Committed {
  committed(seq: number): void;
  /** The store refused the write it was in. True when the draft is taken back and another one comes. */
  refused?(draft: Draft, error: StoreError): boolean;
  /** It will not be written. */
  dropped?(): void;
}

/** What a result is handed to when it is recorded and has its turn. */
export interface Recipient {
  recorded(seq: number): void;
  /** Its call was closed before. */
  recordedLate?(seq: number): void;
  /** The store refused to record it; records something else. */
  refused?(draft: Draft, error: StoreError): void;
}

/** A result on its way to the journal: durable, it waits for its turn like any completion. One object for all of it. */
export class FreshResult implements Completion, Committed {
  seq = 0;
  readonly time: number;
  readonly call: Call | null;
  private readonly run: { pendingResults: number; readonly ledger: { offer(completion: Completion): void } };
  private readonly recipient: Recipient;

  constructor(run: FreshResult["run"], time: number, call: Call | null, recipient: Recipient) {
    this.run = run;
    this.time = time;
    this.call = call;
    this.recipient = recipient;
  }

  committed(seq: number): void {
    this.seq = seq;
    this.run.pendingResults--;
    this.run.ledger.offer(this);
  }

  refused(draft: Draft, error: StoreError): boolean {
    if (!this.recipient.refused) return false;
    this.run.pendingResults--;
    this.recipient.refused(draft, error);
    return true;
  }

  dropped(): void {
    this.run.pendingResults--;
  }

  deliver(): boolean {
    if (this.call && !this.call.open) {
      this.recipient.recordedLate?.(this.seq);
      return false;
    }
    this.recipient.recorded(this.seq);
    return true;
  }
}
