import type { Clock } from "../clock.ts";
import { StoreError } from "../errors.ts";
import type { Execution } from "../run/execution.ts";
import { runOutside } from "../run/scope.ts";
import { added, none } from "../run/short-list.ts";
import type { Carrier } from "../run/writer.ts";
import type { AdvanceOperation, Operation, OperationResult, ResultOf, Store } from "../store/store.ts";
import type { Probes } from "./probes.ts";
import { tellAdvance, tellOperation } from "./tell-writes.ts";

interface Submission {
  operation: Operation;
  resolve: (result: OperationResult) => void;
  reject: (error: unknown) => void;
  failures: number;
}

/** What one execution had written in a commit. */
export interface Flight {
  execution: Execution;
  operation: AdvanceOperation;
}

/**
 * So many operations of callers go into one commit, the others into the next: whoever starts ten thousand runs in one turn does not
 * keep the steps of others waiting for all of them.
 */
const mostSubmissions = 500;
/** A caller waits through this many failures of the store (with growing pauses) before it is told. */
const patience = 6;
/** Pause before a key that could not be had is asked for again, in ms. */
const keyPauseMs = 1000;
/** Pauses between attempts of a failed commit, in ms. */
const pauses = [5, 20, 80, 250, 500, 1000];

/**
 * Group commit: everything that runs and callers of this process want written in one turn of the event loop
 * becomes one transaction, and what gathers while it is in flight the next.
 *
 * Every operation is idempotent (`head`, `dedupe`, `revision`, id), so a commit whose outcome is unknown is simply made again.
 */
export class Committer {
  private readonly store: Store;
  private readonly namespace: string;
  private readonly clock: Clock;
  private readonly onFailure: (error: unknown) => void;
  private readonly onSending: (flights: readonly Flight[]) => void;
  private readonly onCommitted: (flights: readonly Flight[], results: readonly OperationResult[]) => void;
  private readonly onRecovery: () => void;
  private readonly probes: Probes | null;
  private wanting: Execution[] = none;
  private submissions: Submission[] = none;
  private again: Flight[] = none;
  private scheduled = false;
  private flushing = false;
  private failures = 0;
  /** Operations that are being written in transactions of their own. */
  private carried = 0;
  /** Operations of callers that are in flight. */
  private answers = 0;
  /** Operations that wait for the keys they are encrypted with. */
  private keyless = 0;
  /** What has waited for them is written, be it that what it is for is gone. */
  private readonly keyed = new WeakSet<Operation>();
  /** Those of them whose keys could not be had so far. */
  private readonly missingKeys = new Set<Flight>();
  private readonly run = (): void => void runOutside(flush, this);

  constructor(
    store: Store,
    namespace: string,
    clock: Clock,
    hooks: {
      failed: (error: unknown) => void;
      recovered: () => void;
      /** Told what is on its way to the store. */
      sending: (flights: readonly Flight[]) => void;
      committed: (flights: readonly Flight[], results: readonly OperationResult[]) => void;
    },
    probes: Probes | null,
  ) {
    this.store = store;
    this.namespace = namespace;
    this.clock = clock;
    this.onFailure = hooks.failed;
    this.onSending = hooks.sending;
    this.onCommitted = hooks.committed;
    this.onRecovery = hooks.recovered;
    this.probes = probes;
  }

  /** The last commit did not fail, and no run waits for a key that could not be had. */
  get healthy(): boolean {
    return this.failures === 0 && this.missingKeys.size === 0;
  }

  /** Nothing is waiting and nothing in flight. */
  get idle(): boolean {
    return this.carried === 0 && this.keyless === 0 && !this.flushing && this.asked === 0;
  }

  /** Callers wait for what they have submitted. */
  get answering(): boolean {
    return this.answers > 0 || this.submissions.length > 0;
  }

  private get asked(): number {
    return this.wanting.length + this.submissions.length + this.again.length;
  }

  /** An execution has something to write: it is asked for it when the turn ends. */
  request(execution: Execution): void {
    // Not after the commit in flight, which may have to wait until the transaction is over.
    if (execution.writer.carried) return this.clock.immediate(() => runOutside(take, { committer: this, execution }));
    if (execution.wantsCommit) return;
    execution.wantsCommit = true;
    this.wanting = added(this.wanting, execution);
    this.schedule();
  }

  /** Writes at once what an execution wants to have written in a transaction. */
  take(execution: Execution): void {
    const operation = operationOf(execution);
    if (operation === null) return;
    const { carrier } = execution.writer;
    if (carrier) return void this.carry({ execution, operation }, carrier);
    this.again = added(this.again, { execution, operation });
    this.schedule();
  }

  /** Writes an operation that belongs to no execution here. */
  submit<O extends Operation>(operation: O): Promise<ResultOf<O>> {
    const written = new Promise<ResultOf<O>>((resolve, reject) => {
      this.submissions = added(this.submissions, {
        operation,
        resolve: resolve as (result: OperationResult) => void,
        reject,
        failures: 0,
      });
      this.schedule();
    });
    const { probes } = this;
    if (probes === null) return written;
    // Told where the caller is: what it is in the middle of has to do with it.
    return written.then((result) => {
      tellOperation(probes, this.namespace, operation, result);
      return result;
    });
  }

