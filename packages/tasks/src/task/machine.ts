import {
  type AnyWorkflow,
  createEngine,
  type Duration,
  type Engine,
  type EngineLog,
  memoryStore,
  type Store,
  ValidationError,
} from "@holdpoint/core";
import { DuplicateTaskError } from "../errors.ts";
import type { EventInput } from "../machine/definition.ts";
import { type Instance, Instances } from "../machine/instances.ts";
import { machineWorkflow } from "../machine/interpreter.ts";
import { enterMachine, forgetMachine, rememberMachine } from "./ambient.ts";
import { type CallbackTarget, type TaskCallback, targetOf } from "./callback.ts";
import { TaskContext, type TaskJson } from "./context.ts";
import { type ApprovalRequest, type StoredTask, type TaskEvents, taskMachine } from "./definition.ts";
import { TaskState } from "./states.ts";

/** Where a task machine lives. Everything has a default: `new HITLStateMachine()` keeps its tasks in memory. */
export interface TaskMachineOptions {
  /** Where tasks are kept: `sqlite("tasks.db")`, `postgres(url)`. Default: in memory, gone with the process. */
  store?: Store;
  /** An engine of yours in the place of a store; it needs `taskWorkflow(name)` among its workflows, and to be started. */
  engine?: Engine;
  /** Tells machines on one store apart. Default `task`. */
  name?: string;
  /** Where each transition is written, with its fields. Default: nowhere. */
  log?: EngineLog;
  /** How often callbacks look for what other processes did. Default "1s". */
  poll?: Duration;
}

/** Who does it. */
export interface By {
  /** Kept with the transition. */
  by?: string;
}

/** The workflow of a task machine, for an engine of your own: `new HITLStateMachine({ engine })`. */
export const taskWorkflow = (name = "task"): AnyWorkflow => machineWorkflow(taskMachine(name));

/**
 * Tasks that stop for a person and go on when they are told to. Each is a run with a hold: it survives a crash, is seen by every
 * process on the same store, has an audit trail, and can be decided wherever holds are decided.
 *
 * @example
 * const machine = new HITLStateMachine();
 * await machine.startTask("deploy_prod");
 * await machine.requestApproval("deploy_prod", { reason: "Deploy v1.2.3 to production", severity: "critical" });
 * await machine.approve("deploy_prod", { approver: "alice" });
 * await machine.resume("deploy_prod");
 * await machine.complete("deploy_prod");
 * await machine.close();
 */
export class HITLStateMachine {
  /** The engine under it: `engine.holds()` lists what waits, and `engine.decide` decides it. */
  readonly engine: Engine;
  private readonly tasks: Instances<TaskState, StoredTask, TaskEvents>;
  private readonly log: EngineLog | null;
  private readonly own: boolean;
  private started: Promise<void> | null = null;

  constructor(options: TaskMachineOptions = {}) {
    const { name = "task", log = null, poll } = options;
    if (options.engine && options.store)
      throw new ValidationError("task machine", [
        { path: "store", message: "is the engine's own; give one of the two" },
      ]);
    this.own = options.engine === undefined;
    // Tasks wait for people: what is parked is not kept in memory. It would be 22 KiB a task instead of 6, for a fifth less CPU.
    const residence = { count: 0 };
    this.engine =
      options.engine ??
      createEngine({
        store: options.store ?? memoryStore(),
        workflows: [taskWorkflow(name)],
        residence,
        keepAlive: false,
      });
    if (!this.engine.workflows().some((one) => one.name === name)) {
      const message = `has no workflow "${name}"; give it taskWorkflow(${name === "task" ? "" : `"${name}"`})`;
      throw new ValidationError("task machine", [{ path: "engine", message }]);
    }
    this.log = log;
    this.tasks = new Instances(this.engine, taskMachine(name), {
      noun: "task",
      ...(poll === undefined ? {} : { poll }),
    });
    rememberMachine(this);
  }

