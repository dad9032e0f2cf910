import { ValidationError } from "../errors.ts";
import { type ApprovalValue, acceptApproval, approvalSchema } from "../hold/answer.ts";
import { checkRequest } from "../hold/request.ts";
import type { Approval, ApproveRequest, Decision, HoldRequest, HoldText } from "../workflow/context.ts";
import { jsonSchemaOf } from "../workflow/json-schema.ts";
import { type InferOut, parse, type StandardSchemaV1 } from "../workflow/schema.ts";
import type { Execution } from "./execution.ts";
import { type Answer, openHold } from "./hold-call.ts";
import type { Scope } from "./scope.ts";

export function callApprove(
  execution: Execution,
  scope: Scope,
  name: string,
  request: ApproveRequest,
): Promise<Approval> {
  checkRequest(name, request, "approval");
  const deadline = request.deadline?.map((rung) => {
    if (!("decide" in rung)) return rung;
    const { approved, note, option } = rung.decide;
    return { after: rung.after, decide: { value: { approved }, note: note ?? null, option: option ?? null } };
  });
  const answer = openHold(execution, scope, {
    name,
    origin: "author",
    request: deadline ? { ...request, deadline } : request,
    schema: approvalSchema,
    accept: acceptApproval,
  });
  // Not awaited: a coroutine that waits weighs 400 bytes more, and thousands of holds wait in memory.
  return answer.then(toApproval);
}

function toApproval({ value, by, at, note, option }: Answer): Approval {
  const { approved } = value as ApprovalValue;
  return { outcome: approved ? "approved" : "rejected", approved, by, at: new Date(at), note, option };
}

export function callHold<S extends StandardSchemaV1>(
  execution: Execution,
  scope: Scope,
  name: string,
  request: HoldRequest<S>,
): Promise<Decision<InferOut<S>>> {
  checkRequest(name, request, "form");
  const { form, jsonSchema, ...text } = request;
  const schema = jsonSchema ?? jsonSchemaOf(form, `form of hold "${name}"`);
  if (schema === null) {
    throw new ValidationError(`hold "${name}"`, [
      { path: "form", message: "cannot say its JSON Schema; use zod 4, ArkType, or give `jsonSchema`" },
    ]);
  }
  const accept = (value: unknown): unknown => parse(form, value, `answer to hold "${name}"`);
  const deadline = text.deadline?.map((rung) =>
    "decide" in rung ? { after: rung.after, decide: { value: accept(rung.decide), note: null, option: null } } : rung,
  );
  const answer = openHold(execution, scope, {
    name,
    origin: "author",
    request: deadline ? { ...text, deadline } : (text as HoldText),
    schema,
    accept,
  });
  return answer.then(toDecision<InferOut<S>>);
}

function toDecision<T>({ value, by, at, note, option }: Answer): Decision<T> {
  return { value: value as T, by, at: new Date(at), note, option };
}
