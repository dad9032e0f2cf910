import type { Entry, EntryKind, Mail } from "../store/store.ts";
import type { KeyRecord } from "./record-book.ts";
import type { Scope } from "./scope.ts";

const ignore = (): void => {};

/** What a call does with what comes for it. One object each: a function for each would weigh more than the call itself. */
export interface CallHandler {
  /** How a recorded `settled` entry becomes a value or an error. */
  onEntry?(entry: Entry): void;
  /** How mail for its key becomes a value or an error. */
  onMail?(mail: Mail): void;
  /** Called when a retry of the run voided its failure or changed its record: the call goes on from there, maybe afresh. */
  onVoid?(record: KeyRecord): void;
  /** Called when the scope is cancelled, before the promise rejects. */
  onCancel?(reason: Error): void;
  /** Called with a recorded `settled` entry that comes to a call which was cancelled before. */
  onLate?(entry: Entry): void;
}

/** A call as the ledger and the execution see it, whatever it gives. */
export interface Call {
  readonly key: string;
  readonly kind: EntryKind;
  readonly scope: Scope;
  readonly open: boolean;
  readonly handler: CallHandler;
  /** What it waits for goes on when the run ends (an abandoned child). */
  readonly outlivesRun: boolean;
  reject(error: unknown): void;
  /** Its neighbours among the open calls: see `OpenCalls`. */
  previous: Call | null;
  next: Call | null;
}

const unhandled: CallHandler = {};

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
  handler = unhandled;
  outlivesRun = false;
  previous: Call | null = null;
  next: Call | null = null;
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

/** The open calls of a run in the order they were made: a list through the calls themselves, with nothing to grow or shrink. */
export class OpenCalls {
  private first: Call | null = null;
  private last: Call | null = null;
  size = 0;

  add(call: Call): void {
    call.previous = this.last;
    if (this.last) this.last.next = call;
    else this.first = call;
    this.last = call;
    this.size++;
  }

  delete(call: Call): void {
    const { previous, next } = call;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.last = previous;
    call.previous = null;
    call.next = null;
    this.size--;
  }

  /** What is open at this moment, whatever becomes of it meanwhile. */
  [Symbol.iterator](): Iterator<Call> {
    const calls: Call[] = [];
    for (let call = this.first; call; call = call.next) calls.push(call);
    return calls.values();
  }
}
