import { randomUUID } from "node:crypto";
import { ambientMachine } from "../task/ambient.ts";
import type { HITLStateMachine } from "../task/machine.ts";
import { currentTask } from "./current-task.ts";

/** Which task a decorated function's calls belong to. */
export interface WhichTask<Args extends unknown[] = never[]> {
  /** Default: the machine whose `run` it is called in, else its object's `machine`, else the only one of this process. */
  machine?: HITLStateMachine;
  /** The task's id, from the arguments where it is a function: a call that is repeated after a crash finds its task. Default: a new one. */
  taskId?: string | ((...args: Args) => string);
}

/**
 * Wraps a function, or decorates a method (the standard decorators of TC39). What it gives is asynchronous, whatever the function was:
 * a decorated method is declared to return a promise, or a value or a promise.
 */
export interface Decoration {
  <This, Args extends unknown[], R>(
    method: (this: This, ...args: Args) => R | Promise<R>,
    context: ClassMethodDecoratorContext<This>,
  ): (this: This, ...args: Args) => Promise<R>;
  <This, Args extends unknown[], R>(
    fn: (this: This, ...args: Args) => R,
  ): (this: This, ...args: Args) => Promise<Awaited<R>>;
}

/** One call of a decorated function. */
export interface DecoratedCall {
  /** The function's name. */
  name: string;
  args: unknown[];
  machine: HITLStateMachine;
  taskId: string;
  /** The author named the task, so that it may be there already. */
  named: boolean;
  /** Runs the function itself. */
  run(): unknown;
}

/** Makes a decoration of what is to be done around each call. */
export function decoration(which: WhichTask, around: (call: DecoratedCall) => Promise<unknown>): Decoration {
  return ((fn: (...args: unknown[]) => unknown, context?: ClassMethodDecoratorContext) => {
    const name = context ? String(context.name) : fn.name || "work";
    const decorated = async function (this: unknown, ...args: unknown[]): Promise<unknown> {
      const { taskId } = which as WhichTask<unknown[]>;
      const given = typeof taskId === "function" ? taskId.apply(this, args) : taskId;
      return around({
        name,
        args,
        machine: which.machine ?? currentTask()?.machine ?? ambientMachine(this),
        taskId: given ?? `${name}-${randomUUID()}`,
        named: given !== undefined,
        run: () => fn.apply(this, args),
      });
    };
    Object.defineProperty(decorated, "name", { value: name });
    return decorated;
  }) as Decoration;
}

/** The value if it can be stored as it is, else undefined: for evidence and results nobody asked to keep. */
export function storable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return undefined;
  }
}
