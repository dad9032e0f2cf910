import { type Duration, durationMs } from "@holdpoint/core";
import { DuplicateTaskError } from "../errors.ts";
import { TaskState } from "../task/states.ts";
import { asTask, type CurrentTask, currentTask, untilRunning } from "./current-task.ts";
import { finished } from "./requires-approval.ts";
import { type DecoratedCall, type Decoration, decoration, type WhichTask } from "./wrapping.ts";

/** How a function can be paused. */
export interface InterruptibleOptions extends WhichTask {
  /** At most one look at its task in this time, however often it says `checkpoint()`. Default "1s". */
  checkInterval?: Duration;
}

/**
 * Lets a function be paused by `machine.requestApproval(taskId, …)`: it waits at its next `checkpoint()` until it is approved and
 * resumed, and stops there if it is rejected. It also waits before it begins and before it gives its result.
 *
 * Inside of a decorated function it belongs to that one's task; given the id of a running task it belongs to that; otherwise
 * each call is a task of its own, completed or failed with it.
 *
 * @example
 * const importAll = interruptible({ checkInterval: "1s", taskId: "import" })(async (pages: number[]) => {
 *   for (const page of pages) {
 *     await checkpoint();
 *     await shop.importPage(page);
 *   }
 * });
 *
 * @throws ApprovalRejectedError it was interrupted, and a person said no
 */
export function interruptible(options: InterruptibleOptions = {}): Decoration {
  const checkIntervalMs = durationMs(options.checkInterval ?? "1s", "checkInterval");
  return decoration(options, async (call) => {
    const outer = options.machine || options.taskId !== undefined ? undefined : currentTask();
    const task: CurrentTask = {
      machine: outer?.machine ?? call.machine,
      taskId: outer?.taskId ?? call.taskId,
      checkIntervalMs,
      lookedAt: 0,
    };
    const work = async (): Promise<unknown> => {
      await untilRunning(task);
      const result = await asTask(task, call.run);
      await untilRunning(task);
      return result;
    };
    return outer || !(await begun(call)) ? work() : finished(call, work);
  });
}

/** Whether the task is this call's own; one that was there already is somebody else's to complete. */
async function begun({ machine, taskId, named }: DecoratedCall): Promise<boolean> {
  try {
    await machine.startTask(taskId);
    return true;
  } catch (error) {
    if (!(error instanceof DuplicateTaskError) || !named) throw error;
    const ended: readonly string[] = [TaskState.COMPLETED, TaskState.FAILED, TaskState.REJECTED];
    if (ended.includes(String(error.details.state))) throw error;
    return false;
  }
}
