import { ValidationError } from "../../errors.ts";
import { type ExportedHold, type ExportedMail, readPayload } from "../../journal/exported-run.ts";
import type { HoldEvent, Mail } from "../../store/store.ts";
import type { HoldRecord } from "./format.ts";
import type { RecordedHold } from "./readable.ts";

/** More is no record of one hold: 64 MiB of text. */
const mostText = 64 * 1024 * 1024;

/**
 * Reads what `holdpoint holds export` wrote. Says nothing of whether it is true: see `verifyHoldRecord`.
 *
 * @example
 * const record = readHoldRecord(readFileSync("refund.hold.json", "utf8"));
 * console.log(record.readable.title, record.readable.decision);
 *
 * @throws ValidationError it is not such a document, or one of a later version
 */
export function readHoldRecord(text: string): HoldRecord {
  let document: Partial<HoldRecord> | null = null;
  try {
    if (text.length <= mostText) document = JSON.parse(text) as Partial<HoldRecord> | null;
  } catch {
    // Said below: not JSON is one way of not being such a document.
  }
  const isRecord =
    document?.format === "holdpoint-hold" &&
    document.version === 1 &&
    isObject(document.readable) &&
    isObject(document.stored) &&
    Array.isArray((document.stored as Partial<ExportedHold>).events) &&
    isObject(document.reviewerKeys);
  if (!isRecord) throw notOne();
  return { ...document, signature: document?.signature ?? null } as HoldRecord;
}

export const notOne = (): ValidationError =>
  new ValidationError("record", [{ path: "", message: "is not a file made by `holdpoint holds export`" }]);

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const bytes = (hex: string | null): Uint8Array | null =>
  hex === null ? null : new Uint8Array(Buffer.from(hex, "hex"));

/** A hold and its audit trail as the store has them. */
export function readStored({ events, ...row }: ExportedHold): { row: RecordedHold; events: HoldEvent[] } {
  return {
    row: {
      ...row,
      form: bytes(row.form),
      request: readPayload(row.request) as RecordedHold["request"],
      evidenceHash: bytes(row.evidenceHash) as Uint8Array,
      actionHash: bytes(row.actionHash) as Uint8Array,
      progress: readPayload(row.progress),
      decision: readPayload(row.decision),
    },
    events: events.map(({ sealedEvidenceHash, ...event }) => ({
      ...event,
      data: readPayload(event.data),
      salt: bytes(event.salt ?? null),
      evidenceHash: bytes(event.evidenceHash),
      ...sealedEvidence(sealedEvidenceHash),
      hash: bytes(event.hash),
    })),
  };
}

/** Ciphertext is longer than a digest: nothing else stands for one. */
function sealedEvidence(hex: string | undefined): { sealedEvidenceHash?: Uint8Array } {
  return hex === undefined || hex.length <= 64 ? {} : { sealedEvidenceHash: bytes(hex) as Uint8Array };
}

/** A delivered answer as the run's inbox has it. */
export function readDelivered(mail: ExportedMail): Mail {
  return { ...mail, payload: readPayload(mail.payload), salt: bytes(mail.salt) };
}
