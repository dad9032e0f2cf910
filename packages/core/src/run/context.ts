import { InvalidStateError, NotFoundError, ValidationError } from "../errors.ts";
import type { Attributes } from "../store/store.ts";
import type {
  Approval,
  ApproveRequest,
  Branches,
  BranchResults,
  ChildHandle,
  ChildOptions,
  Decision,
  HoldRequest,
  RunFacts,
  StepInfo,
  StepOptions,
  TransactionOptions,
  Winner,
  WorkflowContext,
  WorkflowLog,
} from "../workflow/context.ts";
import type { Workflow } from "../workflow/definition.ts";
import { type Duration, durationMs } from "../workflow/duration.ts";
import type { InferOut, StandardSchemaV1 } from "../workflow/schema.ts";
import type { ServiceToken } from "../workflow/service.ts";
import type { Transaction } from "../workflow/transaction.ts";
import { setAttributes } from "./attributes.ts";
import { callAll, callAny, callMap, callRace } from "./branches.ts";
import { callChild, callSpawn } from "./children.ts";
import { ContinueAsNew } from "./continue-as-new.ts";
import type { Execution } from "./execution.ts";
import { callApprove, callHold } from "./holds.ts";
import { type Scope, sites } from "./scope.ts";
import { callSignal } from "./signals.ts";
import { callSleep, callSleepUntil, waitDraft } from "./sleep.ts";
import { callStep } from "./steps.ts";
import { callTransaction } from "./transaction-step.ts";

const ignore = (): void => {};

/** Milliseconds since 1970. Throws `ValidationError` when it is no time. */
function timeOf(time: Date | number): number {
  const ms = Number(time);
  if (Number.isFinite(ms)) return ms;
  throw new ValidationError("ctx.sleepUntil", [{ path: "", message: `${String(time)} is not a time` }]);
}

/** A promise of a coroutine that nobody will wake again. */
const never = new Promise<never>(() => {});

/** The author's view of an execution: one object, whoever asks. */
export function createContext(execution: Execution): WorkflowContext {
  let context = contexts.get(execution);
  if (!context) contexts.set(execution, (context = new RunContext(execution)));
  return context;
}

const contexts = new WeakMap<Execution, WorkflowContext>();

/**
 * The context of the workflow code that calls this, as its function got it; undefined inside a step and outside of runs. For libraries
 * that are called from workflow code by something that does not hand a context on.
 */
export function currentContext(): WorkflowContext | undefined {
  const site = sites.getStore();
  return site === undefined || site.inStep ? undefined : createContext(site.execution);
}

/**
 * The author's view of an execution. One object serves all branches: which branch calls is carried by the
 * site (`scope.ts`), so that an outer `ctx` used inside a branch means the branch.
 */
class RunContext implements WorkflowContext {
  readonly #execution: Execution;

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  get run(): RunFacts {
    const { row, attempt, startedOn } = this.#execution;
    const { id, workflow, generation, createdBy, thread } = row;
    const version = startedOn ?? row.version;
    return { id, workflow, version, generation, createdBy, createdAt: new Date(row.createdAt), thread, attempt };
  }

  get log(): WorkflowLog {
    return this.#execution.log;
  }

  step<T>(
    name: string,
    fn: (info: StepInfo) => T | Promise<T>,
    options?: StepOptions<NoInfer<Awaited<T>>>,
  ): Promise<Awaited<T>> {
    return this.#durable("step", (scope) => callStep(this.#execution, scope, name, fn, options));
  }

  approve<A>(name: string, request: ApproveRequest<A>): Promise<Approval<A>> {
    return this.#composed("approve", (scope) => callApprove(this.#execution, scope, name, request));
  }

  hold<S extends StandardSchemaV1>(name: string, request: HoldRequest<S>): Promise<Decision<InferOut<S>>> {
    return this.#composed("hold", (scope) => callHold(this.#execution, scope, name, request));
  }

  signal<S extends StandardSchemaV1>(name: string, schema: S, options?: { timeout?: Duration }): Promise<InferOut<S>> {
    return this.#durable("signal", (scope) => callSignal(this.#execution, scope, name, schema, options));
  }

  transaction<T>(
    name: string,
    fn: (transaction: Transaction, info: StepInfo) => T | Promise<T>,
    options?: TransactionOptions<NoInfer<Awaited<T>>>,
  ): Promise<Awaited<T>> {
    return this.#durable("transaction", (scope) => callTransaction(this.#execution, scope, name, fn, options));
  }

  sleep(duration: Duration): Promise<void> {
    const execution = this.#execution;
    return this.#durable("sleep", (scope) => callSleep(execution, scope, durationMs(duration, "ctx.sleep")));
  }

  sleepUntil(time: Date | number): Promise<void> {
    return this.#durable("sleepUntil", (scope) => callSleepUntil(this.#execution, scope, timeOf(time)));
  }

