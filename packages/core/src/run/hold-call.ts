import { createHash } from "node:crypto";
import { HoldExpiredError } from "../errors.ts";
import type { RecordedDecision } from "../hold/answer.ts";
import { nextTimer } from "../hold/ladder.ts";
import { freshProgress } from "../hold/progress.ts";
import { actionHashOf, evidenceHashOf, holdDocument, storedDocument, type WrittenRequest } from "../hold/request.ts";
import { sha256 } from "../journal/sha256.ts";
import type { Document, Entry, Mail, NewHoldEvent, StoredPayload } from "../store/store.ts";
import type { JsonSchema } from "../workflow/json-schema.ts";
import type { Startable } from "./effects.ts";
import type { Execution } from "./execution.ts";
import type { CallHandler, OpenCall } from "./operation.ts";
import type { KeyRecord } from "./record-book.ts";
import type { Scope } from "./scope.ts";
import { waitDraft } from "./sleep.ts";

/** What comes back from a hold of any kind. */
export interface Answer extends Omit<RecordedDecision, "checked" | "channel"> {
  by: string | null;
  at: number;
}

/** What a hold needs to be opened, whatever the author calls it. */
export interface HoldSpec {
  name: string;
  origin: "author" | "operator";
  request: WrittenRequest;
  schema: JsonSchema | null;
  /** Turns an answer that was checked against the JSON Schema only into its final value; throws when it does not fit. */
  accept: (value: unknown) => unknown;
}

/** What answers questions about a hold; null where only people do. */
type OnQuestion = HoldSpec["request"]["onQuestion"] | null;

/** Opens a hold with its row and waits for the answer. */
export function openHold(execution: Execution, scope: Scope, spec: HoldSpec, key?: string): Promise<Answer> {
  const call = execution.open<Answer>(key ?? scope.key("hold", spec.name), "hold", scope);
  new OpenHold(execution, call, spec).ask();
  return call.promise;
}

/** A hold of this run, while the run is here. */
export class OpenHold implements Startable, CallHandler {
  readonly call: OpenCall<Answer>;
  private openedAt = 0;
  /** Its row is closed, or will be with the next write. */
  withdrawn = false;
  private readonly execution: Execution;
  private readonly spec: HoldSpec;

  constructor(execution: Execution, call: OpenCall<Answer>, spec: HoldSpec) {
    this.execution = execution;
    this.call = call;
    this.spec = spec;
  }

  /** Checks an answer fully; throws `ValidationError`. */
  get accept(): (value: unknown) => unknown {
    return this.spec.accept;
  }

  /** Answers questions about it, where the author gave something that does. */
  get onQuestion(): OnQuestion {
    return this.spec.request.onQuestion ?? null;
  }

  /** Waits for what is recorded, or opens the hold once nothing recorded is left. */
  ask(): void {
    const { execution, call, spec } = this;
    call.handler = this;
    const record = execution.reach(call);
    execution.openHolds.set(call.key, this);
    if (spec.origin === "operator") execution.operatorHolds++;
    const opened = record?.opens[0];
    this.openedAt = opened?.startedAt ?? 0;
    if (opened) this.compare(opened);
    else execution.startLater(this);
  }

  onEntry(entry: Entry): void {
    this.answered(this.execution.decode(entry.payload) as Answer);
  }

  onCancel(): void {
    this.execution.withdraw(this);
  }

  onVoid(renewed: KeyRecord): void {
    this.execution.changedHolds.delete(this.call);
    if (!renewed.opens[0]) this.execution.startLater(this);
  }

  private answered(answer: Answer): void {
    this.execution.openHolds.delete(this.call.key);
    this.call.resolve(answer);
  }

  /** Whether today's code still asks what people were shown. */
  private compare(opened: Entry): void {
    // A migrated hold keeps the name it was opened under.
    const name = opened.key === this.call.key ? this.spec.name : nameOf(opened.key);
    const recorded = Buffer.from(opened.payload?.bytes ?? []).subarray(32, 64);
    if (recorded.equals(this.actionHash(name).subarray(0, recorded.length))) return;
    this.execution.changedHolds.set(this.call, this.spec.name);
  }

  private actionHash(name: string): Uint8Array {
    const { schema, request } = this.spec;
    return actionHashOf(
      this.execution.row.workflow,
      name,
      documentOf(schema)?.hash ?? null,
      request.consequence ?? null,
      request.action,
    );
  }

