import type { Entry, EntryKind, Mail } from "../store/store.ts";
import type { KeyRecord } from "./record-book.ts";
import type { Scope } from "./scope.ts";

const ignore = (): void => {};

/** A call as the ledger and the execution see it, whatever it gives. */
export interface Call {
  readonly key: string;
  readonly kind: EntryKind;
  readonly scope: Scope;
  readonly open: boolean;
  /** How a recorded `settled` entry becomes a value or an error. */
  onEntry: (entry: Entry) => void;
  /** How mail for its key becomes a value or an error. */
  onMail: (mail: Mail) => void;
  /** Called when a retry of the run voided its failure or changed its record: the call goes on from there, maybe afresh. */
  onVoid: ((record: KeyRecord) => void) | null;
  /** What it waits for goes on when the run ends (an abandoned child). */
  readonly outlivesRun: boolean;
  /** Called when the scope is cancelled, before the promise rejects. */
  onCancel: ((reason: Error) => void) | null;
  /** Called with a recorded `settled` entry that comes to a call which was cancelled before. */
  onLate: ((entry: Entry) => void) | null;
  reject(error: unknown): void;
}

/**
 * One call of workflow code that waits for its completion: a step, a sleep, a hold, a child, a closing scope.
 * It is settled once, by a recorded entry or by mail, or closed by the cancellation of its scope.
 */
export class OpenCall<T = unknown> implements Call {
  readonly key: string;
  readonly kind: EntryKind;
  readonly scope: Scope;
  readonly promise: Promise<T>;
  open = true;
  onEntry: (entry: Entry) => void = ignore;
  onMail: (mail: Mail) => void = ignore;
  onVoid: ((record: KeyRecord) => void) | null = null;
  outlivesRun = false;
  onCancel: ((reason: Error) => void) | null = null;
  onLate: ((entry: Entry) => void) | null = null;
  private readonly owner: { closed(call: Call): void };
  private settleOk!: (value: T) => void;
  private settleError!: (error: unknown) => void;

  constructor(key: string, kind: EntryKind, scope: Scope, owner: { closed(call: Call): void }) {
    this.key = key;
    this.kind = kind;
    this.scope = scope;
    this.owner = owner;
    this.promise = new Promise<T>((resolve, reject) => {
      this.settleOk = resolve;
      this.settleError = reject;
    });
  }

  resolve(value: T): void {
    if (!this.open) return;
    this.open = false;
    this.owner.closed(this);
    this.settleOk(value);
  }

  reject(error: unknown): void {
    if (!this.open) return;
    this.open = false;
    this.owner.closed(this);
    // The author may not be awaiting it (any more): that is no reason to end the process.
    this.promise.then(ignore, ignore);
    this.settleError(error);
  }
}
