import type { Attributes, ParentClose } from "../store/store.ts";
import type { Workflow } from "./definition.ts";
import type { Duration } from "./duration.ts";
import type { Approval, ApproveRequest, Decision, HoldRequest } from "./hold.ts";
import type { InferOut, StandardSchemaV1 } from "./schema.ts";
import type { ServiceToken } from "./service.ts";
import type { StepInfo, StepOptions, TransactionOptions } from "./step.ts";
import type { Transaction } from "./transaction.ts";

export type * from "./hold.ts";
export type * from "./step.ts";

/** How a child run is started. */
export interface ChildOptions {
  /** Public id of the child. Default: derived from the parent's, the same in every replay. */
  id?: string;
  /** Default: the child workflow's own, else the parent's. */
  queue?: string;
  /** Higher goes first. Default: the parent's. */
  priority?: number;
  /** What becomes of it when the parent ends first. Default `cancel`. */
  parentClose?: ParentClose;
  /** What it can be found by. */
  attributes?: Attributes;
}

/** A child that was started and not waited for. */
export interface ChildHandle<Out> {
  /** Its public id. */
  readonly id: string;
  /** Waits for its result. Throws `ChildFailedError`. */
  result(): Promise<Out>;
}

/** The branches of `all`, `race` and `any`, by name: functions, so that each call in them knows its branch. */
export type Branches = Readonly<Record<string, () => unknown>>;
/** The result of every branch, under its name. */
export type BranchResults<B extends Branches> = { -readonly [K in keyof B]: Awaited<ReturnType<B[K]>> };
/** The branch that won, and what it gave: check `winner`, and the type of `value` is known. */
export type Winner<B extends Branches> = {
  [K in keyof B & string]: { winner: K; value: Awaited<ReturnType<B[K]>> };
}[keyof B & string];

/** Structured lines about a run, with its id and workflow. Silent while replaying, so that each is written once. */
export interface WorkflowLog {
  /** For whoever looks for a mistake. */
  debug(message: string, fields?: Record<string, unknown>): void;
  /** What went as it should. */
  info(message: string, fields?: Record<string, unknown>): void;
  /** What somebody should look at some time. */
  warn(message: string, fields?: Record<string, unknown>): void;
  /** What somebody should look at now. */
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Facts about the run that never change while it lives. */
export interface RunFacts {
  /** Its public id. */
  readonly id: string;
  /** The workflow's name. */
  readonly workflow: string;
  /** The version it was started on; a newer one may have taken it over since. */
  readonly version: number;
  /** 1, or more after `ctx.continueAsNew`. */
  readonly generation: number;
  /** Who started it (`engine.run(…, { by })`); null when nobody was named. */
  readonly createdBy: string | null;
  /** When it was started. */
  readonly createdAt: Date;
  /** The conversation or case it belongs to. */
  readonly thread: string | null;
  /** 1, or more when `workflow({ retry })` started it over. */
  readonly attempt: number;
}

/**
 * All a workflow may use to touch the world. Everything it does is recorded once and, after a crash, given back
 * from the record; code between the calls runs again and must not depend on anything else: no clock, no chance, no I/O.
 *
 * Names tell a call from others in the record; a name used again is counted, so names need not be unique. Lengths of time
 * are milliseconds or text such as "90s", "1h 30m" and "3d". Once the run is cancelled, calls throw `CancelledError`, except
 * in `ctx.shield`.
 *
 * @example
 * const greet = workflow({ name: "greet", input: z.object({ to: z.string() }) }, async (ctx, { to }) => {
 *   const text = await ctx.step("write", () => model.write(`a greeting for ${to}`));
 *   const { approved } = await ctx.approve("send", { title: `Send this to ${to}?`, context: text });
 *   if (approved) await ctx.step("send", () => mailer.send(to, text));
 *   return approved;
 * });
 */
export interface WorkflowContext {
  /** Facts about this run. */
  readonly run: RunFacts;

  /**
   * Does something once and remembers the result: whatever calls the world belongs into one. The function runs at least once,
   * and not again after its result was recorded; `once` asks a person instead of repeating what may have happened.
   *
   * @example
   * const order = await ctx.step("load order", () => shop.load("A-7"), { retry: { attempts: 5 }, timeout: "10s" });
   *
   * @throws StepFailedError it failed for good: `cause` is the last error. NotStorableError, PayloadTooLargeError: so does a
   * result that cannot be stored
   */
  step<T>(
    name: string,
    fn: (info: StepInfo) => T | Promise<T>,
    options?: StepOptions<NoInfer<Awaited<T>>>,
  ): Promise<Awaited<T>>;

