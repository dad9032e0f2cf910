import { entryHash, genesis, payloadDigest } from "../journal/chain.ts";
import { sha256 } from "../journal/sha256.ts";
import type { Sealing } from "../store/sealing.ts";
import type { Attributes, Chunk, NewEntry, NewMail, NewRun, StoredPayload } from "../store/store.ts";
import { randomSalt, randomText } from "./random-supply.ts";
import { type TraceContext, traceNote } from "./trace-context.ts";

/** Revision of the journal's format and of the replay rules that new runs are stamped with. */
export const currentSpec = 1;

/** What is known about a run before it is created. */
export interface RunSeed {
  namespace: string;
  id: string;
  generation: number;
  workflow: string;
  version: number;
  input: StoredPayload | null;
  chunks: Chunk[];
  queue: string;
  priority: number;
  concurrencyKey: string | null;
  readyAt: number;
  thread: string | null;
  attributes: Attributes;
  createdBy: string | null;
  at: number;
  parent: NewRun["parent"];
  forkedFrom: NewRun["forkedFrom"];
  /** Derived from the parent for children, so that creating one twice makes the same one; random otherwise. */
  seed: string | null;
  mail: NewMail[];
  /** Digest of the first generation's input, by which a repeated start finds the run; default that of `input`. */
  startedWith?: Uint8Array;
  /** Chain head of the generation before; null for a first one. */
  previousHead: Uint8Array | null;
  chainKey: Uint8Array | undefined;
  sealing: Sealing | undefined;
  /** Whose trace it belongs to. */
  trace?: TraceContext | null;
}

/** Digest of workflow and input: tells a repeated start from a conflicting one. */
export function inputDigestOf(workflow: string, input: StoredPayload | null): Uint8Array {
  const name = Buffer.from(`${workflow}\0${input?.codec ?? ""}\0`, "utf8");
  return sha256(input ? Buffer.concat([name, input.bytes]) : name);
}

/** A run with its first entry, which carries the input and begins the chain. */
export function newRun(from: RunSeed): NewRun {
  const salt = randomSalt();
  const seed = from.seed ?? randomText(12, "base64url");
  const { id, workflow, createdBy, forkedFrom, at } = from;
  const origin = genesis(
    {
      namespace: from.namespace,
      id,
      generation: from.generation,
      workflow,
      createdBy,
      createdAt: at,
      seed,
      forkedFrom,
    },
    from.chainKey,
  );
  const entry: NewEntry = {
    key: "run",
    phase: "opened",
    kind: "run",
    outcome: null,
    payload: from.input,
    startedAt: at,
    // Its time for the run: when it may begin.
    endedAt: Math.max(at, from.readyAt),
    attempt: 0,
    measures: traceNote(from.trace),
    mailSeen: 0,
    hash: origin,
  };
  // A next generation has the key of the run it goes on with.
  const seal = from.generation > 1 ? from.sealing?.entries(from) : from.sealing?.newRun(from).entry;
  if (seal && from.input) entry.payload = seal(entry, from.input);
  entry.hash = entryHash(from.previousHead ?? origin, entry, payloadDigest(salt, entry.payload), [], origin);
  return {
    id,
    workflow,
    version: from.version,
    spec: currentSpec,
    codeHash: null,
    queue: from.queue,
    priority: from.priority,
    concurrencyKey: from.concurrencyKey,
    readyAt: from.readyAt,
    thread: from.thread,
    attributes: from.attributes,
    createdBy,
    createdAt: at,
    inputDigest: from.startedWith ?? inputDigestOf(workflow, from.input),
    seed,
    salt,
    parent: from.parent,
    forkedFrom,
    entries: [entry],
    chunks: from.chunks,
    mail: from.mail,
    numbers: null,
    head: entry.hash,
  };
}
