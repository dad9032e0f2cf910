import {
  type ApproveRequest,
  checkJsonSchema,
  type HoldRequest,
  type JsonSchema,
  type StandardSchemaV1,
} from "@holdpoint/core";
import type { Json } from "../../condition/condition.ts";
import type { ApproveNode, HoldNode } from "../../definition/definition.ts";
import type { FlowState } from "../../definition/registry.ts";
import type { NodeRun } from "../program.ts";
import type { Compiler } from "./compiler.ts";

/** A person's yes or no. The result is the approval; what was worked on goes on as it is. */
export function compileApprove(node: ApproveNode, compiler: Compiler): NodeRun {
  const request = requestOf<ApproveRequest>(node.request, compiler);
  return (frame, input, token) => frame.ctx.approve(node.id, request(input, token.state));
}

/** A person's typed answer. The result is the answer with who gave it and when; what was worked on goes on as it is. */
export function compileHold(node: HoldNode, compiler: Compiler): NodeRun {
  const request = requestOf<HoldRequest<StandardSchemaV1>>(node.request, compiler);
  const form = node.form ? formOf(node.form) : null;
  return (frame, input, token) => {
    const asked = request(input, token.state);
    return frame.ctx.hold(node.id, form ? { ...asked, form } : asked);
  };
}

function requestOf<T>(request: ApproveNode["request"], compiler: Compiler): (input: unknown, state: FlowState) => T {
  if (typeof request.uses === "string") {
    return compiler.function(request.uses, "request.uses") as (input: unknown, state: FlowState) => T;
  }
  const fill = compiler.template(request as Json, "request");
  return (_input, state) => fill(state) as T;
}

/** A schema whose only knowledge is its JSON Schema: forms in documents have no other. */
export function formOf(document: JsonSchema): StandardSchemaV1 {
  const jsonSchema = (): Record<string, unknown> => ({ ...document });
  const standard = {
    version: 1 as const,
    vendor: "holdpoint",
    validate: async (value: unknown) => {
      const issues = await checkJsonSchema(document, value);
      return issues.length === 0
        ? { value }
        : { issues: issues.map(({ path, message }) => ({ message, path: path === "" ? [] : path.split(".") })) };
    },
    jsonSchema: { input: jsonSchema, output: jsonSchema },
  };
  return { "~standard": standard };
}
