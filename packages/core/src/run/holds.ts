import { createHash } from "node:crypto";
import { HoldExpiredError, ValidationError } from "../errors.ts";
import { type ApprovalValue, approvalSchema, type RecordedDecision } from "../hold/answer.ts";
import { actionHashOf, checkRequest, evidenceHashOf, holdDocument, nextRungAt } from "../hold/request.ts";
import { sha256 } from "../journal/sha256.ts";
import type { Document, Mail } from "../store/store.ts";
import type { Approval, ApproveRequest, Decision, HoldRequest, HoldText } from "../workflow/context.ts";
import { type JsonSchema, jsonSchemaOf } from "../workflow/json-schema.ts";
import { type InferOut, parse, type StandardSchemaV1 } from "../workflow/schema.ts";
import type { Execution, Startable } from "./execution.ts";
import type { OpenCall } from "./operation.ts";
import type { Scope } from "./scope.ts";
import { waitDraft } from "./sleep.ts";

/** A hold of this run, while the run is here. */
export interface OpenHold {
  readonly call: OpenCall<Answer>;
  /** Checks an answer fully; throws `ValidationError`. */
  readonly accept: (value: unknown) => unknown;
  withdrawn: boolean;
}

/** What comes back from a hold of any kind. */
export interface Answer extends Omit<RecordedDecision, "checked" | "channel"> {
  by: string | null;
  at: number;
}

/** What a hold needs to be opened, whatever the author calls it. */
export interface HoldSpec {
  name: string;
  origin: "author" | "operator";
  request: HoldText & { deadline?: readonly ({ after: string | number } & ({ decide: unknown } | { expire: true }))[] };
  schema: JsonSchema | null;
  /** Turns an answer that was checked against the JSON Schema only into its final value; throws when it does not fit. */
  accept: (value: unknown) => unknown;
}

export async function callApprove(
  execution: Execution,
  scope: Scope,
  name: string,
  request: ApproveRequest,
): Promise<Approval> {
  const deadline = request.deadline?.map((rung) => {
    if (!("decide" in rung)) return rung;
    const { approved, note, option } = rung.decide;
    return { after: rung.after, decide: { value: { approved }, note: note ?? null, option: option ?? null } };
  });
  const answer = await openHold(execution, scope, {
    name,
    origin: "author",
    request: deadline ? { ...request, deadline } : request,
    schema: approvalSchema,
    accept: acceptApproval,
  });
  const { approved } = answer.value as ApprovalValue;
  return {
    outcome: approved ? "approved" : "rejected",
    approved,
    by: answer.by,
    at: new Date(answer.at),
    note: answer.note,
    option: answer.option,
  };
}

/** Checks the answer to an approval: exactly `{ approved: boolean }`. */
export function acceptApproval(value: unknown): ApprovalValue {
  const approved = (value as Partial<ApprovalValue> | null)?.approved;
  if (typeof approved !== "boolean") {
    throw new ValidationError("answer", [{ path: "approved", message: "must be true or false" }]);
  }
  return { approved };
}

export async function callHold<S extends StandardSchemaV1>(
  execution: Execution,
  scope: Scope,
  name: string,
  request: HoldRequest<S>,
): Promise<Decision<InferOut<S>>> {
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
  const answer = await openHold(execution, scope, {
    name,
    origin: "author",
    request: deadline ? { ...text, deadline } : (text as HoldText),
    schema,
    accept,
  });
  return {
    value: answer.value as InferOut<S>,
    by: answer.by,
    at: new Date(answer.at),
    note: answer.note,
    option: answer.option,
  };
}

