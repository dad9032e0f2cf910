import { kindOf, type RecordedDecision } from "../hold/answer.ts";
import { isIndependent } from "../hold/electorate.ts";
import { shownNow } from "../hold/evidence.ts";
import { freshProgress, type HoldProgress, readProgress, sealedProgress } from "../hold/progress.ts";
import { emptyDocument, type HoldDocument, readDocument } from "../hold/request.ts";
import type { ReviewPolicy } from "../hold/reviewers.ts";
import type { PayloadCodec } from "../journal/codec.ts";
import { decodePayload } from "../journal/payload.ts";
import type { HoldRow, HoldStatus, Severity } from "../store/store.ts";
import type { JsonSchema } from "../workflow/json-schema.ts";
import type { EngineParts } from "./parts.ts";

/** A hold as a reviewer, a command or a screen sees it. */
export interface Hold {
  /** Public id, for `engine.decide` and links. */
  id: string;
  /** The run that waits. */
  runId: string;
  /** Its workflow's name. */
  workflow: string;
  /** The hold's key in the run's journal: `hold:approve refund#1`. */
  key: string;
  /** As the workflow calls it. */
  name: string;
  /** Asked by the workflow's author, or by the engine itself (an unknown outcome, a poisoned run). */
  origin: "author" | "operator";
  /** `approval` is yes or no; `form` takes an answer that fits `form`. */
  kind: "approval" | "form";
  /** `open` until somebody, a deadline or the run itself closes it. */
  status: HoldStatus;
  /** What is to be decided. */
  title: string;
  /** High and critical ones are decided on the hold as it was read. */
  severity: Severity;
  /** What happens if it is approved. */
  consequence: string | null;
  /** The evidence. */
  context: unknown;
  /** Choices to pick from; `outcome` says what one means, where it does. */
  options: HoldDocument["options"];
  /** Any one of whom may decide; null for anybody, or where `reviewers` says more. */
  people: string[] | null;
  /** The rules about who may decide and how many must, where they are more than a list of people. */
  reviewers: ReviewPolicy | null;
  /** What is proposed, its arguments as they stand now. */
  action: HoldDocument["action"];
  /** Why somebody is asked: the triggers that fired, with what they found. Empty where it always asks. */
  fired: HoldDocument["fired"];
  /** What the triggers looked at; null where nothing was told. */
  facts: HoldDocument["facts"];
  /** Words to find it by. */
  tags: string[];
  /** Where to read more. */
  links: HoldDocument["links"];
  /** Files that belong to the evidence. */
  attachments: HoldDocument["attachments"];
  /**
   * What happened since it opened: votes, who has it, questions; fresh where nothing did. Of independent answers only who gave one, and
   * when, before all are there.
   */
  progress: HoldProgress;
  /** What happens when nobody answers, and when, in milliseconds since 1970. */
  deadline: HoldDocument["deadline"];
  /** JSON Schema of the answer. */
  form: JsonSchema | null;
  /** Raised when what is asked changes: its evidence, or because an answer was refused and it opened again. Votes and claims leave it. */
  revision: number;
  /** Hex digest of exactly what is shown here. */
  evidenceHash: string;
  /** When it opened. */
  openedAt: Date;
  /** When the deadline acts next. */
  dueAt: Date | null;
  /** When it was closed. */
  closedAt: Date | null;
  /** Who decided; null while it is open, and when a deadline did. */
  decidedBy: string | null;
  /** The answer that won. */
  decision: Pick<RecordedDecision, "value" | "note" | "option" | "channel" | "grant"> | null;
}

/** What happened to a hold since it opened. */
export function progressOf(row: Pick<HoldRow, "progress">, codec: PayloadCodec): HoldProgress {
  if (row.progress === null || row.progress.codec === "erased") return freshProgress;
  return readProgress(decodePayload(row.progress, codec));
}

/** Whether what people said is shown to nobody yet: they answer independently, and not all have. */
export function isSealed({ status }: Pick<HoldRow, "status">, document: HoldDocument): boolean {
  return (status === "open" || status === "answered") && isIndependent(document);
}

export async function viewHold(parts: Pick<EngineParts, "codec">, row: HoldRow): Promise<Hold> {
  const { codec } = parts;
  const document = row.request.codec === "erased" ? emptyDocument : readDocument(decodePayload(row.request, codec));
  const sealed = isSealed(row, document);
  const stored = progressOf(row, codec);
  const progress = sealed ? sealedProgress(stored) : stored;
  const shown = shownNow(document, progress);
  const text = row.form ? Buffer.from(row.form).toString("utf8") : null;
  const decision =
    row.decision && row.decision.codec !== "erased" && !sealed
      ? (decodePayload(row.decision, codec) as RecordedDecision)
      : null;
  return {
    id: row.id,
    runId: row.runId,
    workflow: row.workflow,
    key: row.key,
    name: row.name,
    origin: row.origin,
    kind: kindOf(row, document),
    status: row.status,
    title: row.title,
    severity: row.severity,
    consequence: document.consequence,
    context: shown.context,
    options: document.options,
    people: document.people,
    reviewers: document.policy,
    action: document.action && { name: document.action.name, arguments: shown.arguments },
    fired: document.fired,
    facts: document.facts,
    tags: document.tags,
    links: document.links,
    attachments: document.attachments,
    progress,
    deadline: document.deadline,
    form: text === null ? null : (JSON.parse(text) as JsonSchema),
    revision: row.revision - progress.moves,
    evidenceHash: progress.evidence ?? Buffer.from(row.evidenceHash).toString("hex"),
    openedAt: new Date(row.openedAt),
    dueAt: row.nextAt === null ? null : new Date(row.nextAt),
    closedAt: row.closedAt === null ? null : new Date(row.closedAt),
    decidedBy: row.decidedBy,
    decision: decision && {
      value: decision.value,
      note: decision.note,
      option: decision.option,
      channel: decision.channel,
      ...(decision.grant === undefined ? {} : { grant: decision.grant }),
    },
  };
}