  /** Something will be asked for in this turn of the event loop, behind what is scheduled in it already. */
  expect(): void {
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || this.flushing) return;
    this.scheduled = true;
    this.clock.immediate(this.run);
  }

  /** Writes everything that is wanted by now. */
  async flush(): Promise<void> {
    this.scheduled = false;
    let flights = this.again;
    const { wanting } = this;
    let { submissions } = this;
    this.again = none;
    this.wanting = none;
    this.submissions = none;
    if (submissions.length > mostSubmissions) {
      this.submissions = submissions.slice(mostSubmissions);
      submissions = submissions.slice(0, mostSubmissions);
    }
    for (const execution of wanting) {
      execution.wantsCommit = false;
      const operation = operationOf(execution);
      const carrier = operation ? execution.writer.carrier : null;
      if (operation && carrier) void this.carry({ execution, operation }, carrier);
      else if (operation) flights = added(flights, { execution, operation });
    }
    if (this.store.sealing) {
      flights = flights.filter((flight) => !this.waitsForKeys(flight));
      submissions = submissions.filter((submission) => !this.waitsForKeys(submission));
    }
    if (flights.length === 0 && submissions.length === 0) return;
    this.flushing = true;
    this.answers = submissions.length;
    const operations: Operation[] = new Array(flights.length + submissions.length);
    for (let i = 0; i < flights.length; i++) operations[i] = (flights[i] as Flight).operation;
    for (let i = 0; i < submissions.length; i++)
      operations[flights.length + i] = (submissions[i] as Submission).operation;
    const { probes } = this;
    const began = probes === null ? 0 : this.clock.monotonic();
    const told = (failed: boolean): void =>
      probes?.tell("committed", {
        operations: operations.length,
        ms: this.clock.monotonic() - began,
        failed,
        turns: flights.flatMap(({ execution }) => execution.turn ?? []),
      });
    let results: OperationResult[];
    try {
      const written = this.store.commit(this.namespace, operations);
      if (flights.length > 0) this.onSending(flights);
      results = (await written) as OperationResult[];
    } catch (error) {
      told(true);
      return this.failed(error, flights, submissions);
    }
    told(false);
    if (this.failures > 0) this.onRecovery();
    this.failures = 0;
    if (probes !== null) for (let i = 0; i < flights.length; i++) tell(probes, flights[i], results[i]);
    for (let i = 0; i < flights.length; i++) apply(flights[i] as Flight, results[i] as OperationResult);
    for (let i = 0; i < submissions.length; i++) {
      submissions[i]?.resolve(results[flights.length + i] as OperationResult);
    }
    if (flights.length > 0) this.onCommitted(flights, results);
    this.flushing = false;
    this.answers = 0;
    if (this.asked > 0) this.schedule();
  }

  /** What cannot be encrypted yet is put aside until its keys have come: the others do not wait for it. */
  private waitsForKeys(one: Flight | Submission): boolean {
    if (this.keyed.has(one.operation)) return false;
    const keys = this.store.sealing?.keysFor(this.namespace, one.operation) ?? null;
    if (keys === null) {
      if (!("resolve" in one)) this.missingKeys.delete(one);
      return false;
    }
    this.keyless++;
    keys.then(
      () => this.keysCame(one),
      (error: unknown) => this.keysMissing(one, error),
    );
    return true;
  }

  private keysCame(one: Flight | Submission): void {
    this.keyed.add(one.operation);
    if (!("resolve" in one)) this.missingKeys.delete(one);
    this.askAgain(one);
  }

  private askAgain(one: Flight | Submission): void {
    this.keyless--;
    if ("resolve" in one) this.submissions = added(this.submissions, one);
    else if (!one.execution.ended) this.again = added(this.again, one);
    else this.missingKeys.delete(one);
    if (this.asked > 0) this.schedule();
  }

  private keysMissing(one: Flight | Submission, error: unknown): void {
    this.onFailure(error);
    if ("resolve" in one) {
      this.keyless--;
      return one.reject(error);
    }
    this.missingKeys.add(one);
    this.clock.timer(keyPauseMs * (0.5 + this.clock.random()), () => this.askAgain(one));
  }

  /** Writes what belongs to a transaction, in it: the others do not wait for it. */
  private async carry(flight: Flight, carrier: Carrier): Promise<void> {
    this.carried++;
    try {
      const result = await carrier.commit(flight.operation);
      if (result.type === "undone") flight.execution.undone(result);
      else {
        if (this.probes !== null) tell(this.probes, flight, result);
        apply(flight, result);
        this.onCommitted([flight], [result]);
      }
    } catch (error) {
      flight.execution.broke(error);
    } finally {
      this.carried--;
    }
  }

  /** The outcome is unknown or the store refused everything: nothing is lost, it is written again after a pause. */
  private failed(error: unknown, flights: Flight[], submissions: Submission[]): void {
    this.failures++;
    this.answers = 0;
    this.onFailure(error);
    for (const submission of submissions) {
      submission.failures++;
      if (submission.failures < patience && !(error instanceof StoreError))
        this.submissions = added(this.submissions, submission);
      else submission.reject(error);
    }
    for (const flight of flights) if (!flight.execution.ended) this.again = added(this.again, flight);
    const pause = pauses[Math.min(this.failures, pauses.length) - 1] ?? 1000;
    this.clock.timer(pause * (0.5 + this.clock.random()), () => {
      this.flushing = false;
      if (this.asked > 0) this.schedule();
    });
  }
}

const take = ({ committer, execution }: { committer: Committer; execution: Execution }): void =>
  committer.take(execution);

const flush = (committer: Committer): Promise<void> => committer.flush();

/** What one run cannot put into words must not keep the others from being written. */
function operationOf(execution: Execution): AdvanceOperation | null {
  try {
    return execution.takeOperation();
  } catch (error) {
    execution.broke(error);
    return null;
  }
}

function tell(probes: Probes, flight: Flight | undefined, result: OperationResult | undefined): void {
  if (flight && result) tellAdvance(probes, flight.execution.turn, flight.operation, result);
}

function apply({ execution }: Flight, result: OperationResult): void {
  try {
    execution.applied(result as ResultOf<AdvanceOperation>);
  } catch (error) {
    execution.broke(error);
  }
}