  /**
   * Begins a task: it is RUNNING. One that was restored as PENDING goes on from there.
   *
   * @throws DuplicateTaskError there is such a task already
   */
  async startTask(
    taskId: string,
    options: By & { metadata?: Record<string, unknown>; step?: string } = {},
  ): Promise<TaskContext> {
    await this.open();
    const { by, metadata = {}, step } = options;
    const fresh = new TaskContext(taskId, TaskState.RUNNING, {
      metadata,
      ...(step === undefined ? {} : { currentStep: step }),
    });
    try {
      return await this.add(fresh, by);
    } catch (error) {
      if (!(error instanceof DuplicateTaskError) || error.details.state !== TaskState.PENDING) throw error;
      return this.send(taskId, "start", undefined, by);
    }
  }

  /**
   * Interrupts a running task for a person: it is AWAITING_APPROVAL, and a hold is open.
   *
   * @throws NotFoundError there is no such task; InvalidTransitionError it is not RUNNING, or no hold can be made of the request
   */
  requestApproval(taskId: string, request: ApprovalRequest & By): Promise<TaskContext> {
    const { by, ...asked } = request;
    return this.send(taskId, "requestApproval", asked, by);
  }

  /**
   * A person says yes: the task is APPROVED. The same as deciding its hold anywhere else.
   *
   * @throws InvalidTransitionError it does not await approval, or somebody else was first; NotAllowedError this person may not
   */
  approve(taskId: string, options: { approver?: string; note?: string; option?: string } = {}): Promise<TaskContext> {
    return this.decide(taskId, true, options);
  }

  /**
   * A person says no: the task is REJECTED, and that is its end.
   *
   * @throws InvalidTransitionError it does not await approval, or somebody else was first; NotAllowedError this person may not
   */
  reject(taskId: string, options: { approver?: string; reason?: string; option?: string } = {}): Promise<TaskContext> {
    const { reason, ...rest } = options;
    return this.decide(taskId, false, { ...rest, ...(reason === undefined ? {} : { note: reason }) });
  }

  /** Goes on with an approved task: it is RUNNING again. Throws `InvalidTransitionError` when it is not APPROVED. */
  resume(taskId: string, options: By = {}): Promise<TaskContext> {
    return this.send(taskId, "resume", undefined, options.by);
  }

  /** The task is done: COMPLETED. Throws `InvalidTransitionError` when it is not RUNNING. */
  complete(taskId: string, options: By & { result?: unknown } = {}): Promise<TaskContext> {
    const { by, ...data } = options;
    return this.send(taskId, "complete", data, by);
  }

  /** The task has failed, in whatever state it is, unless it has ended: FAILED. */
  fail(taskId: string, error: unknown, options: By = {}): Promise<TaskContext> {
    const sentence = error instanceof Error ? error.message : String(error);
    return this.send(taskId, "fail", { error: sentence }, options.by);
  }

  /** The step a running task is at now; the one before it is completed and goes to its history. */
  step(taskId: string, name: string, options: By = {}): Promise<TaskContext> {
    return this.send(taskId, "step", { name }, options.by);
  }

  /** Adds to a task's metadata, while nobody is asked about it. */
  annotate(taskId: string, metadata: Record<string, unknown>, options: By = {}): Promise<TaskContext> {
    return this.send(taskId, "annotate", { metadata }, options.by);
  }

  /** A task as it is now. Throws `NotFoundError` when there is none. */
  async getTask(taskId: string): Promise<TaskContext> {
    await this.open();
    return viewOf(await this.tasks.get(taskId));
  }

  /** The tasks that await a person's decision, oldest first. */
  getPendingApprovals(): Promise<TaskContext[]> {
    return this.getTasksByState(TaskState.AWAITING_APPROVAL);
  }

  /** The tasks in a state, oldest first. */
  async getTasksByState(state: TaskState): Promise<TaskContext[]> {
    await this.open();
    return (await this.tasks.list({ state })).map(viewOf);
  }

  /** All tasks, oldest first. Those that ended more than 30 days ago are gone (the engine's retention). */
  async getAllTasks(): Promise<TaskContext[]> {
    await this.open();
    return (await this.tasks.list()).map(viewOf);
  }