  /** Writes the hold with the run's entry for it. */
  start(): void {
    const { execution, call } = this;
    const { name, origin, request, schema } = this.spec;
    const openedAt = execution.host.clock.now();
    this.openedAt = openedAt;
    const severity = request.severity ?? "medium";
    const form = documentOf(schema);
    const action = this.actionHash(name);
    const document = holdDocument(name, request, { openedAt, creator: execution.row.createdBy });
    const encoded = execution.plain(storedDocument(document));
    const evidence = evidenceHashOf(request.title, severity, encoded.bytes, form?.hash ?? null);
    const draft = waitDraft(execution, call.key, "hold", "opened", undefined);
    // What was shown and what is decided, so that the chain covers both.
    draft.payload = { codec: "hash", bytes: Buffer.concat([evidence, action]), ref: false };
    const key = execution.ledger.storedKey(call.key);
    execution.writer.ride.holds.push({
      id: holdId(execution, key),
      key,
      name,
      origin,
      title: request.title,
      severity,
      form,
      request: encoded,
      evidenceHash: evidence,
      actionHash: action,
      nextAt: nextTimer(document.deadline, freshProgress, null),
      openedAt,
      event: { ...this.event("opened", null, openedAt), idempotencyKey: null },
    });
    execution.write(draft, true);
  }

  onMail(mail: Mail): void {
    const { execution, call } = this;
    this.tell(mail);
    if (mail.kind === "holdExpired") {
      execution.openHolds.delete(call.key);
      call.reject(new HoldExpiredError(call.key, this.spec.name));
      return;
    }
    const decision = execution.decode(mail.payload) as RecordedDecision;
    const { value, note, option, votes, grant } = decision;
    const more = { ...(votes ? { votes } : {}), ...(grant === undefined ? {} : { grant }) };
    const answer: Answer = { value, note, option, by: mail.sender, at: mail.at, ...more };
    if (decision.checked) return this.answered(answer);
    // Checked against the JSON Schema only, by a process without this workflow: accept or refuse it, on the record.
    execution.startLater({ call, start: () => this.judge(mail, answer) });
  }

  /** Whoever measures hears of an answer once the run goes on with it. */
  private tell(mail: Mail): void {
    const { turn, replaying, host } = this.execution;
    if (turn === null || replaying) return;
    const outcome = mail.kind === "holdExpired" ? "expired" : "decided";
    const { openedAt, spec, call } = this;
    host.holdAnswered?.({ turn, key: call.key, name: spec.name, outcome, openedAt, answeredAt: mail.at });
  }

  private judge(mail: Mail, answer: Answer): void {
    const { execution, call } = this;
    const { ride } = execution.writer;
    const key = execution.ledger.storedKey(call.key);
    const at = execution.host.clock.now();
    try {
      const accepted = this.accepted(answer);
      const draft = waitDraft(execution, call.key, "hold", "settled", accepted);
      ride.acceptHolds.push({
        key,
        event: { ...this.event("accepted", null, at), idempotencyKey: `accepted:${mail.n}` },
      });
      execution.writeResult(draft, call, { recorded: () => this.answered(accepted) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const event = this.event("refused", mail.sender, at, execution.plain({ reason }));
      execution.ledger.voidMail(mail.n);
      ride.reopenHolds.push({ key, event: { ...event, idempotencyKey: `refused:${mail.n}` } });
      const refusal = { mail: mail.n, reason };
      execution.write(waitDraft(execution, call.key, "hold", `refused:${mail.n}`, refusal, "error"), true);
    }
  }

  /** The answer as the form gives it back: each one, where several people answered for themselves. */
  private accepted(answer: Answer): Answer {
    const { accept } = this.spec;
    const votes = answer.votes?.map((vote) => {
      if (vote.answer?.checked !== false) return vote;
      const { value, option } = vote.answer;
      return { ...vote, answer: { value: accept(value), option } };
    });
    const own = votes?.findLast(({ by, answer: given }) => given !== undefined && by === answer.by)?.answer;
    return { ...answer, value: own ? own.value : accept(answer.value), ...(votes ? { votes } : {}) };
  }

  private event(
    action: string,
    actor: string | null,
    at: number,
    data: StoredPayload | null = null,
  ): Omit<NewHoldEvent, "idempotencyKey"> {
    return { actor, channel: "engine", action, data, evidenceHash: null, at };
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