/** Opens a hold with its row and waits for the answer. */
export function openHold(execution: Execution, scope: Scope, spec: HoldSpec, key?: string): Promise<Answer> {
  const { name, request } = spec;
  checkRequest(name, request as HoldText & { deadline?: readonly object[] });
  const call = execution.open<Answer>(key ?? scope.key("hold", name), "hold", scope);
  const hold: OpenHold = { call, accept: spec.accept, withdrawn: false };
  const answered = (answer: Answer): void => {
    execution.openHolds.delete(call.key);
    call.resolve(answer);
  };
  call.onEntry = (entry) => answered(execution.decode(entry.payload) as Answer);
  call.onMail = (mail) => receive(execution, call, spec, mail, answered);
  call.onCancel = () => execution.withdraw(hold);
  const record = execution.reach(call);
  execution.openHolds.set(call.key, hold);
  if (spec.origin === "operator") execution.operatorHolds++;
  const form = documentOf(spec.schema);
  const opened = record?.opens[0];
  // A migrated hold keeps the name it was opened under.
  const openedAs = opened && opened.key !== call.key ? nameOf(opened.key) : name;
  const action = actionHashOf(execution.row.workflow, openedAs, form?.hash ?? null, request.consequence ?? null);
  if (opened) {
    const recorded = Buffer.from(opened.payload?.bytes ?? []).subarray(32, 64);
    if (!recorded.equals(action.subarray(0, recorded.length))) execution.changedHolds.set(call, name);
  }
  const asking: Startable = {
    call,
    start: () => {
      const openedAt = execution.host.clock.now();
      const severity = request.severity ?? "medium";
      const document = holdDocument(name, request, openedAt);
      const encoded = execution.plain(document);
      const evidence = evidenceHashOf(request.title, severity, encoded.bytes, form?.hash ?? null);
      const draft = waitDraft(execution, call.key, "hold", "opened", undefined);
      // What was shown and what is decided, so that the chain covers both.
      draft.payload = { codec: "hash", bytes: Buffer.concat([evidence, action]), ref: false };
      execution.writer.ride.holds.push({
        id: holdId(execution, execution.ledger.storedKey(call.key)),
        key: execution.ledger.storedKey(call.key),
        name,
        origin: spec.origin,
        title: request.title,
        severity,
        form,
        request: encoded,
        evidenceHash: evidence,
        actionHash: action,
        nextAt: nextRungAt(document.deadline),
        openedAt,
        event: {
          actor: null,
          channel: "engine",
          action: "opened",
          data: null,
          evidenceHash: null,
          at: openedAt,
          idempotencyKey: null,
        },
      });
      execution.write(draft, true);
    },
  };
  if (!opened) execution.startLater(asking);
  call.onVoid = (renewed) => {
    execution.changedHolds.delete(call);
    if (!renewed.opens[0]) execution.startLater(asking);
  };
  return call.promise;
}

function receive(
  execution: Execution,
  call: OpenCall<Answer>,
  spec: HoldSpec,
  mail: Mail,
  answered: (answer: Answer) => void,
): void {
  if (mail.kind === "holdExpired") {
    execution.openHolds.delete(call.key);
    call.reject(new HoldExpiredError(call.key, spec.name));
    return;
  }
  const decision = execution.decode(mail.payload) as RecordedDecision;
  const { value, note, option } = decision;
  const answer: Answer = { value, note, option, by: mail.sender, at: mail.at };
  if (decision.checked) return answered(answer);
  // Checked against the JSON Schema only, by a process without this workflow: accept or refuse it, on the record.
  execution.startLater({ call, start: () => judge(execution, call, spec, mail, answer, answered) });
}

function judge(
  execution: Execution,
  call: OpenCall<Answer>,
  spec: HoldSpec,
  mail: Mail,
  answer: Answer,
  answered: (answer: Answer) => void,
): void {
  const key = execution.ledger.storedKey(call.key);
  const at = execution.host.clock.now();
  try {
    const accepted: Answer = { ...answer, value: spec.accept(answer.value) };
    const event = {
      actor: null,
      channel: "engine",
      action: "accepted",
      data: null,
      evidenceHash: null,
      at,
      idempotencyKey: `accepted:${mail.n}`,
    };
    execution.writer.ride.acceptHolds.push({ key, event });
    execution.writeResult(waitDraft(execution, call.key, "hold", "settled", accepted), call, () => answered(accepted));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const event = {
      actor: mail.sender,
      channel: "engine",
      action: "refused",
      data: execution.plain({ reason }),
      evidenceHash: null,
      at,
      idempotencyKey: `refused:${mail.n}`,
    };
    execution.ledger.voidMail(mail.n);
    execution.writer.ride.reopenHolds.push({ key, event });
    execution.write(
      waitDraft(execution, call.key, "hold", `refused:${mail.n}`, { mail: mail.n, reason }, "error"),
      true,
    );
  }
}

/** The name in a hold's key. */
const nameOf = (key: string): string => /hold:([^/]*)#\d+$/.exec(key)?.[1] ?? key;

/** Public id of a hold: derived, so that writing it twice names the same hold. */
function holdId(execution: Execution, key: string): string {
  const { seed, id, generation } = execution.row;
  return `h_${createHash("sha256").update(`${seed}\0${id}\0${generation}\0${key}`).digest("base64url").replaceAll(/[-_]/g, "").slice(0, 16)}`;
}

const documents = new WeakMap<JsonSchema, Document>();

/** A form as the shared document it is stored as. */
function documentOf(schema: JsonSchema | null): Document | null {
  if (schema === null) return null;
  let document = documents.get(schema);
  if (!document) {
    const bytes = Buffer.from(JSON.stringify(schema), "utf8");
    document = { hash: sha256(bytes), bytes };
    documents.set(schema, document);
  }
  return document;
}
