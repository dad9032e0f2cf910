import { DuplicateTaskError, InvalidTransitionError } from "../errors.ts";
import type { TaskContext } from "../task/context.ts";
import type { ApprovalRequest } from "../task/definition.ts";
import { TaskState } from "../task/states.ts";
import { asTask, stopped } from "./current-task.ts";
import { type DecoratedCall, type Decoration, decoration, storable, type WhichTask } from "./wrapping.ts";

/** What a function that needs approval asks. */
export interface RequiresApprovalOptions extends WhichTask, Omit<ApprovalRequest, "reason" | "context"> {
  /** Why approval is needed. Default: the function's name. */
  reason?: string;
  /** What the person sees: a value, or a function of the arguments. Default: the arguments. */
  context?: unknown;
}

/**
 * Lets a function run only after a person has approved it. Each call is a task: it asks, waits (for weeks, if need be), resumes,
 * runs the function, and is completed or failed with it. The function never runs without a yes, and at most once for a task.
 *
 * @example
 * const deploy = requiresApproval({ reason: "Deploy to production", options: ["proceed", "cancel"], severity: "high" })(
 *   async (version: string) => `deployed ${version}`,
 * );
 * await deploy("v1.2.3");
 *
 * @throws ApprovalRejectedError a person said no; DuplicateTaskError the task named by `taskId` has run, or may have
 */
export function requiresApproval(options: RequiresApprovalOptions = {}): Decoration {
  const { machine: _machine, taskId: _taskId, reason, context, ...request } = options;
  return decoration(options, async (call) => {
    const { machine, taskId } = call;
    const task = await asked(call, {
      ...request,
      reason: reason ?? call.name,
      context: typeof context === "function" ? context(...call.args) : (context ?? storable(call.args)),
    });
    const decided = task.state === TaskState.AWAITING_APPROVAL ? await untilDecided(call) : task;
    if (decided.state !== TaskState.APPROVED) throw stopped(decided, `run ${call.name}`);
    await resumed(call);
    const current = { taskId, machine, checkIntervalMs: null, lookedAt: 0 };
    return finished(call, () => asTask(current, call.run));
  });
}

/** The task of this call, waiting for a person or past that. */
async function asked(call: DecoratedCall, request: ApprovalRequest): Promise<TaskContext> {
  const { machine, taskId, named } = call;
  try {
    await machine.startTask(taskId);
  } catch (error) {
    if (!(error instanceof DuplicateTaskError) || !named) throw error;
    const there = await machine.getTask(taskId);
    if (there.state === TaskState.COMPLETED || there.state === TaskState.FAILED) throw error;
    if (there.state !== TaskState.RUNNING) return there;
    // Approved and resumed: the function has begun somewhere, and nobody knows how far it came.
    if (there.approvalData) throw error;
  }
  return machine.requestApproval(taskId, request);
}

const untilDecided = ({ machine, taskId }: DecoratedCall): Promise<TaskContext> =>
  machine.waitFor(taskId, [
    TaskState.APPROVED,
    TaskState.REJECTED,
    TaskState.RUNNING,
    TaskState.FAILED,
    TaskState.COMPLETED,
  ]);

/** Of several processes that waited for the same task one goes on. */
async function resumed({ machine, taskId }: DecoratedCall): Promise<void> {
  try {
    await machine.resume(taskId);
  } catch (error) {
    if (!(error instanceof InvalidTransitionError)) throw error;
    throw new DuplicateTaskError(`task "${taskId}"`, taskId, String(error.details.state));
  }
}

/** Runs the work, and completes or fails its task with it. */
export async function finished(call: DecoratedCall, work: () => unknown): Promise<unknown> {
  const { machine, taskId } = call;
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    // Somebody else may have ended it: what the work threw is what counts.
    await machine.fail(taskId, error).catch((refusal: unknown) => {
      if (!(refusal instanceof InvalidTransitionError)) throw refusal;
    });
    throw error;
  }
  await machine.complete(taskId, { result: storable(result) });
  return result;
}
