import { entryHash, genesis, mailDigest, payloadDigest } from "../journal/chain.ts";
import { chunkHashes } from "../journal/chunks.ts";
import type { SealEntry, Sealing } from "../store/sealing.ts";
import type {
  AdvanceOperation,
  AdvanceResult,
  Attributes,
  Chunk,
  Entry,
  EntryKind,
  EntryOutcome,
  Mail,
  NewEntry,
  NewHold,
  NewRun,
  Refused,
  RunRow,
  StoredPayload,
} from "../store/store.ts";
import type { Undone } from "../store/transactions.ts";
import type { Committed } from "./completion.ts";
import { added, none } from "./short-list.ts";

/** An entry that is going to be written, and what happens once it is durable. */
export interface Draft {
  key: string;
  phase: string;
  kind: EntryKind;
  outcome: EntryOutcome;
  payload: StoredPayload | null;
  startedAt: number;
  endedAt: number;
  attempt: number;
  measures: string | null;
  committed: Committed | null;
  /** The transaction it is written in, with what a step did there. */
  carrier?: Carrier;
}

/** A transaction of the database that an entry is written in. */
export interface Carrier {
  commit(operation: AdvanceOperation): Promise<AdvanceResult | Refused | Undone>;
  /** The database undid it: the draft is taken back. */
  undone(outcome: Undone): void;
}

/** What a run's entries are chained with. */
export interface ChainKeys {
  /** Keys the hash chain; undefined for a plain one. */
  readonly chainKey: Uint8Array | undefined;
  /** Encrypts what is chained; undefined where nothing is encrypted. */
  readonly sealing: Sealing | undefined;
}

/** What rides along with the next entries: seen together with them or not at all. */
interface Riders {
  chunks: Chunk[];
  holds: NewHold[];
  closeHolds: AdvanceOperation["closeHolds"];
  reopenHolds: AdvanceOperation["reopenHolds"];
  acceptHolds: AdvanceOperation["acceptHolds"];
  children: NewRun[];
  stream: Uint8Array[];
  attributes: Attributes | null;
  progress: { done: number; total: number } | null;
  version: number | null;
  phase: "compensating" | null;
}

const noRiders = (): Riders => ({
  chunks: [],
  holds: [],
  closeHolds: [],
  reopenHolds: [],
  acceptHolds: [],
  children: [],
  stream: [],
  attributes: null,
  progress: null,
  version: null,
  phase: null,
});

const noBytes = new Uint8Array(0);

/** Shared by all that have nothing to ride along; never changed. */
const nothing = noRiders();

/**
 * The writing half of a claimed run: collects drafts, chains their hashes, and makes one operation at a time.
 *
 * It knows the run's number (`seq`) and chain head as last seen; a result whose number skips tells that mail came in between.
 */
export class RunWriter {
  readonly pk: number;
  epoch: number;
  /** The run's number as far as this worker has read. */
  seq: number;
  head: Uint8Array;
  private salt: Uint8Array;
  private origin: Uint8Array;
  private readonly chainKey: Uint8Array | undefined;
  private readonly seal: SealEntry | null;
  private mailSeen: number;
  private uncovered: Uint8Array[] = none;
  private drafts: Draft[] = none;
  /** The run has had transactions: only then are its drafts looked through for one, of which there may be ten thousand. */
  private carries = false;
  private riders = nothing;
  private ridden = false;
  /** What the last operation wrote. */
  private written: readonly NewEntry[] = none;
  private inFlight: {
    operation: AdvanceOperation;
    drafts: Draft[];
    covering: Uint8Array[];
    carrier: Carrier | null;
  } | null = null;

  constructor(row: RunRow, covered: number, { chainKey, sealing }: ChainKeys) {
    this.chainKey = chainKey;
    this.seal = sealing?.entries(row) ?? null;
    this.origin = genesis(row, chainKey);
    this.pk = row.pk;
    this.epoch = row.epoch;
    this.seq = row.seq;
    this.head = row.head;
    this.salt = row.salt ?? noBytes;
    this.mailSeen = covered;
  }

