import { randomUUID } from "node:crypto";
import { HoldpointError, InvalidStateError, NotFoundError, RunConflictError, ValidationError } from "../errors.ts";
import { entryHash, genesis, mailDigest, payloadDigest } from "../journal/chain.ts";
import { chunkHashes } from "../journal/chunks.ts";
import { decodePayload } from "../journal/payload.ts";
import { sha256 } from "../journal/sha256.ts";
import { forkSeed } from "../run/entropy.ts";
import type { ForkNotes } from "../run/fork-notes.ts";
import type { RetryNotes } from "../run/mail.ts";
import { currentSpec } from "../run/new-run.ts";
import { randomSalt, randomText } from "../run/random-supply.ts";
import type { Chunk, Entry, Mail, NewEntry, NewMail, NewRun, RunRow } from "../store/store.ts";
import { numberOf, type Prefix, prefixOf, type Row } from "./fork-prefix.ts";
import type { EngineParts } from "./parts.ts";

/** Where a fork begins. */
export interface ForkOptions {
  /** The key (`step:pay#1`) that the new run does afresh, with everything after it; or a journal number to go on after. */
  from: string | number;
  /** `reuse` keeps what people decided before that point; `ask` asks them again. */
  decisions: "reuse" | "ask";
  /** Public id of the new run; default a random one. */
  id?: string;
  /** Who starts it; default who started the source. */
  by?: string;
}

/**
 * Makes a new run out of the beginning of another one: a copy of its record up to a point, with a chain of its own.
 * What was copied is inherited: its steps are not run again, and never undone by the fork. Gives the new run's id.
 */
export async function forkRun(parts: EngineParts, sourceId: string, options: ForkOptions): Promise<string> {
  const { store, namespace, clock, committer } = parts;
  const source = await store.run(namespace, sourceId);
  if (!source) throw new NotFoundError("run", sourceId);
  if (options.decisions !== "reuse" && options.decisions !== "ask") {
    throw new ValidationError("fork", [{ path: "decisions", message: 'must be "reuse" or "ask"' }]);
  }
  if (source.salt === null) throw new InvalidStateError(`run ${sourceId} was erased: there is nothing to fork`);
  const [history] = await store.history(namespace, [{ pk: source.pk, after: 0 }]);
  const whole = history ?? { entries: [], mail: [] };
  const prefix = prefixOf(sourceId, whole, options.from, options.decisions, parts.codec);
  const id = options.id ?? randomUUID();
  const run = copyRun(parts, source, prefix, {
    id,
    by: options.by ?? source.createdBy,
    at: clock.now(),
    chunks: await chunksOf(parts, source, prefix.rows),
  });
  const result = await committer.submit({ type: "start", run, signal: null });
  if (result.type === "refused") throw new HoldpointError("STORE", `the fork was not taken: ${result.reason}`);
  if (!result.created) throw new RunConflictError(id, "is taken; choose another id for the fork");
  return id;
}

