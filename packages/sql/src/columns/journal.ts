import type { Entry, Mail } from "@holdpoint/core";
import { CorruptionError } from "@holdpoint/core";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import { entryKind, entryOutcome, mailKind, readPhase } from "./codes.ts";
import { payloadOf, readPayload } from "./payload.ts";
import { blobOrNull, integer, text, textOrNull } from "./read.ts";

const noHash = new Uint8Array(0);

/** Reads a row of `entriesAfter` or `entriesToReplay`. By position and without a detour: a replay reads hundreds of thousands of them. */
export function readEntry(row: readonly SqlValue[]): Entry {
  const [
    seq,
    key,
    phase,
    kind,
    outcome,
    codec,
    bytes,
    ref,
    startedAt,
    duration,
    attempt,
    measures,
    mailSeen,
    hash = noHash,
  ] = row;
  if (
    typeof seq !== "number" ||
    typeof key !== "string" ||
    typeof phase !== "string" ||
    typeof startedAt !== "number" ||
    typeof duration !== "number" ||
    typeof attempt !== "number" ||
    typeof mailSeen !== "number" ||
    measures === undefined ||
    typeof measures === "number" ||
    measures instanceof Uint8Array ||
    !(hash instanceof Uint8Array)
  ) {
    throw new CorruptionError("a journal entry has a column of the wrong type", { seq, key });
  }
  return {
    seq,
    key,
    phase: readPhase(phase),
    kind: entryKind.word(kind),
    outcome: entryOutcome.word(outcome),
    payload: payloadOf(codec, bytes, ref),
    startedAt,
    endedAt: startedAt + duration,
    attempt,
    measures,
    mailSeen,
    hash,
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
