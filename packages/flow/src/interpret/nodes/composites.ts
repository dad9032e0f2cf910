import type { ChooseNode, ParallelNode, RaceNode, RepeatNode, TryNode } from "../../definition/definition.ts";
import { IterationLimitError } from "../../definition/errors.ts";
import type { FlowState } from "../../definition/registry.ts";
import type { Frame, NodeRun, Test } from "../program.ts";
import type { Compiler } from "./compiler.ts";
import { asked, inside, passesThrough, seen } from "./inside.ts";
import { sideBySide } from "./side-by-side.ts";

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
    if (taken.length === 0) return otherwise ? { [otherwise.name]: await inside(frame, otherwise, input, token) } : {};
    return frame.ctx.all(
      Object.fromEntries(taken.map(({ name, program }) => [name, () => inside(frame, program, input, token)])),
    );
  };
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
