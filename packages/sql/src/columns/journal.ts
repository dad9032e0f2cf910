import type { Entry, Mail } from "@holdpoint/core";
import type { SqlRow } from "../driver/driver.ts";
import { entryKind, entryOutcome, mailKind, readPhase } from "./codes.ts";
import { readPayload } from "./payload.ts";
import { blob, blobOrNull, integer, text, textOrNull } from "./read.ts";

export function readEntry(row: SqlRow): Entry {
  const startedAt = integer(row, "started_at");
  return {
    seq: integer(row, "seq"),
    key: text(row, "key"),
    phase: readPhase(text(row, "phase")),
    kind: entryKind.word(row.kind),
    outcome: entryOutcome.word(row.outcome),
    payload: readPayload(row),
    startedAt,
    endedAt: startedAt + integer(row, "duration"),
    attempt: integer(row, "attempt"),
    measures: textOrNull(row, "measures"),
    mailSeen: integer(row, "mail_seen"),
    hash: blob(row, "hash"),
  };
}

export function readMail(row: SqlRow): Mail {
  return {
    n: integer(row, "n"),
    kind: mailKind.word(row.kind),
    key: text(row, "key"),
    dedupe: textOrNull(row, "dedupe"),
    outcome: entryOutcome.word(row.outcome),
    payload: readPayload(row),
    sender: textOrNull(row, "sender"),
    at: integer(row, "at"),
    salt: blobOrNull(row, "salt"),
  };
}
