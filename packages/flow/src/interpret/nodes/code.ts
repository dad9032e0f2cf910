import { type AnyWorkflow, type Duration, durationMs, TimeoutError } from "@holdpoint/core";
import type { ChildNode, CodeNode, EndNode, FlowNode, MapNode } from "../../definition/definition.ts";
import type { CodeFunction, FlowState } from "../../definition/registry.ts";
import { FlowEnd } from "../flow-end.ts";
import type { NodeRun } from "../program.ts";
import { walk } from "../walk.ts";
import type { Compiler } from "./compiler.ts";

/** A function that only computes. */
export function compileMap(node: MapNode, compiler: Compiler): NodeRun {
  const map = compiler.function(node.uses, "uses") as (value: unknown, state: FlowState) => unknown;
  return async (_frame, input, token) => map(input, token.state);
}

/** A function with the workflow's own context. */
export function compileCode(node: CodeNode, compiler: Compiler): NodeRun {
  const code = compiler.function(node.uses, "uses") as CodeFunction;
  const configure = node.config === undefined ? null : compiler.template(node.config, "config");
  const run: NodeRun = (frame, input, token) =>
    code(frame.ctx, input, {
      config: configure?.(token.state) as never,
      state: token.state,
    });
  const limit = compiler.limits.nodeTimeout;
  return limit === undefined ? run : inTime(node.id, run, limit);
}

/** A workflow as a run of its own. */
export function compileChild(node: ChildNode, compiler: Compiler): NodeRun {
  const { self } = compiler;
  const named = compiler.registry.workflows?.[node.workflow];
  if (!named && node.workflow !== self.name) {
    const message = `there is no workflow "${node.workflow}" in the registry`;
    compiler.problem({ path: `${compiler.path}.workflow`, message });
    return async () => undefined;
  }
  const child = (): AnyWorkflow => named ?? (self.workflow as AnyWorkflow);
  if (!node.detached) return (frame, input) => frame.ctx.child(child(), input) as Promise<unknown>;
  return async (frame, input) => (await frame.ctx.spawn(child(), input, { parentClose: "abandon" })).id;
}

/** A flow inside this one. */
export function compileFlow(node: FlowNode, compiler: Compiler): NodeRun {
  const program = compiler.inner(node.flow, "flow");
  const run: NodeRun = (frame, input, token) => walk(frame.ctx, program, input, token.state, frame.trace);
  const limit = node.flow.limits?.totalTimeout;
  return limit === undefined ? run : inTime(node.id, run, limit);
}

/** Ends the run. */
export function compileEnd(node: EndNode, compiler: Compiler): NodeRun {
  const fail = node.fail === undefined ? null : compiler.template(node.fail, "fail");
  const give = node.result === undefined ? null : compiler.template(node.result, "result");
  return async (frame, input, token) => {
    const { program } = frame;
    const value = give ? give(token.state) : program.result(input, token.state);
    const failure = fail === null ? null : String(fail(token.state));
    throw new FlowEnd(program.name, node.id, node.outcome ?? "success", failure, value);
  };
}

/** Runs a node that has a time limit. */
export function inTime(id: string, run: NodeRun, limit: Duration): NodeRun {
  return async (frame, input, token) => {
    const first = await frame.ctx.race({
      node: () => run(frame, input, token),
      late: () => frame.ctx.sleep(limit),
    });
    if (first.winner === "late")
      throw new TimeoutError(`node "${id}"`, durationMs(limit, `the time limit of node "${id}"`));
    return first.value;
  };
}