/** The rows of one run as the first rows of another: renumbered, salted and chained anew. */
function copyRun(
  parts: EngineParts,
  source: RunRow,
  prefix: Prefix,
  fork: { id: string; by: string | null; at: number; chunks: Chunk[] },
): NewRun {
  const { rows } = prefix;
  const inherited = rows.length;
  const numbering = new Numbering(rows);
  const notes: ForkNotes = { inherited, memo: memoOf(rows, prefix, numbering) };
  const point = prefix.askedAt === null ? inherited : numbering.upTo(prefix.askedAt - 1);
  const salt = randomSalt();
  const seed = forkSeed(source.seed, (from) => numbering.upTo(from), point, randomText(12, "base64url"));
  const forkedFrom = { id: source.id, seq: prefix.upTo };
  const identity = {
    namespace: parts.namespace,
    id: fork.id,
    generation: 1,
    workflow: source.workflow,
    createdBy: fork.by,
    createdAt: fork.at,
    seed,
    forkedFrom,
  };
  const origin = genesis(identity, parts.options.chainKey);
  const seal = parts.store.sealing?.newRun(identity) ?? null;
  const numbers: NonNullable<NewRun["numbers"]> = { entries: [], mail: [] };
  const entries: NewEntry[] = [];
  const mail: NewMail[] = [];
  let head = origin;
  let mailSeen = 0;
  let uncovered: Uint8Array[] = [];
  rows.forEach((row, index) => {
    const number = index + 1;
    if ("mail" in row) {
      const { n: _n, ...rest } = translateMail(parts, row.mail, numbering);
      if (seal && rest.payload) rest.payload = seal.mail(rest, rest.payload);
      mail.push(rest);
      numbers.mail.push(number);
      uncovered.push(mailDigest({ ...rest, n: number }));
      mailSeen = number;
      return;
    }
    const { seq: _seq, ...rest } = translateEntry(parts, row.entry, numbering);
    const entry: NewEntry = {
      ...rest,
      mailSeen,
      measures: index === 0 ? JSON.stringify(notes) : rest.measures,
      hash: head,
    };
    if (seal && entry.payload) entry.payload = seal.entry(entry, entry.payload);
    head = entryHash(head, entry, payloadDigest(salt, entry.payload), uncovered, origin);
    entry.hash = head;
    uncovered = [];
    entries.push(entry);
    numbers.entries.push(number);
  });
  return {
    id: fork.id,
    workflow: source.workflow,
    version: source.version,
    spec: currentSpec,
    codeHash: source.codeHash,
    queue: source.queue,
    priority: source.priority,
    concurrencyKey: source.concurrencyKey,
    readyAt: fork.at,
    thread: source.thread,
    attributes: source.attributes,
    createdBy: fork.by,
    createdAt: fork.at,
    inputDigest: sha256(Buffer.from(`fork\0${source.id}\0${prefix.upTo}\0${fork.id}`, "utf8")),
    seed,
    salt,
    parent: null,
    forkedFrom,
    entries,
    chunks: fork.chunks,
    mail,
    numbers,
    head,
  };
}

/** From the source's numbers to the fork's. */
class Numbering {
  private readonly kept: number[];

  constructor(rows: readonly Row[]) {
    this.kept = rows.map(numberOf);
  }

  /** How many rows were taken over up to a number: the fork's number of the last of them. */
  upTo(number: number): number {
    let low = 0;
    let high = this.kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.kept[middle] as number) <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The fork's number of a row, or of the next one if it was not taken over. */
  of(number: number): number {
    return this.upTo(number - 1) + 1;
  }
}

/** A retry says where it went back to. */
function translateMail(parts: EngineParts, mail: Mail, numbering: Numbering): Mail {
  if (mail.kind !== "retry") return mail;
  const { from, superseded = [] } = decodePayload(mail.payload, parts.codec) as RetryNotes;
  if (from === null) return mail;
  const notes = { from: numbering.of(from), superseded: superseded.map((number) => numbering.of(number)) };
  return { ...mail, payload: parts.encodeInline(notes, "retry") };
}

/** An answer that was not taken says which one. */
function translateEntry(parts: EngineParts, entry: Entry, numbering: Numbering): Entry {
  if (!/^(refused|again):/.test(entry.phase)) return entry;
  const notes = decodePayload(entry.payload, parts.codec) as { mail: number };
  return { ...entry, payload: parts.encodeInline({ ...notes, mail: numbering.of(notes.mail) }, entry.key) };
}

/** Which of the fork's numbers are results to use if the code asks for them: from the first hold asked again, and the source's own. */
function memoOf(rows: readonly Row[], { askedAt }: Prefix, numbering: Numbering): [number, number][] {
  const [start] = rows;
  const own =
    start && "entry" in start && start.entry.measures
      ? ((JSON.parse(start.entry.measures) as Partial<ForkNotes>).memo ?? [])
      : [];
  const memo = own.map(([from, to]): [number, number] => [numbering.of(from), numbering.upTo(to)]);
  return askedAt === null ? memo : [...memo, [numbering.of(askedAt), rows.length]];
}

/** Chunks that copied payloads refer to. */
async function chunksOf(parts: EngineParts, source: RunRow, rows: readonly Row[]): Promise<Chunk[]> {
  const hashes = rows.flatMap((row) => {
    const { payload } = "entry" in row ? row.entry : row.mail;
    return payload?.ref ? chunkHashes(payload) : [];
  });
  if (hashes.length === 0) return [];
  const distinct = [...new Map(hashes.map((hash) => [Buffer.from(hash).toString("base64"), hash])).values()];
  const found = await parts.store.chunks(parts.namespace, source.pk, distinct);
  return distinct.flatMap((hash, i) => {
    const bytes = found[i];
    return bytes ? [{ hash, bytes }] : [];
  });
}
