import type { Chunk, NewEntry, NewMail, NewRun, RunRow, StartOperation, StartResult } from "@holdpoint/core";
import { bornRow, isFinished } from "@holdpoint/core";
import { entryKind, entryOutcome, parentClose, statusCode, storedPhase } from "../columns/codes.ts";
import { storedCodec } from "../columns/payload.ts";
import { integer } from "../columns/read.ts";
import { attributesText, readRun } from "../columns/run.ts";
import { readTombstone } from "../columns/worker.ts";
import { deliver, duplicateOf, insertMail } from "./deliver.ts";
import { runChanged } from "./feed.ts";
import type { Call, Context, Program } from "./program.ts";
import { one, run } from "./program.ts";

/** A call and no program of its own: it is made for every step, and a program more costs half of what SQLite takes for it. */
export function insertEntry(pk: number, seq: number, entry: NewEntry): Call {
  const { payload } = entry;
  const parameters = [
    pk,
    seq,
    entry.key,
    storedPhase(entry.phase),
    entryKind.of(entry.kind),
    entryOutcome.of(entry.outcome),
    payload === null ? null : storedCodec(payload.codec),
    payload === null ? null : payload.bytes,
    payload === null ? null : payload.ref ? 1 : 0,
    entry.startedAt,
    entry.endedAt - entry.startedAt,
    entry.attempt,
    entry.measures,
    entry.mailSeen,
    entry.hash,
  ];
  return { want: "run", statement: "insertEntry", parameters };
}

export function* insertChunks(pk: number, chunks: readonly Chunk[]): Program<void> {
  for (const { hash, bytes } of chunks) yield* run("insertChunk", pk, hash, bytes);
}

/** The numbers a new run's entries and mail get: its own, or those of the run it was forked from. */
function numberAtBirth({ entries, mail, numbers }: NewRun) {
  const numbered = { entries: [] as [number, NewEntry][], mail: [] as [number, NewMail][], seq: 0 };
  for (const [i, entry] of entries.entries()) {
    numbered.seq = numbers?.entries[i] ?? numbered.seq + 1;
    numbered.entries.push([numbered.seq, entry]);
  }
  // A second delivery of the same mail at birth is as harmless as later.
  const seen = new Set<string>();
  let last = numbered.seq;
  for (const [i, item] of mail.entries()) {
    if (item.dedupe !== null && seen.has(item.dedupe)) continue;
    if (item.dedupe !== null) seen.add(item.dedupe);
    last = numbers?.mail[i] ?? last + 1;
    numbered.mail.push([last, item]);
    numbered.seq = Math.max(numbered.seq, last);
  }
  return numbered;
}

/** Where a new generation stands behind the one before. */
interface Previous {
  generation: number;
  keyHeld: boolean;
}

/** Inserts a run with its first entries and mail; the id must be free. */
export function* createRun(context: Context, created: NewRun, previous: Previous | null): Program<number> {
  const numbered = numberAtBirth(created);
  const { parent, forkedFrom } = created;
  const row = yield* one(
    "insertRun",
    context.namespace,
    created.id,
    (previous?.generation ?? 0) + 1,
    created.workflow,
    created.version,
    created.spec,
    created.codeHash,
    created.readyAt > created.createdAt ? statusCode.delayed : statusCode.ready,
    created.queue,
    created.priority,
    created.concurrencyKey,
    previous?.keyHeld && created.concurrencyKey !== null ? 1 : 0,
    created.readyAt,
    numbered.seq,
    created.seed,
    created.salt,
    created.head,
    created.entries.length,
    parent === null ? null : parent.pk,
    parent === null ? null : parent.key,
    parent === null ? null : parentClose.of(parent.close),
    forkedFrom === null ? null : forkedFrom.id,
    forkedFrom === null ? null : forkedFrom.seq,
    created.thread,
    created.inputDigest,
    attributesText(created.attributes),
    created.createdBy,
    created.createdAt,
    created.createdAt,
  );
  if (row === null) throw new TypeError("the insert of a run gave no key back");
  const pk = integer(row, "pk");
  for (const [seq, entry] of numbered.entries) yield insertEntry(pk, seq, entry);
  yield* insertChunks(pk, created.chunks);
  for (const [n, mail] of numbered.mail) yield* insertMail(pk, n, mail);
  yield runChanged(context, pk, "run.started", created.createdAt);
  context.news.ready = true;
  return pk;
}

export function* start(context: Context, operation: StartOperation): Program<StartResult> {
  const { name, namespace } = context;
  const { run: created, signal } = operation;
  // The common case is a new id: a look into two indexes decides that, a wide row is read only where there is one.
  const taken = yield* one("idTaken", namespace, created.id, namespace, created.id);
  if (taken !== null && taken["removed"] === 0) {
    const existing = yield* one("runById", namespace, created.id);
    if (existing === null) throw new TypeError("a run vanished while it was read");
    const row = readRun(existing, name);
    if (signal === null || isFinished(row.status))
      return { type: "started", created: false, run: row, tombstone: null };
    yield* deliver(context, { type: "deliver", to: { pk: row.pk }, mail: signal, allowedIn: null });
    const after = yield* one("runByPk", row.pk, namespace);
    return { type: "started", created: false, run: after && readRun(after, name), tombstone: null };
  }
  const buried = taken === null ? null : yield* one("tombstone", namespace, created.id);
  if (buried !== null) return { type: "started", created: false, run: null, tombstone: readTombstone(buried) };
  const pk = yield* createRun(context, created, null);
  if (signal !== null && (yield* duplicateOf(pk, signal)) === null) {
    const found = yield* one("deliveryByPk", pk, namespace);
    if (found !== null) {
      yield* insertMail(pk, integer(found, "seq") + 1, signal);
      yield* run("countMail", created.createdAt, pk);
    }
  }
  if (signal !== null) {
    const row = yield* one("runByPk", pk, namespace);
    return { type: "started", created: true, run: row && readRun(row, name), tombstone: null };
  }
  const { seq } = numberAtBirth(created);
  const row: RunRow = { ...bornRow(name, pk, 1, created), seq, entryCount: created.entries.length };
  return { type: "started", created: true, run: row, tombstone: null };
}
