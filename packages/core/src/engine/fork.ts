import { randomBytes, randomUUID } from "node:crypto";
import { HoldpointError, InvalidStateError, NotFoundError, RunConflictError, ValidationError } from "../errors.ts";
import { entryHash, genesis, mailDigest, payloadDigest } from "../journal/chain.ts";
import { chunkHashes } from "../journal/chunks.ts";
import { sha256 } from "../journal/sha256.ts";
import { forkSeed } from "../run/entropy.ts";
import type { ForkNotes } from "../run/execution.ts";
import { currentSpec } from "../run/new-run.ts";
import type { Chunk, Entry, History, Mail, NewEntry, NewMail, NewRun, RunRow } from "../store/store.ts";
import type { EngineParts } from "./parts.ts";

export interface ForkOptions {
  /** The key (`step:pay#1`) that the new run does afresh, with everything after it; or a journal number to go on after. */
  from: string | number;
  /** `reuse` keeps what people decided before that point; `ask` asks them again. */
  decisions: "reuse" | "ask";
  id?: string;
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
  const end = cutBefore(sourceId, whole, options.from);
  const prefix = inheritable(whole, end, options.decisions);
  const id = options.id ?? randomUUID();
  const run = copyRun(parts, source, prefix, {
    id,
    by: options.by ?? source.createdBy,
    at: clock.now(),
    upTo: end - 1,
    chunks: await chunksOf(parts, source, prefix.rows),
  });
  const result = await committer.submit({ type: "start", run, signal: null });
  if (result.type === "refused") throw new HoldpointError("STORE", `the fork was not taken: ${result.reason}`);
  if (!result.created) throw new RunConflictError(id, "is taken; choose another id for the fork");
  return id;
}

/** The first number that is not copied. */
function cutBefore(id: string, { entries }: History, from: string | number): number {
  if (typeof from === "number") return from + 1;
  const first = entries.find((entry) => entry.key === from);
  if (first) return first.seq;
  const known = entries.map((entry) => entry.key).filter((key) => key !== "run" && !key.startsWith("run/"));
  throw new ValidationError("fork", [
    {
      path: "from",
      message: `"${from}" is not in the journal of ${id}; it has ${[...new Set(known)].slice(0, 12).join(", ")}`,
    },
  ]);
}

type Row = { entry: Entry } | { mail: Mail };
const numberOf = (row: Row): number => ("entry" in row ? row.entry.seq : row.mail.n);

/** Which rows are copied, in order, and from which on they are a memo only. */
function inheritable(
  history: History,
  end: number,
  decisions: "reuse" | "ask",
): { rows: Row[]; memoFrom: number | null } {
  const rows: Row[] = [...history.entries.map((entry) => ({ entry })), ...history.mail.map((mail) => ({ mail }))]
    .filter((row) => numberOf(row) < end)
    .sort((a, b) => numberOf(a) - numberOf(b));
  const finished = new Set(rows.flatMap((row) => ("mail" in row && row.mail.kind === "child" ? [row.mail.key] : [])));
  const asked = decisions === "ask" ? rows.findIndex((row) => "entry" in row && isHold(row.entry)) : -1;
  const kept = rows.filter((row) => {
    if ("mail" in row) {
      if (row.mail.kind === "cancel" || row.mail.kind === "pause" || row.mail.kind === "resume") return false;
      return decisions === "reuse" || (row.mail.kind !== "decision" && row.mail.kind !== "holdExpired");
    }
    const { entry } = row;
    // Unfinished children start afresh; undecided holds open again under the fork; the source's end is not the fork's.
    if (entry.kind === "child" && !finished.has(entry.key)) return false;
    if (entry.kind === "hold") return decisions === "reuse" && isAnswered(rows, entry.key);
    if (entry.key.startsWith("run/") || (entry.key === "run" && entry.seq > 1)) return false;
    return !entry.key.startsWith("shield:cleanup");
  });
  const before = asked < 0 ? -1 : kept.filter((row) => numberOf(row) < numberOf(rows[asked] as Row)).length;
  return { rows: kept, memoFrom: asked < 0 ? null : before + 1 };
}

const isHold = (entry: Entry): boolean => entry.kind === "hold" && entry.phase.startsWith("opened");

function isAnswered(rows: readonly Row[], key: string): boolean {
  return rows.some((row) =>
    "mail" in row
      ? (row.mail.kind === "decision" || row.mail.kind === "holdExpired") && row.mail.key.replace(/~\d+$/, "") === key
      : row.entry.kind === "hold" && row.entry.key === key && row.entry.phase.startsWith("settled"),
  );
}

/** The rows of one run as the first rows of another: renumbered, salted and chained anew. */
function copyRun(
  parts: EngineParts,
  source: RunRow,
  prefix: { rows: readonly Row[]; memoFrom: number | null },
  fork: { id: string; by: string | null; at: number; upTo: number; chunks: Chunk[] },
): NewRun {
  const inherited = prefix.rows.length;
  const salt = randomBytes(16);
  const seed = forkSeed(source.seed, inherited, randomBytes(12).toString("base64url"));
  const forkedFrom = { id: source.id, seq: fork.upTo };
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
  const notes: ForkNotes = { inherited, ...(prefix.memoFrom === null ? {} : { memoFrom: prefix.memoFrom }) };
  const numbers: NonNullable<NewRun["numbers"]> = { entries: [], mail: [] };
  const entries: NewEntry[] = [];
  const mail: NewMail[] = [];
  let head = origin;
  let mailSeen = 0;
  let uncovered: Uint8Array[] = [];
  prefix.rows.forEach((row, index) => {
    const number = index + 1;
    if ("mail" in row) {
      const { n: _n, ...rest } = row.mail;
      mail.push(rest);
      numbers.mail.push(number);
      uncovered.push(mailDigest({ ...rest, n: number }));
      mailSeen = number;
      return;
    }
    const { seq: _seq, ...rest } = row.entry;
    const entry: NewEntry = {
      ...rest,
      mailSeen,
      measures: index === 0 ? JSON.stringify(notes) : rest.measures,
      hash: head,
    };
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
    inputDigest: sha256(Buffer.from(`fork\0${source.id}\0${fork.upTo}\0${fork.id}`, "utf8")),
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

/** Chunks that copied payloads refer to. */
async function chunksOf(parts: EngineParts, source: RunRow, rows: readonly Row[]): Promise<Chunk[]> {
  const hashes = rows.flatMap((row) => {
    const { payload } = "entry" in row ? row.entry : row.mail;
    return payload?.ref ? chunkHashes(payload) : [];
  });
  if (hashes.length === 0) return [];
  const found = await parts.store.chunks(parts.namespace, source.pk, hashes);
  return hashes.flatMap((hash, i) => {
    const bytes = found[i];
    return bytes ? [{ hash, bytes }] : [];
  });
}
