import { isDeepStrictEqual } from "node:util";
import { HoldConflictError, HoldpointError, NotAllowedError, NotFoundError, ValidationError } from "../errors.ts";
import {
  acceptApproval,
  alreadyClosed,
  checkOption,
  isSameAnswer,
  isStale,
  mayDecide,
  type RecordedDecision,
} from "../hold/answer.ts";
import { evidenceOf } from "../hold/electorate.ts";
import { decisionStatement, isSignedBy, type SignedDecision } from "../hold/signature.ts";
import { type Ballot, castVote, saidBefore } from "../hold/vote.ts";
import { decodePayload } from "../journal/payload.ts";
import { acceptOperatorAnswer } from "../run/operator.ts";
import { randomSalt, randomText } from "../run/random-supply.ts";
import type { HoldOperation, HoldRow } from "../store/store.ts";
import { checkJsonSchema } from "../workflow/json-schema.ts";
import { closingMail } from "./closing-mail.ts";
import { changesSince } from "./evidence-changes.ts";
import { actOnHold, type HoldActor } from "./hold-acting.ts";
import { type Hold, progressOf, viewHold } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";
import { poisonKey } from "./poison.ts";
import { holdCallOf, replayedHold } from "./replayed-hold.ts";

/** Who decides, and what they say about it. */
export interface DecideOptions extends HoldActor {
  /** Kept with the decision. */
  note?: string;
  /** One of the hold's options. */
  option?: string;
  /** Their signature of the decision, from `signDecision`. Checked with the keys the directory has of them. */
  signature?: string;
}

/** A hold as it was read, or its bare id. */
export type GivenHold = string | Pick<Hold, "id" | "revision" | "evidenceHash">;

/**
 * Decides a hold: checks everything first, then one transaction closes the hold and wakes the run. Where rules ask for more than one person
 * it is one vote, and closes the hold if they say so.
 */
export async function decide(
  parts: EngineParts,
  given: GivenHold,
  answer: unknown,
  options: DecideOptions,
): Promise<Hold> {
  const { store, namespace } = parts;
  const id = typeof given === "string" ? given : given.id;
  const row = await store.hold(namespace, id);
  if (!row) throw new NotFoundError("hold", id, "list the open ones with `holds`");
  const view = await viewHold(parts, row);
  const by = options.by ?? null;
  const option = options.option ?? null;
  const byRules = view.reviewers !== null || row.progress !== null;
  const repeats = (now: HoldRow): boolean =>
    isRepeated(now, { value: answer, option }, by, parts) ||
    (byRules && saidBefore(progressOf(now, parts.codec), { by, note: options.note ?? null }, answer));
  if (!byRules) mayDecide(row, view.people, by);
  checkOption(view, option, answer);
  if (row.status !== "open") {
    if (repeats(row)) return view;
    throw alreadyClosed(row);
  }
  const { value, checked } = await fullyChecked(parts, row, view, answer);
  const ballot: Ballot = {
    by,
    value,
    note: options.note ?? null,
    option,
    channel: options.channel ?? "api",
    checked,
    ...(isDeepStrictEqual(value, answer) ? {} : { given: answer }),
    ...(options.signature === undefined ? {} : { signed: await signedBy(parts, given, answer, options) }),
  };
  if (byRules) return voteByRules(parts, given, ballot, options, repeats);
  const operation = simpleDecision(parts, row, ballot, options);
  if (isStale(view, typeof given === "string" ? null : given)) throw await staleRead(parts, row, given);
  const result = await parts.committer.submit(operation);
  if (result.type === "refused") throw new HoldpointError("STORE", `the decision was not taken: ${result.reason}`);
  if (result.type === "absent") throw new NotFoundError("hold", id);
  if (result.type === "moved") {
    if (!result.repeated) parts.justWoken.woke(row.runId);
    return viewHold(parts, result.hold);
  }
  if (repeats(result.hold)) return viewHold(parts, result.hold);
  if (result.hold.status !== "open") throw alreadyClosed(result.hold);
  // Somebody claimed it, asked or was reminded: what is asked is the same.
  if ((await viewHold(parts, result.hold)).revision === view.revision) return decide(parts, given, answer, options);
  throw await staleRead(parts, result.hold, given);
}

/** What somebody signed, once it is certain that it was they and that it is this decision. */
async function signedBy(
  parts: EngineParts,
  given: GivenHold,
  answer: unknown,
  { by, note, option, signature = "" }: DecideOptions,
): Promise<SignedDecision> {
  if (typeof given === "string" || by === undefined)
    throw new ValidationError("decide", [
      { path: "signature", message: "goes with the hold as it was read, and with `by`" },
    ]);
  const statement = decisionStatement(given, answer, { by, note: note ?? null, option: option ?? null });
  const signed = { statement, signature };
  if (isSignedBy((await parts.directory.keysOf?.(by)) ?? [], signed)) return signed;
  throw new NotAllowedError(
    `the signature is not one of "${by}" for this decision: no key the directory has of them made it`,
    { by },
  );
}

