/**
 * Durable state machines, and one of them ready-made: the human-in-the-loop task machine, with its decorators.
 *
 * @example
 * import { HITLStateMachine, requiresApproval } from "@holdpoint/tasks";
 */

export { type CurrentTask, checkpoint, currentTask } from "./decorators/current-task.ts";
export { type InterruptibleOptions, interruptible } from "./decorators/interruptible.ts";
export { type RequiresApprovalOptions, requiresApproval } from "./decorators/requires-approval.ts";
export type { Decoration, WhichTask } from "./decorators/wrapping.ts";
export * from "./errors.ts";
export * from "./machine/definition.ts";
export { type Instance, Instances, type SendOptions } from "./machine/instances.ts";
export { machineWorkflow } from "./machine/interpreter.ts";
export { type ContextType, context, stateMachine } from "./machine/state-machine.ts";
export type { TransitionListener } from "./machine/tail.ts";
export type { CallbackTarget, TaskCallback } from "./task/callback.ts";
export { TaskContext, type TaskJson } from "./task/context.ts";
export { type ApprovalRequest, taskMachine } from "./task/definition.ts";
export { type By, HITLStateMachine, type TaskMachineOptions, taskWorkflow } from "./task/machine.ts";
export { type ApprovalData, type InterruptPoint, type TaskFields, TaskState } from "./task/states.ts";