  get busy(): boolean {
    return this.inFlight !== null;
  }

  get hasDrafts(): boolean {
    return this.drafts.length > 0;
  }

  /** The transaction that the operation in flight is written in. */
  get carrier(): Carrier | null {
    return this.inFlight?.carrier ?? null;
  }

  /** The next operation is written in a transaction. */
  get carried(): boolean {
    if (!this.carries) return false;
    for (const draft of this.drafts) if (draft.carrier !== undefined) return true;
    return false;
  }

  /** Something is waiting to be written, be it only what rides along. */
  get dirty(): boolean {
    return this.drafts.length > 0 || this.ridden;
  }

  add(draft: Draft): void {
    if (draft.carrier !== undefined) this.carries = true;
    this.drafts = added(this.drafts, draft);
  }

  /** What must be written with the next entries. */
  get ride(): Riders {
    if (!this.ridden) this.riders = noRiders();
    this.ridden = true;
    return this.riders;
  }

  /** Mail this worker has read: the next entry's hash covers it. False when it was read before. */
  sawMail(mail: Mail): boolean {
    if (mail.n <= this.mailSeen) return false;
    this.mailSeen = mail.n;
    if (mail.n > this.seq) this.seq = mail.n;
    this.uncovered = added(this.uncovered, mailDigest(mail));
    return true;
  }

  /** The run was claimed again by the worker that still has its coroutine. */
  reclaim(row: RunRow): void {
    this.epoch = row.epoch;
    this.head = row.head;
    this.salt = row.salt ?? noBytes;
    this.origin = genesis(row, this.chainKey);
  }

  /** The run is parked: its next row brings all of this again. */
  release(): void {
    this.written = none;
    this.head = noBytes;
    this.salt = noBytes;
    this.origin = noBytes;
  }

  /** Makes the next operation out of everything collected; there must be none in flight. */
  take(
    ending: AdvanceOperation["then"] | ((head: Uint8Array) => AdvanceOperation["then"]),
    at: number,
  ): AdvanceOperation {
    const { riders } = this;
    const carrier = this.carried ? (this.drafts.find((draft) => draft.carrier)?.carrier ?? null) : null;
    const drafts = carrier === null ? this.drafts : this.drafts.filter((one) => (one.carrier ?? carrier) === carrier);
    // Never the list itself when it is empty: mail that comes while the operation is in flight goes on to it.
    const covering = drafts.length > 0 && this.uncovered.length > 0 ? this.uncovered : none;
    const entries: NewEntry[] = new Array(drafts.length);
    let head = this.head;
    for (let i = 0; i < drafts.length; i++) {
      const draft = drafts[i] as Draft;
      const mails = this.uncovered;
      if (mails.length > 0) this.uncovered = none;
      const entry: NewEntry = {
        key: draft.key,
        phase: draft.phase,
        kind: draft.kind,
        outcome: draft.outcome,
        payload: this.seal && draft.payload ? this.seal(draft, draft.payload) : draft.payload,
        startedAt: draft.startedAt,
        endedAt: draft.endedAt,
        attempt: draft.attempt,
        measures: draft.measures,
        mailSeen: this.mailSeen,
        hash: head,
      };
      head = entryHash(head, entry, payloadDigest(this.salt, entry.payload), mails, this.origin);
      entry.hash = head;
      entries[i] = entry;
    }
    const operation: AdvanceOperation = {
      type: "advance",
      pk: this.pk,
      epoch: this.epoch,
      expectSeq: this.seq,
      previousHead: this.head,
      entries,
      head,
      ...riders,
      then: typeof ending === "function" ? ending(head) : ending,
      at,
    };
    this.inFlight = { operation, drafts, covering, carrier };
    // Those of other transactions wait: an operation is written in one.
    this.drafts = drafts.length < this.drafts.length ? this.drafts.filter((one) => !drafts.includes(one)) : none;
    if (this.ridden) {
      this.riders = nothing;
      this.ridden = false;
    }
    return operation;
  }

