import { CancelledError, HoldpointError } from "@holdpoint/core";
import type {
  ChooseNode,
  ForeachNode,
  OnFailure,
  ParallelNode,
  RaceNode,
  RepeatNode,
  TryNode,
} from "../../definition/definition.ts";
import { ConditionError, IterationLimitError } from "../../definition/errors.ts";
import type { FlowState } from "../../definition/registry.ts";
import { FlowEnd } from "../flow-end.ts";
import type { Frame, NodeRun, Program, Test, Token } from "../program.ts";
import { walk } from "../walk.ts";
import type { Compiler } from "./compiler.ts";

/** How a branch ended, where failures are collected. */
export type Collected =
  | { ok: true; value: unknown }
  | { ok: false; error: { name: string; code?: string; message: string } };

/** One thing to do side by side with others. */
interface Task {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/** Whether an error must go through everything that catches errors. */
function passesThrough(error: unknown): boolean {
  return error instanceof CancelledError || error instanceof FlowEnd;
}

function collected(error: unknown): Collected {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return {
    ok: false,
    error: error instanceof HoldpointError ? { name, code: error.code, message } : { name, message },
  };
}

/** Runs tasks side by side: results in the tasks' order; undefined for those that were not needed any more. */
async function sideBySide(
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

/** Branches side by side. */
export function compileParallel(node: ParallelNode, compiler: Compiler): NodeRun {
  const branches = Object.entries(node.branches).map(
    ([name, flow]) => [name, compiler.inner(flow, `branches.${name}`)] as const,
  );
  const { onFailure = "cancel-siblings", concurrency, need } = node;
  return async (frame, input, token) => {
    const tasks = branches.map(([name, program]) => ({ name, run: () => inside(frame, program, input, token) }));
    const results = await sideBySide(frame, tasks, { onFailure, concurrency, need });
    return Object.fromEntries(
      branches.map(([name], i) => [name, results[i]]).filter(([, value]) => value !== undefined),
    );
  };
}

/** Branches side by side, of which the first to end wins. */
export function compileRace(node: RaceNode, compiler: Compiler): NodeRun {
  const branches = Object.entries(node.branches).map(
    ([name, flow]) => [name, compiler.inner(flow, `branches.${name}`)] as const,
  );
  return (frame, input, token) =>
    frame.ctx.race(
      Object.fromEntries(branches.map(([name, program]) => [name, () => inside(frame, program, input, token)])),
    );
}

/** Branches with conditions. */
export function compileChoose(node: ChooseNode, compiler: Compiler): NodeRun {
  const cases = node.cases.map(({ name, when, flow }, i) => ({
    name,
    when: compiler.condition(when, `cases.${i}.when`),
    program: compiler.inner(flow, `cases.${i}.flow`),
  }));
  const otherwise = node.otherwise ? compiler.inner(node.otherwise, "otherwise") : null;
  const holds = (frame: Frame, name: string, test: Test, data: FlowState): boolean =>
    asked(frame, `case "${name}" of "${node.id}"`, test, data);
  return async (frame, input, token) => {
    const data = seen(compiler, input, token);
    if (node.take === "first") {
      const taken = cases.find(({ name, when }) => holds(frame, name, when, data))?.program ?? otherwise;
      return taken ? inside(frame, taken, input, token) : input;
    }
    const taken = cases.filter(({ name, when }) => holds(frame, name, when, data));
    if (taken.length === 0) return otherwise ? { otherwise: await inside(frame, otherwise, input, token) } : {};
    return frame.ctx.all(
      Object.fromEntries(taken.map(({ name, program }) => [name, () => inside(frame, program, input, token)])),
    );
  };
}

/** A flow for every item of a list. */
export function compileForeach(node: ForeachNode, compiler: Compiler): NodeRun {
  const body = compiler.inner(node.body, "body");
  const { over } = node;
  const list: (input: unknown, data: FlowState) => unknown =
    over === undefined
      ? (input) => input
      : "uses" in over
        ? (compiler.function(over.uses, "over.uses") as (input: unknown, data: FlowState) => unknown)
        : fromTemplate(compiler.template(`{{ ${over.path} }}`, "over.path"));
  const key = node.key === undefined ? null : (compiler.function(node.key, "key") as (item: unknown) => unknown);
  const { onFailure = "cancel-siblings", concurrency, need } = node;
  return async (frame, input, token) => {
    const items = list(input, token.state);
    if (!Array.isArray(items)) {
      throw new HoldpointError("NOT_A_LIST", `"${node.id}" goes over a list, and was given ${typeof items}`, {
        node: node.id,
      });
    }
    const tasks = items.map((item, i) => ({
      name: key ? String(key(item)) : String(i),
      run: () => inside(frame, body, item, token),
    }));
    return sideBySide(frame, tasks, { onFailure, concurrency, need });
  };
}

function fromTemplate(fill: (data: FlowState) => unknown): (input: unknown, data: FlowState) => unknown {
  return (_input, data) => fill(data);
}

/** How often a loop turns when it does not say. */
const MAX_TURNS = 100;

/** A flow again and again: each turn gets what the last one gave. */
export function compileRepeat(node: RepeatNode, compiler: Compiler): NodeRun {
  const body = compiler.inner(node.body, "body");
  const test = (condition: typeof node.while, where: string): Test | null =>
    condition === undefined ? null : compiler.condition(condition, where);
  const before = test(node.while, "while");
  const until = test(node.until, "until");
  const during = test(node.doWhile, "doWhile");
  const limit = node.maxIterations ?? MAX_TURNS;
  const where = `the loop "${node.id}"`;
  return async (frame, input, token) => {
    let value = input;
    for (let turn = 0; ; turn++) {
      if (before && !asked(frame, where, before, { ...seen(compiler, value, token), iteration: turn })) return value;
      if (turn >= limit) throw new IterationLimitError(where, limit, node.id);
      if (turn > 0 && node.delay !== undefined) await frame.ctx.sleep(node.delay);
      value = await inside(frame, body, value, token);
      const data = { ...seen(compiler, value, token), iteration: turn + 1 };
      if (until && asked(frame, where, until, data)) return value;
      if (during && !asked(frame, where, during, data)) return value;
      if (!before && !until && !during) return value;
    }
  };
}

/** A flow whose failure is caught. */
export function compileTry(node: TryNode, compiler: Compiler): NodeRun {
  const body = compiler.inner(node.body, "body");
  const onError = compiler.inner(node.onError, "onError");
  return async (frame, input, token) => {
    try {
      // In a branch of its own, so that what is left of it is cancelled before the failure is dealt with.
      const { body: value } = await frame.ctx.all({ body: () => inside(frame, body, input, token) });
      return value;
    } catch (error) {
      if (passesThrough(error)) throw error;
      return inside(frame, onError, { error, input }, token);
    }
  };
}

function inside(frame: Frame, program: Program, input: unknown, token: Token): Promise<unknown> {
  return walk(frame.ctx, program, input, token.state, frame.trace);
}

/** What a condition sees. */
function seen(compiler: Compiler, input: unknown, token: Token): FlowState {
  if (compiler.passes) return { ...token.state, value: input };
  return typeof input === "object" && input !== null ? { ...token.state, ...(input as FlowState) } : token.state;
}

function asked(frame: Frame, where: string, test: Test, data: FlowState): boolean {
  try {
    return test(data, frame.ctx);
  } catch (error) {
    throw new ConditionError(where, error);
  }
}