  /**
   * A step that changes tables of yours in the database the store is in, exactly once: its statements and its record are one
   * transaction. The function may run again, whenever that transaction was undone (an error, a deadlock, a crash); what it
   * did then is undone, too. Keep everything else out of it, above all what takes long: it holds locks.
   *
   * @example
   * const left = await ctx.transaction("take money", async (tx) => {
   *   await tx.execute("update account set balance = balance - ? where id = ?", [120, "ana"]);
   *   return tx.fetchOne<{ balance: number }>("select balance from account where id = ?", ["ana"]);
   * });
   *
   * @throws InvalidStateError the store is not in a database (memory); StepFailedError it failed for good, and left nothing
   */
  transaction<T>(
    name: string,
    fn: (transaction: Transaction, info: StepInfo) => T | Promise<T>,
    options?: TransactionOptions<NoInfer<Awaited<T>>>,
  ): Promise<Awaited<T>>;

  /**
   * Waits, for seconds or for weeks, for a person's yes or no. Waiting costs no process and no memory worth mentioning.
   *
   * @example
   * const { approved, by, note } = await ctx.approve("approve refund", {
   *   title: "Refund $120 for order A-7?",
   *   severity: "high",
   *   context: { total: 120, history: ["late twice"] },
   *   reviewers: { groups: ["finance"], quorum: 2, excludeCreator: true },
   *   deadline: [
   *     { after: "4h", remind: true },
   *     { after: "1d", escalate: { groups: ["finance-leads"] } },
   *     { after: "3d", decide: { approved: false, note: "no answer in three days" } },
   *   ],
   * });
   *
   * @throws HoldExpiredError its deadline says `expire`. ValidationError the request is not complete
   */
  approve<A = unknown>(name: string, request: ApproveRequest<A>): Promise<Approval<A>>;
  /**
   * Waits for a person's typed answer: the form is a schema, so the same hold renders wherever it is answered.
   *
   * @example
   * const { value, by } = await ctx.hold("label", {
   *   title: "What is this mail?",
   *   form: z.object({ label: z.enum(["spam", "ham"]), why: z.string().optional() }),
   * });
   * if (value.label === "spam") await ctx.step("file", () => shop.file("m-1", value.label));
   *
   * @throws HoldExpiredError its deadline says `expire`. ValidationError the request is not complete
   */
  hold<S extends StandardSchemaV1>(name: string, request: HoldRequest<S>): Promise<Decision<InferOut<S>>>;
  /**
   * Waits for a typed message sent with `run.signal(name, value)`. Messages are kept in order from the run's start: one that came
   * earlier is taken at once. One that does not fit the schema is passed over with a warning.
   *
   * @example
   * const { amount } = await ctx.signal("paid", z.object({ amount: z.number() }), { timeout: "7d" });
   *
   * @throws TimeoutError none came within `timeout`
   */
  signal<S extends StandardSchemaV1>(name: string, schema: S, options?: { timeout?: Duration }): Promise<InferOut<S>>;

  /**
   * Waits for a length of time. The time it ends is recorded: changed code does not move it.
   *
   * @example
   * await ctx.sleep("14d");
   */
  sleep(duration: Duration): Promise<void>;
  /**
   * Waits until a time, given as a date or in milliseconds since 1970; one that has passed does not wait.
   *
   * @example
   * await ctx.sleepUntil(new Date("2030-01-01T09:00:00Z"));
   */
  sleepUntil(time: Date | number): Promise<void>;

  /**
   * Starts another workflow and waits for its result. Starting it is one transaction with this run's record.
   *
   * @example
   * const { status } = await ctx.child(refund, { orderId: "A-7", amount: 120 });
   *
   * @throws ChildFailedError it failed, was cancelled or diverged. ValidationError the input does not fit
   */
  child<In, Out>(workflow: Workflow<In, Out>, input: In, options?: ChildOptions): Promise<Out>;
  /**
   * Starts another workflow and goes on; the handle is given once the child durably exists.
   *
   * @example
   * const child = await ctx.spawn(refund, { orderId: "A-7", amount: 120 }, { parentClose: "abandon" });
   * ctx.log.info("started", { child: child.id });
   *
   * @throws ValidationError the input does not fit
   */
  spawn<In, Out>(workflow: Workflow<In, Out>, input: In, options?: ChildOptions): Promise<ChildHandle<Out>>;

