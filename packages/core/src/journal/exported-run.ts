import { ValidationError } from "../errors.ts";
import type { Chunk, Entry, HoldEvent, HoldRow, Mail, RunRow, StoredPayload } from "../store/store.ts";
import { sealedCodec } from "../store/transitions.ts";

/** A stored value: readable `text` where the bytes are UTF-8, `base64` otherwise. */
export type ExportedPayload = { codec: string; ref: boolean } & ({ text: string } | { base64: string }) & {
    /** As it is stored, where that is encrypted: what the hash chain covers. */
    sealed?: ExportedPayload;
  };

/** Bytes as hexadecimal text. */
type Hex = string;
type Exported<T> = {
  [K in keyof T]: T[K] extends Uint8Array
    ? Hex
    : T[K] extends Uint8Array | undefined
      ? Hex | undefined
      : T[K] extends Uint8Array | null
        ? Hex | null
        : T[K] extends StoredPayload | null
          ? ExportedPayload | Extract<T[K], null>
          : T[K];
};

/** A journal entry, as text. */
export type ExportedEntry = Exported<Entry>;
/** A row of mail, as text. */
export type ExportedMail = Exported<Mail>;
/** A hold with its audit trail, as text. */
export type ExportedHold = Exported<Omit<HoldRow, "runPk">> & { events: Exported<HoldEvent>[] };

/** One generation of a run with all that is stored of it. */
export interface ExportedGeneration {
  run: Exported<Omit<RunRow, "pk" | "parent">> & { parent: { id: string | null; key: string; close: string } | null };
  entries: ExportedEntry[];
  mail: ExportedMail[];
  /** What `ref` payloads are put together from. */
  chunks: { hash: Hex; base64: string }[];
  holds: ExportedHold[];
}

/** A run as one JSON document: what `holdpoint export` writes and `readExportedRun` reads. */
export interface ExportedRun {
  format: "holdpoint-run";
  version: 1;
  generations: ExportedGeneration[];
}

/** What an exported generation gives back: enough to verify the chain and to replay the code. */
export interface ReadGeneration {
  run: RunRow;
  entries: Entry[];
  mail: Mail[];
  chunks: Chunk[];
}

export function exportPayload(payload: StoredPayload): ExportedPayload {
  const { codec, ref } = payload;
  const bytes = Buffer.from(payload.bytes.buffer, payload.bytes.byteOffset, payload.bytes.byteLength);
  const text = bytes.toString("utf8");
  const sealed = payload.sealed ? { sealed: exportPayload(payload.sealed) } : {};
  return Buffer.compare(Buffer.from(text, "utf8"), bytes) === 0
    ? { codec, ref, text, ...sealed }
    : { codec, ref, base64: bytes.toString("base64"), ...sealed };
}

/** A row with its bytes as text. */
export function exportRow<T extends object>(row: T): Exported<T> {
  const fields = Object.entries(row).map(([name, value]: [string, unknown]) => [name, exportField(value)]);
  return Object.fromEntries(fields) as Exported<T>;
}

function exportField(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value);
  return isPayload(value) ? exportPayload(value) : value;
}

const isPayload = (value: unknown): value is StoredPayload =>
  typeof value === "object" && value !== null && "codec" in value && "bytes" in value;

const hex = (bytes: Uint8Array): Hex => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

/**
 * Reads what `holdpoint export` wrote.
 *
 * @throws ValidationError it is not such a document, or one of a later version
 */
export function readExportedRun(text: string): ReadGeneration[] {
  let document: Partial<ExportedRun> | null = null;
  try {
    document = JSON.parse(text) as Partial<ExportedRun> | null;
  } catch {
    // Said below: not JSON is one way of not being such a document.
  }
  if (document?.format !== "holdpoint-run" || document.version !== 1 || !Array.isArray(document.generations)) {
    throw new ValidationError("export", [{ path: "", message: "is not a file made by `holdpoint export RUN`" }]);
  }
  return document.generations.map((generation, index) => ({
    run: readRun(generation.run, index),
    entries: generation.entries.map((entry) => ({
      ...entry,
      payload: readPayload(entry.payload),
      hash: Buffer.from(entry.hash, "hex"),
    })),
    mail: generation.mail.map((mail) => ({
      ...mail,
      payload: readPayload(mail.payload),
      salt: mail.salt === null ? null : Buffer.from(mail.salt, "hex"),
    })),
    chunks: generation.chunks.map((chunk) => ({
      hash: Buffer.from(chunk.hash, "hex"),
      bytes: Buffer.from(chunk.base64, "base64"),
    })),
  }));
}

function readRun(run: ExportedGeneration["run"], index: number): RunRow {
  return {
    ...run,
    pk: index + 1,
    parent: null,
    salt: run.salt === null ? null : Buffer.from(run.salt, "hex"),
    head: Buffer.from(run.head, "hex"),
    inputDigest: Buffer.from(run.inputDigest, "hex"),
  };
}

/** A payload as it was stored. */
export function readPayload(payload: ExportedPayload | null): StoredPayload | null {
  if (payload === null) return null;
  const bytes = "text" in payload ? Buffer.from(payload.text, "utf8") : Buffer.from(payload.base64, "base64");
  const { codec, ref } = payload;
  // Nothing else stands for a payload: a digest over a plain one is over its own bytes.
  const sealed = payload.sealed?.codec === sealedCodec ? readPayload(payload.sealed) : null;
  return sealed ? { codec, bytes, ref, sealed } : { codec, bytes, ref };
}