/** A decision of a hold without rules to which nothing happened: written without reading anything more. */
function simpleDecision(parts: EngineParts, row: HoldRow, ballot: Ballot, options: DecideOptions): HoldOperation {
  const { by, channel, checked, value, note, option } = ballot;
  const given = "given" in ballot ? { given: ballot.given } : {};
  const signed = ballot.signed ? { signed: ballot.signed } : {};
  const decision: RecordedDecision = { value, note, option, channel, checked, ...given, ...signed };
  const payload = parts.encodeInline(decision, "answer");
  const at = parts.clock.now();
  const status = checked ? "decided" : "answered";
  return {
    type: "hold",
    holdId: row.id,
    revision: row.revision,
    status,
    // An answer that the worker may refuse leaves the deadline standing.
    nextAt: checked ? null : row.nextAt,
    decision: payload,
    decidedBy: by,
    events: [
      {
        actor: by,
        channel,
        address: options.address ?? null,
        action: status,
        data: payload,
        salt: randomSalt(),
        evidenceHash: row.evidenceHash,
        at,
        // Names this call: one that is repeated because its commit was in doubt, not another person's.
        idempotencyKey: `decision:${row.revision}:${randomText(9, "base64url")}`,
      },
    ],
    mail: closingMail(row, { status: "decided", decision: payload, value, by, at }, parts),
    at,
  };
}

/** One vote, counted by the rules of the hold. */
async function voteByRules(
  parts: EngineParts,
  given: GivenHold,
  ballot: Ballot,
  actor: HoldActor,
  repeats: (row: HoldRow) => boolean,
): Promise<Hold> {
  const id = typeof given === "string" ? given : given.id;
  const stale: { row: HoldRow | null } = { row: null };
  try {
    return await actOnHold(parts, id, actor, (situation, row) => {
      // Whoever may not decide is told so first.
      const move = castVote(situation, ballot);
      const { title, severity } = row;
      const now = { id, title, severity, revision: situation.round, evidenceHash: evidenceOf(situation) };
      if (!isStale(now, typeof given === "string" ? null : given)) return move;
      stale.row = row;
      throw new HoldConflictError("stale", { holdId: id, status: "open" });
    });
  } catch (error) {
    if (stale.row !== null) throw await staleRead(parts, stale.row, given);
    const now = error instanceof HoldConflictError ? await parts.store.hold(parts.namespace, id) : null;
    if (now && now.status !== "open" && repeats(now)) return viewHold(parts, now);
    throw error;
  }
}

/** The refusal of a decision about what is not asked any more, with the difference. */
async function staleRead(parts: EngineParts, row: HoldRow, given: GivenHold): Promise<HoldConflictError> {
  const read = typeof given === "string" ? null : given.evidenceHash;
  const difference = read === null ? null : await changesSince(parts, row, read);
  const where = difference?.map(({ path }) => path).join(", ");
  return new HoldConflictError(
    `"${row.title}" has changed since it was read${where ? ` (${where})` : ""}; look at it again`,
    { holdId: row.id, status: row.status, ...(difference ? { difference } : {}) },
  );
}

/** The same person saying the same thing again is no conflict. */
function isRepeated(
  row: HoldRow,
  answer: { value: unknown; option: string | null },
  by: string | null,
  parts: EngineParts,
): boolean {
  if (!row.decision || row.decidedBy !== by || (row.status !== "decided" && row.status !== "answered")) return false;
  // What was said is not known any more: whatever comes now counts as another answer.
  if (row.decision.codec === "erased") return false;
  const value = decodePayload(parts.encodeInline(answer.value, "answer"), parts.codec);
  return isSameAnswer(decodePayload(row.decision, parts.codec) as RecordedDecision, { ...answer, value });
}

/**
 * Checks an answer as fully as this process can: with the form itself where the run's code is here (in memory, or found by a
 * dry replay), else against the JSON Schema, and then the worker has the last word.
 */
async function fullyChecked(
  parts: EngineParts,
  row: HoldRow,
  view: Hold,
  answer: unknown,
): Promise<{ value: unknown; checked: boolean }> {
  if (row.key.startsWith(poisonKey)) {
    const action = (answer as { action?: unknown } | null)?.action;
    if (action !== "retry" && action !== "cancel") {
      throw new ValidationError("answer", [{ path: "action", message: 'must be "retry" or "cancel"' }]);
    }
    return { value: answer, checked: true };
  }
  if (row.origin === "operator") return { value: acceptOperatorAnswer(answer), checked: true };
  const isPlain =
    view.kind === "approval" && !Object.hasOwn((view.form?.properties as object | undefined) ?? {}, "args");
  if (isPlain) return { value: acceptApproval(answer), checked: true };
  const accept = await formOf(parts, row);
  if (accept) return { value: accept(answer), checked: true };
  const issues = view.form ? await checkJsonSchema(view.form, answer) : [];
  if (issues.length > 0) throw new ValidationError(`answer to hold "${row.name}"`, issues);
  return { value: answer, checked: false };
}

async function formOf(parts: EngineParts, row: HoldRow): Promise<((value: unknown) => unknown) | null> {
  const here = parts.worker.running.get(row.runPk) ?? parts.worker.residence.peek(row.runPk);
  const open = here?.openHolds.get(holdCallOf(row.key));
  return open ? open.accept : ((await replayedHold(parts, row))?.accept ?? null);
}
