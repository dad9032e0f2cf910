import { type PayloadCodec, valueCodec } from "../../journal/codec.ts";
import { decodePayload } from "../../journal/payload.ts";
import type { HoldEvent, HoldRow } from "../../store/store.ts";
import { erasedCodec } from "../../store/transitions.ts";
import type { JsonSchema } from "../../workflow/json-schema.ts";
import { kindOf, type RecordedDecision } from "../answer.ts";
import { emptyDocument, readDocument } from "../request.ts";
import type { ReadableHold } from "./format.ts";
import { replayEvidence, saidBy } from "./replay-evidence.ts";

/** What a hold is made of, without the run's internal number. */
export type RecordedHold = Omit<HoldRow, "runPk">;

/** A hold in words, from its row and its audit trail alone. */
export function readableHold(row: RecordedHold, events: readonly HoldEvent[], codec: PayloadCodec): ReadableHold {
  const stored = row.request.codec === erasedCodec ? emptyDocument : readDocument(decodePayload(row.request, codec));
  const opened = Buffer.from(row.evidenceHash).toString("hex");
  const { shown, digests } = replayEvidence(stored, events, opened, codec);
  const { consequence, action, options, people, policy, deadline, fired, tags, links, attachments } = stored;
  return plain({
    id: row.id,
    run: row.runId,
    workflow: row.workflow,
    name: row.name,
    title: row.title,
    severity: row.severity,
    status: row.status,
    kind: kindOf(row, stored),
    consequence,
    openedAt: moment(row.openedAt),
    closedAt: row.closedAt === null ? null : moment(row.closedAt),
    shown: {
      context: shown.context ?? null,
      action: action && { name: action.name, arguments: shown.arguments ?? null },
      answers: shown.answers,
    },
    evidenceHash: digests.at(-1) ?? opened,
    asked: {
      form: row.form === null ? null : (JSON.parse(Buffer.from(row.form).toString("utf8")) as JsonSchema),
      options,
      people,
      reviewers: policy,
      deadline,
      fired,
      tags,
      links,
      attachments,
    },
    decision: decisionOf(row, codec),
    trail: events.map((event) => ({
      n: event.n,
      at: moment(event.at),
      actor: event.actor,
      channel: event.channel,
      address: event.address,
      action: event.action,
      says: saidBy(event, codec) ?? null,
      evidence: event.evidenceHash && Buffer.from(event.evidenceHash).toString("hex"),
    })),
  });
}

function decisionOf(row: RecordedHold, codec: PayloadCodec): ReadableHold["decision"] {
  if (row.decision === null || row.decision.codec === erasedCodec) return null;
  const { value, note, option, channel, votes = [] } = decodePayload(row.decision, codec) as RecordedDecision;
  const counted = votes.map(({ at, signed, by, as, outcome, note: said, answer }) => {
    const given = answer ? { answer: answer.value } : {};
    return { by, as, outcome, note: said, at: moment(at), signed: signed !== undefined, ...given };
  });
  return { by: row.decidedBy, value, note, option, channel, votes: counted };
}

const moment = (at: number): string => new Date(at).toISOString();

/** What JSON has no word for is written as the store writes it: `{"$date": 0}`. */
function plain(value: ReadableHold): ReadableHold {
  return JSON.parse(Buffer.from(valueCodec.encode(value, "hold")).toString("utf8")) as ReadableHold;
}