  child<In, Out>(workflow: Workflow<In, Out>, input: In, options: ChildOptions = {}): Promise<Out> {
    return this.#durable("child", (scope) => callChild(this.#execution, scope, workflow, input, options));
  }

  spawn<In, Out>(workflow: Workflow<In, Out>, input: In, options: ChildOptions = {}): Promise<ChildHandle<Out>> {
    return this.#composed("spawn", (scope) => callSpawn(this.#execution, scope, workflow, input, options));
  }

  all<B extends Branches>(branches: B): Promise<BranchResults<B>> {
    return this.#composed("all", (scope) => callAll(this.#execution, scope, branches));
  }

  race<B extends Branches>(branches: B, options?: { keep?: boolean }): Promise<Winner<B>> {
    return this.#composed("race", (scope) => callRace(this.#execution, scope, branches, options));
  }

  any<B extends Branches>(branches: B, options?: { keep?: boolean }): Promise<Winner<B>> {
    return this.#composed("any", (scope) => callAny(this.#execution, scope, branches, options));
  }

  map<T, R>(
    items: readonly T[],
    fn: (item: T, index: number) => Promise<R> | R,
    options?: { key?: (item: T, index: number) => string; concurrency?: number },
  ): Promise<Awaited<R>[]> {
    return this.#composed("map", (scope) => callMap(this.#execution, scope, items, fn, options));
  }

  shield<T>(fn: () => Promise<T>): Promise<T> {
    const execution = this.#execution;
    const inShield = async (): Promise<T> => {
      const scope = this.#scope("shield");
      return execution.ended ? never : sites.run(scope.shield().site(execution), fn);
    };
    const promise = inShield();
    promise.catch(ignore);
    return promise;
  }

  now(): Date {
    return new Date(this.#execution.time);
  }

  random(): number {
    return this.#execution.entropy(this.#scope("random")).random();
  }

  uuid(): string {
    return this.#execution.entropy(this.#scope("uuid")).uuid();
  }

  emit(value: unknown): void {
    this.#scope("emit");
    this.#execution.emit(value);
  }

  /** May be called inside a step as well: it says how far the work is, and decides nothing. */
  progress(done: number, total: number): void {
    const { ledger, writer, ended } = this.#execution;
    if (!(done >= 0 && total >= 0)) {
      throw new ValidationError("ctx.progress", [
        { path: "", message: `${done} of ${total} must be two numbers from 0` },
      ]);
    }
    if (!ledger.replaying && !ended) writer.ride.progress = { done, total };
  }

  set(attributes: Attributes): void {
    this.#scope("set");
    setAttributes(this.#execution, attributes);
  }

  outcome(word: string): void {
    this.#scope("outcome");
    if (typeof word !== "string" || word === "" || word.length > 64) {
      throw new ValidationError("ctx.outcome", [{ path: "", message: "must be a word of 1 to 64 characters" }]);
    }
    this.#execution.outcomeWord = word;
  }

  patched(id: string): boolean {
    const key = `patch:${id}`;
    const execution = this.#execution;
    this.#scope("patched");
    const known = execution.ledger.isPatched(key);
    if (known !== undefined) return known;
    if (execution.host.live) execution.write(waitDraft(execution, key, "patch", "settled", undefined), false);
    return true;
  }

  continueAsNew(input: unknown): never {
    this.#scope("continueAsNew");
    throw new ContinueAsNew(this.#execution, input);
  }

  service<T>(token: ServiceToken<T>): T {
    const { services } = this.#execution.host;
    if (!services.has(token.name)) {
      throw new NotFoundError("service", token.name, "give it to createEngine({ services })");
    }
    return services.get(token.name) as T;
  }

  /** The branch that calls. */
  #scope(what: string): Scope {
    const site = sites.getStore();
    if (site?.execution !== this.#execution) {
      throw new InvalidStateError(`ctx.${what} was called outside its workflow; call it from the workflow's own code`);
    }
    if (site.inStep) {
      throw new InvalidStateError(`ctx.${what} was called inside a step; call it before or after the step`);
    }
    return site.scope;
  }

  /** Durable calls: dead when the coroutine is, refused when the scope is cancelled. */
  #durable<T>(what: string, call: (scope: Scope) => Promise<T>): Promise<T> {
    try {
      const scope = this.#scope(what);
      const execution = this.#execution;
      if (execution.ended) return never;
      const reason = scope.cancellation() ?? execution.closing;
      if (reason) return execution.refuse(reason);
      return call(scope);
    } catch (error) {
      const rejected = Promise.reject(error);
      rejected.catch(ignore); // not awaiting it is no reason to end the process
      return rejected;
    }
  }

  /** A call made of several: somebody may not await it, which is no reason to end the process either. */
  #composed<T>(what: string, call: (scope: Scope) => Promise<T>): Promise<T> {
    const promise = this.#durable(what, call);
    promise.catch(ignore);
    return promise;
  }
}
