import { AsyncLocalStorage } from "node:async_hooks";
import { systemClock } from "@holdpoint/core";
import { ApprovalRejectedError, InvalidTransitionError } from "../errors.ts";
import type { TaskContext } from "../task/context.ts";
import type { HITLStateMachine } from "../task/machine.ts";
import { TaskState } from "../task/states.ts";

/** The task that a decorated function is the work of. */
export interface CurrentTask {
  /** Its id. */
  readonly taskId: string;
  /** The machine it belongs to. */
  readonly machine: HITLStateMachine;
  /** At most one look at its state in so many ms; null looks at every checkpoint. */
  readonly checkIntervalMs: number | null;
  /** When it was last looked at. */
  lookedAt: number;
}

const scope = new AsyncLocalStorage<CurrentTask>();

/** Runs a function as the work of a task. */
export const asTask = <T>(task: CurrentTask, fn: () => T): T => scope.run(task, fn);

/**
 * The task whose work is being done; undefined outside of decorated functions.
 *
 * @example
 * const task = currentTask();
 * const { approvalData } = task ? await task.machine.getTask(task.taskId) : { approvalData: null };
 */
export const currentTask = (): CurrentTask | undefined => scope.getStore();

/**
 * Where an interruptible function can be paused: while its task awaits a person, or is approved and not resumed yet, it waits here.
 * It looks at the task at most once in `checkInterval`; with a `step` it also says where the work is, which is a write. Outside of a
 * task it does nothing.
 *
 * @throws ApprovalRejectedError a person said no. InvalidTransitionError the task has ended otherwise
 */
export async function checkpoint(step?: string): Promise<void> {
  const task = scope.getStore();
  if (!task) return;
  const now = systemClock.now();
  if (step === undefined && task.checkIntervalMs !== null && now - task.lookedAt < task.checkIntervalMs) return;
  await untilRunning(task);
  if (step !== undefined) await task.machine.step(task.taskId, step);
}

const settledStates = [TaskState.RUNNING, TaskState.REJECTED, TaskState.FAILED, TaskState.COMPLETED] as const;

/** Waits until the task is RUNNING. */
export async function untilRunning(task: CurrentTask): Promise<void> {
  const look = task.checkIntervalMs === null ? {} : { look: Math.max(1, task.checkIntervalMs) };
  const now = await task.machine.waitFor(task.taskId, settledStates, look);
  task.lookedAt = systemClock.now();
  if (now.state !== TaskState.RUNNING) throw stopped(now, "go on");
}

/** Why work on a task must not begin or go on. */
export function stopped(task: TaskContext, attempted: string): Error {
  const { taskId, state, approvalData, error } = task;
  if (state === TaskState.REJECTED)
    return new ApprovalRejectedError(taskId, approvalData?.approver ?? null, approvalData?.note ?? null);
  const details = { id: taskId, allowed: [], ...(error === null ? {} : { reason: error }) };
  return new InvalidTransitionError(`task "${taskId}"`, attempted, state, details);
}
