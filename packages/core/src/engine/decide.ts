import { isDeepStrictEqual } from "node:util";
import { HoldConflictError, HoldpointError, NotFoundError, ValidationError } from "../errors.ts";
import {
  acceptApproval,
  alreadyClosed,
  checkEvidence,
  checkOption,
  isSameAnswer,
  mayDecide,
  type RecordedDecision,
} from "../hold/answer.ts";
import { decodePayload } from "../journal/payload.ts";
import { acceptOperatorAnswer } from "../run/operator.ts";
import { randomSalt, randomText } from "../run/random-supply.ts";
import type { HoldRow, NewMail, StoredPayload } from "../store/store.ts";
import { checkJsonSchema } from "../workflow/json-schema.ts";
import { dryRun } from "./dry-run.ts";
import { type Hold, viewHold } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";
import { assemble, whyUnreadable } from "./payloads.ts";
import { poisonKey } from "./poison.ts";

/** Who decides, and what they say about it. */
export interface DecideOptions {
  /** Who decides. Required where the hold names people. */
  by?: string;
  /** Kept with the decision. */
  note?: string;
  /** One of the hold's options. */
  option?: string;
  /** Where it was made: `api` (default), `cli`, `console`, … */
  channel?: string;
}

/** Decides a hold: checks everything first, then one transaction closes the hold and wakes the run. */
export async function decide(
  parts: EngineParts,
  given: string | Pick<Hold, "id" | "revision" | "evidenceHash">,
  answer: unknown,
  options: DecideOptions,
): Promise<Hold> {
  const { store, namespace } = parts;
  const id = typeof given === "string" ? given : given.id;
  const row = await store.hold(namespace, id);
  if (!row) throw new NotFoundError("hold", id, "list the open ones with `holds`");
  const view = await viewHold(parts, row);
  const by = options.by ?? null;
  mayDecide(row, { ...view, people: view.people }, by);
  checkOption({ ...view }, options.option ?? null, answer);
  const option = options.option ?? null;
  const repeats = (now: HoldRow): boolean => isRepeated(now, { value: answer, option }, by, parts);
  if (row.status !== "open") {
    if (repeats(row)) return view;
    throw alreadyClosed(row);
  }
  const { value, checked } = await fullyChecked(parts, row, view, answer);
  const decision: RecordedDecision = {
    value,
    note: options.note ?? null,
    option,
    channel: options.channel ?? "api",
    checked,
    ...(isDeepStrictEqual(value, answer) ? {} : { given: answer }),
  };
  const payload = parts.encodeInline(decision, "answer");
  checkEvidence(
    row,
    typeof given === "string"
      ? null
      : { revision: given.revision, evidenceHash: Buffer.from(given.evidenceHash, "hex") },
  );
  const at = parts.clock.now();
  const result = await parts.committer.submit({
    type: "hold",
    holdId: id,
    revision: row.revision,
    status: checked ? "decided" : "answered",
    // An answer that the worker may refuse leaves the deadline standing.
    nextAt: checked ? null : row.nextAt,
    decision: payload,
    decidedBy: by,
    events: [
      {
        actor: by,
        channel: decision.channel,
        action: checked ? "decided" : "answered",
        data: payload,
        evidenceHash: row.evidenceHash,
        at,
        // Names this call: one that is repeated because its commit was in doubt, not another person's.
        idempotencyKey: `decision:${row.revision}:${randomText(9, "base64url")}`,
      },
    ],
    mail: mailFor(row, payload, value, by, at, parts),
    at,
  });
  if (result.type === "refused") throw new HoldpointError("STORE", `the decision was not taken: ${result.reason}`);
  if (result.type === "absent") throw new NotFoundError("hold", id);
  if (result.type === "conflict") {
    if (repeats(result.hold)) return viewHold(parts, result.hold);
    if (result.hold.status === "open") {
      throw new HoldConflictError(`"${row.title}" has changed since it was read; look at it again`, {
        holdId: id,
        status: "open",
      });
    }
    throw alreadyClosed(result.hold);
  }
  return viewHold(parts, result.hold);
}

/** What the run gets: the decision, or for a poisoned run what the operator chose. */
function mailFor(
  row: HoldRow,
  payload: StoredPayload,
  value: unknown,
  by: string | null,
  at: number,
  parts: EngineParts,
): NewMail {
  const mail = {
    key: row.key,
    dedupe: `hold:${row.id}:${row.revision}`,
    outcome: "ok",
    payload,
    sender: by,
    at,
    salt: randomSalt(),
  } as const;
  if (!row.key.startsWith(poisonKey)) return { kind: "decision", ...mail };
  if ((value as { action: string }).action === "retry") return { kind: "operator", ...mail };
  return {
    kind: "cancel",
    ...mail,
    key: "",
    payload: parts.encodeInline({ reason: "cancelled by an operator" }, "reason"),
  };
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
  if (view.kind === "approval") return { value: acceptApproval(answer), checked: true };
  const accept = await formOf(parts, row);
  if (accept) return { value: accept(answer), checked: true };
  const issues = view.form ? await checkJsonSchema(view.form, answer) : [];
  if (issues.length > 0) throw new ValidationError(`answer to hold "${row.name}"`, issues);
  return { value: answer, checked: false };
}

async function formOf(parts: EngineParts, row: HoldRow): Promise<((value: unknown) => unknown) | null> {
  const here = parts.worker.running.get(row.runPk) ?? parts.worker.residence.peek(row.runPk);
  const open = here?.openHolds.get(bare(row.key));
  if (open) return open.accept;
  try {
    return await replayedForm(parts, row);
  } catch (error) {
    const why = await whyUnreadable(parts, { pk: row.runPk, id: row.runId }, error);
    if (why === error) throw error;
    // The run ended and was erased or removed since the hold was read: the hold itself says what it is by now.
    return null;
  }
}

/** As the run's code asks for it, found by a dry replay. */
async function replayedForm(parts: EngineParts, row: HoldRow): Promise<((value: unknown) => unknown) | null> {
  const { store, namespace, registry, services, codec } = parts;
  const run = await store.runByPk(namespace, row.runPk);
  const workflow = run && registry.exact(run.workflow, run.version);
  if (!run || !workflow) return null;
  const [history] = await store.history(namespace, [{ pk: row.runPk, after: 0 }]);
  if (!history) return null;
  const whole = await assemble(store, namespace, row.runPk, history);
  const { divergence, execution } = await dryRun({ namespace, registry, services, codec }, run, whole, workflow);
  return divergence ? null : (execution.openHolds.get(bare(row.key))?.accept ?? null);
}

/** A hold's key without the round it was opened in. */
const bare = (key: string): string => key.replace(/~\d+$/, "");
