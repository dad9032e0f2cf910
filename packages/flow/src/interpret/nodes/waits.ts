import { ValidationError } from "@holdpoint/core";
import type { SignalNode, SleepNode } from "../../definition/definition.ts";
import type { FlowState } from "../../definition/registry.ts";
import { anything } from "../anything.ts";
import type { NodeRun } from "../program.ts";
import type { Compiler } from "./compiler.ts";
import { fit } from "./step.ts";

/** Waits for a length of time or until a point in time. */
export function compileSleep(node: SleepNode, compiler: Compiler): NodeRun {
  const { time } = node;
  if ("for" in time) return (frame) => frame.ctx.sleep(time.for);
  if ("until" in time) {
    const until = compiler.template(time.until, "time.until");
    return (frame, _input, token) => frame.ctx.sleepUntil(timeOf(node.id, until(token.state)));
  }
  const when = compiler.function(time.uses, "time.uses") as (value: unknown, state: FlowState) => unknown;
  return (frame, input, token) => {
    const given = when(input, token.state);
    return given instanceof Date ? frame.ctx.sleepUntil(given) : frame.ctx.sleep(given as number | string);
  };
}

function timeOf(node: string, value: unknown): Date {
  const time = value instanceof Date ? value : new Date(value as string | number);
  if (!Number.isNaN(time.getTime())) return time;
  throw new ValidationError(`node "${node}"`, [{ path: "time.until", message: `${String(value)} is not a time` }]);
}

/** Waits for a typed message. */
export function compileSignal(node: SignalNode, compiler: Compiler): NodeRun {
  const schema = node.schema === undefined ? anything : compiler.registry.schemas?.[node.schema];
  if (!schema) {
    compiler.problem({
      path: `${compiler.path}.schema`,
      message: `there is no schema "${node.schema}" in the registry`,
    });
    return async () => undefined;
  }
  const options = node.timeout === undefined ? {} : { timeout: node.timeout };
  if (!node.transient) return (frame) => frame.ctx.signal(node.signal, schema, options);
  return async (frame) => fit(schema, await frame.listener?.next(node.signal), `signal "${node.signal}"`);
}