  /**
   * Runs all branches and gives their results by name. The first failure cancels the others and is thrown.
   *
   * @example
   * const { order, risk } = await ctx.all({
   *   order: () => ctx.step("load order", () => shop.load("A-7")),
   *   risk: () => ctx.step("score", () => model.score("A-7")),
   * });
   */
  all<B extends Branches>(branches: B): Promise<BranchResults<B>>;
  /**
   * The first branch to end, well or badly. The others are cancelled, their holds withdrawn and their completed steps undone;
   * `keep: true` leaves those as they are.
   *
   * @example
   * const first = await ctx.race({
   *   paid: () => ctx.signal("paid", z.object({ amount: z.number() })),
   *   late: () => ctx.sleep("7d"),
   * });
   * if (first.winner === "paid") ctx.log.info("paid", { amount: first.value.amount });
   *
   * @throws what the first branch threw, if that is how it ended
   */
  race<B extends Branches>(branches: B, options?: { keep?: boolean }): Promise<Winner<B>>;
  /**
   * The first branch to succeed; what becomes of the others is as in `race`.
   *
   * @example
   * const { winner, value } = await ctx.any({
   *   fast: () => ctx.step("ask the small model", () => model.write("a title"), { timeout: "5s" }),
   *   good: () => ctx.step("ask the large model", () => model.write("a good title")),
   * });
   *
   * @throws AggregateError none succeeded: `errors` has what each threw
   */
  any<B extends Branches>(branches: B, options?: { keep?: boolean }): Promise<Winner<B>>;
  /**
   * Calls `fn` for every item, each in a branch of its own, and gives the results in the items' order; at most `concurrency` at
   * once (default: all). The first failure cancels the others. `key` names an item's branch: give one when items may move between deploys.
   *
   * @example
   * const sizes = await ctx.map(["a.pdf", "b.pdf"], (file) => ctx.step("read", () => shop.size(file)), {
   *   key: (file) => file,
   *   concurrency: 5,
   * });
   *
   * @throws ValidationError `key` gives the same for two items
   */
  map<T, R>(
    items: readonly T[],
    fn: (item: T, index: number) => Promise<R> | R,
    options?: { key?: (item: T, index: number) => string; concurrency?: number },
  ): Promise<Awaited<R>[]>;
  /**
   * Runs `fn` even while the run is being cancelled: for cleanup that needs steps.
   *
   * @example
   * try {
   *   await ctx.signal("paid", z.unknown());
   * } finally {
   *   await ctx.shield(() => ctx.step("release", () => shop.release("A-7")));
   * }
   */
  shield<T>(fn: () => Promise<T>): Promise<T>;

  /** The time of the last thing this run saw, the same in every replay: use it in the place of `new Date()`. */
  now(): Date;
  /** A number from 0 up to 1, from the run's own seed: the same in every replay. */
  random(): number;
  /** A random UUID from the run's own seed: the same in every replay. */
  uuid(): string;

  /**
   * Adds a value to the run's output stream (`run.stream()`): partial results, lines for a screen. Written with the next entry.
   *
   * @example
   * ctx.emit({ line: "reading page 3" });
   */
  emit(value: unknown): void;
  /** Says how far the run is, in whatever unit: `ctx.progress(3, 10)`. Shown with the run. */
  progress(done: number, total: number): void;
  /**
   * Sets attributes that runs can be found by (`engine.runs({ attributes })`); null removes one.
   *
   * @example
   * ctx.set({ customer: "ana", amount: 120, draft: null });
   */
  set(attributes: Attributes): void;
  /** Sets the word that the run's `outcome` will have when it completes: `ctx.outcome("rejected")`. Default `success`. */
  outcome(word: string): void;

  /**
   * Whether to take the changed code: true for new runs, and for those that had not passed here when it came.
   * Decided once per run and id, whatever a loop does later; give each turn of a loop its own id to decide anew.
   *
   * @example
   * if (ctx.patched("check stock first")) await ctx.step("check stock", () => shop.stock("A-7"));
   */
  patched(id: string): boolean;
  /**
   * Ends this generation and starts the next with a fresh history under the same id: for runs that go on for ever. Messages that
   * were not taken go along. Never returns.
   *
   * @example
   * const { count } = await ctx.step("count", () => ({ count: 1 }));
   * await ctx.sleep("1d");
   * ctx.continueAsNew({ count });
   */
  continueAsNew(input: unknown): never;

  /**
   * What the engine was given under this token (`createEngine({ services })`). Call it in steps.
   *
   * @example
   * const smtp = service<{ send(to: string): Promise<void> }>("smtp");
   * await ctx.step("send", () => ctx.service(smtp).send("ana@example.com"));
   *
   * @throws NotFoundError the engine was not given it
   */
  service<T>(token: ServiceToken<T>): T;
  /** The run's log. */
  readonly log: WorkflowLog;
}