  /** Puts a refused-for-mail operation back, so that it can be made again once the mail is read. The run's end is drafted anew. */
  putBack(): Draft[] {
    const flight = this.inFlight;
    if (!flight) return [];
    this.inFlight = null;
    const { operation, drafts } = flight;
    this.uncovered = [...flight.covering, ...this.uncovered];
    this.drafts = [...drafts.filter((draft) => draft.key !== "run"), ...this.drafts];
    const later = this.riders;
    this.riders = {
      chunks: [...operation.chunks, ...later.chunks],
      holds: [...operation.holds, ...later.holds],
      closeHolds: [...operation.closeHolds, ...later.closeHolds],
      reopenHolds: [...operation.reopenHolds, ...later.reopenHolds],
      acceptHolds: [...operation.acceptHolds, ...later.acceptHolds],
      children: [...operation.children, ...later.children],
      stream: [...operation.stream, ...later.stream],
      attributes: operation.attributes ? { ...operation.attributes, ...later.attributes } : later.attributes,
      progress: later.progress ?? operation.progress,
      version: later.version ?? operation.version,
      phase: later.phase ?? operation.phase,
    };
    this.ridden = true;
    return drafts;
  }

  /** Whether all of these entries are this worker's own. Others mean that the run is somebody else's by now. */
  wrote(entries: readonly Entry[]): boolean {
    const own = this.inFlight?.operation.entries ?? [];
    return entries.every(({ hash }) => {
      const same = (one: NewEntry): boolean => Buffer.compare(one.hash, hash) === 0;
      return own.some(same) || this.written.some(same);
    });
  }

  /** Takes back the drafts that `takes` sees to, with the chunks of their values. Says whether there were any. */
  withdraw(takes: (draft: Draft) => boolean): boolean {
    const all = this.drafts;
    this.drafts = none;
    const kept: Draft[] = [];
    for (const draft of all) {
      if (!takes(draft)) kept.push(draft);
      else if (draft.payload?.ref) this.withdrawChunks(draft.payload);
    }
    this.drafts = [...kept, ...this.drafts];
    return kept.length < all.length;
  }

  /** One of each: an equal value that is still to be written has brought its own. */
  private withdrawChunks(payload: StoredPayload): void {
    const { chunks } = this.ride;
    for (const hash of chunkHashes(payload)) {
      const at = chunks.findIndex((chunk) => Buffer.compare(chunk.hash, hash) === 0);
      if (at >= 0) chunks.splice(at, 1);
    }
  }

  /** Forgets everything that was not written, and gives it back. */
  drop(): Draft[] {
    const dropped = [...(this.inFlight?.drafts ?? []), ...this.drafts];
    this.drafts = none;
    this.riders = nothing;
    this.ridden = false;
    this.inFlight = null;
    return dropped;
  }

  /** Takes the result of the operation in flight. Says from which number on mail must be read first, if any. */
  applied(result: AdvanceResult & { type: "advanced" }): {
    drafts: Draft[];
    firstSeq: number;
    readMailAfter: number | null;
    /** How much mail came in between. */
    skipped: number;
  } {
    const flight = this.inFlight;
    if (!flight) throw new Error("no operation in flight");
    this.inFlight = null;
    const { operation, drafts } = flight;
    const known = operation.expectSeq;
    const expected = known + operation.entries.length;
    this.head = operation.head;
    this.written = operation.entries;
    this.seq = Math.max(this.seq, result.seq);
    const skipped = Math.max(0, result.seq - expected);
    return { drafts, firstSeq: result.firstSeq, readMailAfter: skipped > 0 ? known : null, skipped };
  }
}
