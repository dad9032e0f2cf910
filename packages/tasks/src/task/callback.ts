import { ValidationError } from "@holdpoint/core";
import type { TaskContext } from "./context.ts";
import type { TaskState } from "./states.ts";

/** A task's id, or `"*"` for all tasks. */
export type CallbackTarget = string;
/** Hears of a change of state, after it is durable. */
export type TaskCallback = (task: TaskContext, before: TaskState, after: TaskState) => void | Promise<void>;

/** What `addCallback` was given, in either way. */
export function targetOf(
  first: CallbackTarget | TaskCallback,
  second: TaskCallback | undefined,
): { wanted: (id: string) => boolean; callback: TaskCallback } {
  const [target, callback] = typeof first === "function" ? ["*", first] : [first, second];
  if (typeof callback !== "function")
    throw new ValidationError("addCallback", [{ path: "callback", message: "must be a function" }]);
  return { wanted: (id) => target === "*" || id === target, callback };
}
