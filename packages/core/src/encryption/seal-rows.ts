import type { NewHold, NewHoldEvent } from "../store/hold-rows.ts";
import type { Chunk, NewEntry, NewMail } from "../store/journal-rows.ts";
import { type DataKey, seal, sealedWith } from "./envelope.ts";
import * as place from "./place.ts";
import { chunkAddress, sealPayload, sealText, storedForm } from "./sealed-values.ts";

/** A run and the key its new values are encrypted with. */
export interface KeyedRun extends place.RunName {
  generation: number;
  key: DataKey;
}

/** What was encrypted before it was chained stays so: the chain is over that. */
export function sealedEntry(run: KeyedRun, entry: NewEntry): NewEntry {
  const { payload } = entry;
  if (payload === null) return entry;
  const sealed =
    payload.sealed ?? storedForm(sealPayload(run.key, place.entryPlace(run, run.generation, entry), payload));
  return { ...entry, payload: sealed };
}

/** Mail that was encrypted for another run, or another row, is encrypted anew. */
export function sealedMail(run: KeyedRun, mail: NewMail): NewMail {
  const { payload } = mail;
  if (payload === null) return mail;
  const isReady = payload.sealed !== undefined && sealedWith(payload.sealed.bytes) === run.key.id;
  const sealed = isReady ? payload : sealPayload(run.key, place.mailPlace(run, mail), payload);
  return { ...mail, payload: storedForm(sealed) };
}

export function sealedChunk(run: KeyedRun, { hash, bytes }: Chunk): Chunk {
  const address = chunkAddress(run.key, hash);
  return { hash: address, bytes: seal(run.key, place.chunkPlace(run, address), bytes) };
}

export function sealedNote(run: KeyedRun, note: string | null): string | null {
  return note === null ? null : sealText(run.key, place.notePlace(run), note);
}

export function sealedHold(run: KeyedRun, hold: NewHold): NewHold {
  const at = (field: Parameters<typeof place.holdPlace>[2]): string => place.holdPlace(run, hold.key, field);
  return {
    ...hold,
    title: sealText(run.key, at("title"), hold.title),
    request: storedForm(sealPayload(run.key, at("request"), hold.request)),
    evidenceHash: seal(run.key, at("evidenceHash"), hold.evidenceHash),
    actionHash: seal(run.key, at("actionHash"), hold.actionHash),
    event: sealedEvent(run, hold.event),
  };
}

/** What a person said, and the digest of what was shown then: who tries out likely contents would find them by it. */
export function sealedEvent(run: KeyedRun, event: NewHoldEvent): NewHoldEvent {
  const { data, evidenceHash } = event;
  const at = (field: "data" | "evidenceHash"): string => place.eventPlace(run, event, field);
  return {
    ...event,
    data: data && storedForm(sealPayload(run.key, at("data"), data)),
    evidenceHash: evidenceHash && seal(run.key, at("evidenceHash"), evidenceHash),
  };
}
