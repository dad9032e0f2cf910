import { HoldpointError } from "@holdpoint/core";
import type { OnFailure } from "../../definition/definition.ts";
import type { Frame } from "../program.ts";
import { passesThrough } from "./inside.ts";

/** How a branch ended, where failures are collected. */
export type Collected =
  | { ok: true; value: unknown }
  | { ok: false; error: { name: string; code?: string; message: string } };

/** One thing to do side by side with others. */
export interface Task {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** A failure as a result. */
export function collected(error: unknown): Collected {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return {
    ok: false,
    error: error instanceof HoldpointError ? { name, code: error.code, message } : { name, message },
  };
}

/** Runs tasks side by side: results in the tasks' order; undefined for those that were not needed any more. */
export async function sideBySide(
  frame: Frame,
  tasks: readonly Task[],
  how: { onFailure: OnFailure; concurrency: number | undefined; need: number | undefined },
): Promise<unknown[]> {
  const { ctx } = frame;
  const failures: unknown[] = [];
  const results: unknown[] = tasks.map(() => undefined);
  let done = 0;
  let enough: () => void = () => {};
  const run = async (task: Task, index: number): Promise<void> => {
    try {
      const value = await task.run();
      results[index] = how.onFailure === "collect" ? { ok: true, value } : value;
      if (++done === how.need) enough();
    } catch (error) {
      if (how.onFailure === "cancel-siblings" || passesThrough(error)) throw error;
      failures.push(error);
      results[index] = how.onFailure === "collect" ? collected(error) : undefined;
    }
  };
  const options = {
    key: (task: Task) => task.name,
    ...(how.concurrency !== undefined && { concurrency: how.concurrency }),
  };
  const all = (): Promise<unknown> => ctx.map(tasks, run, options);
  if (how.need === undefined || how.need >= tasks.length) await all();
  else {
    const reached = new Promise<void>((resolve) => {
      enough = resolve;
    });
    await ctx.race({ all, enough: () => reached }, { keep: true });
  }
  if (how.onFailure !== "wait-all" || failures.length === 0) return results;
  throw failures.length === 1 ? failures[0] : new AggregateError(failures, "several branches failed");
}
