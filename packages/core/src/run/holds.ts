import { ValidationError } from "../errors.ts";
import {
  type ApprovalValue,
  acceptApproval,
  acceptEditable,
  approvalSchema,
  editableApprovalSchema,
  type RecordedVote,
} from "../hold/answer.ts";
import { checkHoldRequest } from "../hold/request.ts";
import type {
  Approval,
  ApproveRequest,
  CountedVote,
  Decision,
  HoldRequest,
  HoldText,
  IndependentAnswer,
  ProposedAction,
} from "../workflow/context.ts";
import { type JsonSchema, jsonSchemaOf } from "../workflow/json-schema.ts";
import { type InferOut, parse, type StandardSchemaV1 } from "../workflow/schema.ts";
import type { Execution } from "./execution.ts";
import { callGate, rememberApproval } from "./gate.ts";
import { type Answer, type HoldSpec, openHold } from "./hold-call.ts";
import type { Scope } from "./scope.ts";

export function callApprove<A>(
  execution: Execution,
  scope: Scope,
  name: string,
  request: ApproveRequest<A>,
): Promise<Approval<A>> {
  checkHoldRequest(name, request, "approval");
  const deadline = request.deadline?.map((rung) => {
    if (!("decide" in rung)) return rung;
    const { approved, note, option } = rung.decide;
    return { after: rung.after, decide: { value: { approved }, note: note ?? null, option: option ?? null } };
  });
  const { action, holdWhen, facts } = request;
  const spec: HoldSpec = {
    name,
    origin: "author",
    request: deadline ? { ...request, deadline } : (request as HoldText),
    ...(action?.schema ? editable(name, action) : { schema: approvalSchema, accept: acceptApproval }),
  };
  if (holdWhen) {
    return gated(execution, scope, spec, { holdWhen, facts: facts ?? {}, action: action ?? null });
  }
  const answer = openHold(execution, scope, spec);
  // Not awaited: a coroutine that waits weighs 400 bytes more, and thousands of holds wait in memory.
  if (!action) return answer.then(toApproval) as Promise<Approval<A>>;
  return answer.then((given) => {
    const approval = toApproval(given) as Approval<A>;
    return { ...approval, args: (given.value as { args?: A }).args ?? action.arguments };
  });
}

/** An approval that asks a person only where a trigger fires. */
async function gated<A>(
  execution: Execution,
  scope: Scope,
  spec: HoldSpec,
  gate: Parameters<typeof callGate>[3] & { action: ProposedAction<A> | null },
): Promise<Approval<A>> {
  const { action } = gate;
  // Taken now, in the order in which the code asks, whatever the gate says later.
  const key = scope.key("hold", spec.name);
  const { fired } = await callGate(execution, scope, spec.name, gate);
  if (fired.length === 0) {
    const at = new Date(execution.time);
    const nobody = { outcome: "approved", approved: true, by: null, at, note: null, option: null } as const;
    return { ...nobody, automatic: true, ...(action ? { args: action.arguments } : {}) };
  }
  const given = await openHold(execution, scope, { ...spec, request: { ...spec.request, fired } }, key);
  const approval = toApproval(given) as Approval<A>;
  const args = (given.value as { args?: A }).args;
  // What a grant approved nobody has looked at.
  if (approval.approved && approval.by !== null && approval.grant === undefined) {
    const approved = action && args !== undefined ? { ...action, arguments: args } : action;
    await rememberApproval(execution, scope, spec.name, { ...gate, action: approved });
  }
  return action ? { ...approval, args: args ?? action.arguments } : approval;
}

/** The form of an approval whose arguments may be edited; those proposed must fit it themselves. */
function editable<A>(
  name: string,
  action: ProposedAction<A>,
): { schema: JsonSchema; accept: (value: unknown) => unknown } {
  const { schema } = action;
  if (!schema) return { schema: approvalSchema, accept: acceptApproval };
  const check = (args: unknown): unknown => parse(schema, args, `arguments of "${action.name}" in hold "${name}"`);
  check(action.arguments);
  const said = action.jsonSchema ?? jsonSchemaOf(schema, `arguments of hold "${name}"`);
  if (said === null) {
    throw new ValidationError(`hold "${name}"`, [
      { path: "action.schema", message: "cannot say its JSON Schema; use zod 4, ArkType, or give `jsonSchema`" },
    ]);
  }
  let form = editableForms.get(said);
  if (!form) editableForms.set(said, (form = editableApprovalSchema(said)));
  return { schema: form, accept: (value) => acceptEditable(value, check) };
}

/** One document for each schema, so that its digest is made once. */
const editableForms = new WeakMap<JsonSchema, JsonSchema>();

function toApproval({ value, by, at, note, option, votes, grant }: Answer): Approval {
  const { approved } = value as ApprovalValue;
  const outcome = approved ? "approved" : "rejected";
  const counted = votes ? { votes: votes.map(countedVote) } : {};
  const granted = grant === undefined ? {} : { grant };
  return { outcome, approved, by, at: new Date(at), note, option, ...counted, ...granted };
}

function countedVote({ by, as, outcome, note, at, grant }: RecordedVote): CountedVote {
  const counted: CountedVote = { by, onBehalfOf: as === by ? null : as, outcome, note, at: new Date(at) };
  return grant === undefined ? counted : { ...counted, grant };
}

export function callHold<S extends StandardSchemaV1>(
  execution: Execution,
  scope: Scope,
  name: string,
  request: HoldRequest<S>,
): Promise<Decision<InferOut<S>>> {
  checkHoldRequest(name, request, "form");
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

function toDecision<T>({ value, by, at, note, option, votes }: Answer): Decision<T> {
  const counted = votes ? { votes: votes.map(countedVote) } : {};
  const answers = votes?.flatMap((vote): IndependentAnswer<T>[] => {
    if (!vote.answer) return [];
    const { value: said, option: chosen } = vote.answer;
    return [{ value: said as T, by: vote.by, at: new Date(vote.at), note: vote.note, option: chosen }];
  });
  const independent = answers && answers.length > 0 ? { answers } : {};
  return { value: value as T, by, at: new Date(at), note, option, ...counted, ...independent };
}
