import type { ApproveRequest, Decision, HoldRequest, HoldTrigger, StandardSchemaV1 } from "@holdpoint/core";
import type { Json } from "../../condition/condition.ts";
import { readTriggers } from "../../condition/hold-trigger.ts";
import type { ApproveNode, HoldNode } from "../../definition/definition.ts";
import type { FlowState } from "../../definition/registry.ts";
import { fromJsonSchema } from "../../schema/from-json.ts";
import type { NodeRun } from "../program.ts";
import type { Compiler } from "./compiler.ts";

/** A person's yes or no. The result is the approval; what was worked on goes on as it is. */
export function compileApprove(node: ApproveNode, compiler: Compiler): NodeRun {
  const { holdWhen, ...text } = node.request as { holdWhen?: Json; [field: string]: Json | undefined };
  const request = requestOf<ApproveRequest>(text as ApproveNode["request"], compiler);
  // Triggers are no templates: an expression is made ready once, and what it reads stands in `facts`.
  const gate = holdWhen === undefined ? {} : { holdWhen: triggersOf(holdWhen, compiler) };
  return (frame, input, token) => frame.ctx.approve(node.id, { ...request(input, token.state), ...gate });
}

/** A person's typed answer: the decision, kept beside what is worked on; or the answer's fields, which go on. */
export function compileHold(node: HoldNode, compiler: Compiler): NodeRun {
  const request = requestOf<HoldRequest<StandardSchemaV1>>(node.request, compiler);
  const form = node.form ? fromJsonSchema(node.form) : null;
  return async (frame, input, token) => {
    const asked = request(input, token.state);
    const decision = await frame.ctx.hold(node.id, form ? { ...asked, form } : asked);
    return node.gives === "answer" ? fieldsOf(decision) : decision;
  };
}

function triggersOf(written: Json, compiler: Compiler): HoldTrigger[] {
  const { triggers, issues } = readTriggers(written, "request.holdWhen");
  for (const { path, message } of issues) compiler.problem({ path: `${compiler.path}.${path}`, message });
  return triggers;
}

/** The fields as they are; who decided stands beside them under names that no state takes over. */
function fieldsOf({ value, by, at, note }: Decision<unknown>): FlowState {
  const fields = typeof value === "object" && value !== null && !Array.isArray(value) ? value : { answer: value };
  return { ...fields, _by: by, _at: at, _note: note };
}

function requestOf<T>(request: ApproveNode["request"], compiler: Compiler): (input: unknown, state: FlowState) => T {
  if (typeof request.uses === "string") {
    return compiler.function(request.uses, "request.uses") as (input: unknown, state: FlowState) => T;
  }
  const fill = compiler.template(request as Json, "request");
  return (_input, state) => fill(state) as T;
}