  /**
   * Calls back after every change of a task's state, of one task or of all (`"*"`): with the task as it is since, its state before
   * and its state now. What a callback throws or how long it takes changes nothing. Returns how to stop.
   *
   * @example
   * const stop = machine.addCallback("*", (task, before, after) => console.error(task.taskId, before, after));
   */
  addCallback(taskId: CallbackTarget, callback: TaskCallback): () => void;
  addCallback(callback: TaskCallback): () => void;
  addCallback(first: CallbackTarget | TaskCallback, second?: TaskCallback): () => void {
    const { wanted, callback } = targetOf(first, second);
    const stop = this.tasks.onTransition((id, taken) => {
      if (!wanted(id) || taken.from === taken.to) return;
      const before = (taken.from ?? TaskState.PENDING) as TaskState;
      return callback(
        viewOf({ id, state: taken.to as TaskState, context: taken.context as StoredTask }),
        before,
        taken.to as TaskState,
      );
    });
    return stop;
  }

  /**
   * Waits until a task is in one of these states.
   *
   * @throws InvalidStateError `timeout` passed first. NotFoundError there is no such task
   */
  async waitFor(
    taskId: string,
    states: readonly TaskState[],
    options: { timeout?: Duration; look?: Duration } = {},
  ): Promise<TaskContext> {
    await this.open();
    return viewOf(await this.tasks.until(taskId, ({ state }) => states.includes(state), options));
  }

  /**
   * Takes in a task from its JSON or its context, in the state it has; one that awaited approval asks again.
   *
   * @throws DuplicateTaskError there is such a task already; ValidationError it is no task
   */
  async restore(task: TaskContext | TaskJson | string, options: By = {}): Promise<TaskContext> {
    await this.open();
    return this.add(task instanceof TaskContext ? task : TaskContext.fromJSON(task), options.by);
  }

  /** A task's transitions, oldest first: from where to where, through what, by whom, when. */
  async audit(
    taskId: string,
  ): Promise<{ from: TaskState | null; to: TaskState; event: string; by: string | null; at: Date }[]> {
    await this.open();
    return this.tasks.transitions(taskId);
  }

  /** Runs a function in which this machine is the one that decorators use. */
  run<T>(fn: () => T): T {
    return enterMachine(this, fn);
  }

  /** Makes the engine ready; called by everything else. One of yours is yours to start. */
  async open(): Promise<void> {
    if (this.own) await (this.started ??= this.engine.start());
  }

  /** Lets go of the store, and with it of the tasks if they are in memory. An engine of yours is left as it is. */
  async close(): Promise<void> {
    forgetMachine(this);
    const { started } = this;
    this.started = null;
    if (this.own && started !== null) await this.engine.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async add(task: TaskContext, by: string | undefined): Promise<TaskContext> {
    const { taskId, state, ...fields } = task;
    const from = { state, version: 0 };
    const made = await this.tasks.create(
      taskId,
      { ...fields, request: null },
      { from, ...(by === undefined ? {} : { by }) },
    );
    this.log?.info({ task: taskId, to: state, by: by ?? null }, "task started");
    return viewOf(made);
  }

  private async send<N extends keyof TaskEvents>(
    taskId: string,
    event: N,
    data: EventInput<TaskEvents, N>,
    by: string | undefined,
  ): Promise<TaskContext> {
    await this.open();
    return this.logged(taskId, event, by ?? null, () =>
      this.tasks.send(taskId, event, data, by === undefined ? {} : { by }),
    );
  }

  private async decide(
    taskId: string,
    approved: boolean,
    options: { approver?: string; note?: string; option?: string },
  ): Promise<TaskContext> {
    await this.open();
    const { approver, ...rest } = options;
    return this.logged(taskId, approved ? "approve" : "reject", approver ?? null, () =>
      this.tasks.decide(taskId, approved, {
        ...rest,
        channel: "task",
        ...(approver === undefined ? {} : { by: approver }),
      }),
    );
  }

  private async logged(
    task: string,
    event: string,
    by: string | null,
    act: () => Promise<Instance<TaskState, StoredTask>>,
  ): Promise<TaskContext> {
    try {
      const after = await act();
      this.log?.info({ task, event, by, to: after.state }, `task ${event}`);
      return viewOf(after);
    } catch (error) {
      this.log?.warn(
        { task, event, by, error: error instanceof Error ? error.message : String(error) },
        `task ${event} refused`,
      );
      throw error;
    }
  }
}

function viewOf({
  id,
  state,
  context,
}: Pick<Instance<TaskState, StoredTask>, "id" | "state" | "context">): TaskContext {
  return new TaskContext(id, state, context);
}
