import { InvalidStateError, ValidationError } from "../errors.ts";
import type { AdvanceOperation } from "../store/store.ts";
import type { StoreTransaction, Undone } from "../store/transactions.ts";
import type { TransactionOptions } from "../workflow/context.ts";
import type { StepInfo } from "../workflow/step.ts";
import type { Transaction } from "../workflow/transaction.ts";
import type { Execution } from "./execution.ts";
import type { OpenCall } from "./operation.ts";
import type { Scope } from "./scope.ts";
import type { StepAttempt, StepFunction } from "./step-attempt.ts";
import { planStep, type StepPlan } from "./step-options.ts";
import { StepCall } from "./steps.ts";
import type { Carrier, Draft } from "./writer.ts";

type InTransaction<T> = (transaction: Transaction, info: StepInfo) => T | Promise<T>;

/** A transaction holds locks, on SQLite the only one there is: without a limit of its own it may not hold them for long. */
const defaultTimeout = "10s";

/** A transaction that lost a race is done again so many times before the step counts as failed. */
const tries = 6;

/** Opens a step whose effect and record are one transaction of the database. */
export function callTransaction<T>(
  execution: Execution,
  scope: Scope,
  name: string,
  fn: InTransaction<T>,
  options: TransactionOptions<Awaited<T>> = {},
): Promise<Awaited<T>> {
  for (const field of ["once", "heartbeat", "cache"]) {
    if (!Object.hasOwn(options, field)) continue;
    const message = "is not an option of a transaction";
    throw new ValidationError(`transaction "${name}"`, [{ path: field, message }]);
  }
  const plan = planStep(name, fn, { timeout: defaultTimeout, ...options });
  const call = execution.open<Awaited<T>>(scope.key("step", name), "step", scope);
  new TransactionStep(execution, call, name, fn as InTransaction<Awaited<T>>, plan).begin();
  return call.promise;
}

/**
 * A step that is carried out in a transaction of the store's database, at whose end its entry stands. Whatever ends the
 * attempt otherwise (an error, a timeout, a cancellation, a lost lease, a crash) undoes what it did.
 */
class TransactionStep<T> extends StepCall<T> implements Carrier {
  readonly #inTransaction: InTransaction<T>;
  /** Of the attempt in progress. */
  #transaction: StoreTransaction | null = null;
  /** Its function has returned: it is committed with the run's next entries. */
  #closing: StoreTransaction | null = null;
  #tries = 0;

  constructor(execution: Execution, call: OpenCall<T>, name: string, fn: InTransaction<T>, plan: StepPlan<T>) {
    super(execution, call, name, () => Promise.reject(new TypeError("it is called with its transaction")), plan);
    this.#inTransaction = fn;
  }

  override start(): void {
    this.#transaction = this.#open();
    super.start();
  }

  #open(): StoreTransaction | null {
    const { host } = this.execution;
    const transaction = host.transaction(() => this.execution.alone.take(this));
    // In a test a mock may stand in for the function, which then needs none.
    if (transaction !== null || host.standIn !== undefined) return transaction;
    throw noTransaction(this.name);
  }

  protected override function(): StepFunction<T> {
    const transaction = this.#transaction;
    if (transaction === null) return () => Promise.reject(noTransaction(this.name));
    return (info) => this.#inTransaction(transaction, info);
  }

  protected override result(draft: Draft): Draft {
    this.#closing = this.#transaction;
    this.#transaction = null;
    return this.#closing === null ? draft : { ...draft, carrier: this };
  }

  async commit(operation: AdvanceOperation) {
    const transaction = this.#closing;
    this.#closing = null;
    // It was rolled back with the execution, whose operation nobody waits for any more.
    if (transaction === null) return { type: "fenced" } as const;
    try {
      return await transaction.commit(operation);
    } finally {
      this.execution.alone.release(this);
    }
  }

  undone({ error, again }: Undone): void {
    if (!this.call.open || !again || ++this.#tries >= tries) return this.failed(error, null);
    this.engage();
    const { clock } = this.execution.host;
    clock.timer(clock.random() * 2 ** this.#tries * 5, () => {
      if (this.dead) return this.release();
      this.#transaction = this.#open();
      this.run();
    });
  }

  protected override threw(attempt: StepAttempt, error: unknown): void {
    if (this.current !== attempt) return;
    const undone = this.#transaction?.undone ?? null;
    this.#rollBack();
    if (undone?.again !== true) return super.threw(attempt, error);
    attempt.disarm();
    this.current = null;
    this.release();
    this.undone(undone);
  }

  protected override failed(error: unknown, measures: string | null): void {
    this.#rollBack();
    super.failed(error, measures);
  }

  /** What cannot be recorded was not done either: there is nothing to undo. */
  protected override unrecordable(
    _value: T,
    _cached: boolean,
    error: unknown,
    _measures: string | null,
    fail: (error: unknown) => void,
  ): void {
    this.#rollBack();
    fail(error);
  }

  override onCancel(reason: Error): void {
    this.#rollBack();
    // As long as the execution lives its result is on the way to the journal, as that of any step is.
    if (this.execution.ended) {
      void this.#closing?.rollback();
      this.#closing = null;
      this.execution.alone.release(this);
    }
    super.onCancel(reason);
  }

  #rollBack(): void {
    const transaction = this.#transaction;
    this.#transaction = null;
    if (transaction === null) return;
    // It never throws: a connection that is lost has undone it, too.
    void transaction.rollback();
    this.execution.alone.release(this);
  }
}

function noTransaction(step: string): InvalidStateError {
  return new InvalidStateError(
    `ctx.transaction("${step}") needs a store in a database that can hold your tables, too: sqlite(path), postgres(url) or mysql(url); with this one use ctx.step`,
  );
}
