import { decodePayload } from "../../journal/payload.ts";
import type {
  AdvanceOperation,
  ClaimResult,
  DeliverOperation,
  HoldOperation,
  Operation,
  OperationResult,
  RunPk,
  RunRow,
  StoredPayload,
} from "../../store/store.ts";
import type { SimulatedProcess } from "./process.ts";
import { namespace, type World } from "./world.ts";

/** One claim of a run, and how it ended. */
interface Claim {
  epoch: number;
  process: SimulatedProcess;
  /** `given back` by the owner's own write, `taken` by somebody else; null while it lasts. */
  ended: "given back" | "taken" | null;
}

/** What the auditor knows of one generation of a run, from what the store accepted. */
interface Book {
  id: string;
  generation: number;
  claims: Claim[];
  /** `key phase` of every entry. */
  entries: Set<string>;
  openHolds: Set<string>;
  /** Closed scopes: their key and the branch that was not closed. */
  scopes: { key: string; winner: string }[];
}

/**
 * Watches every operation that the store applies, from the store's side, and knows what may never happen there:
 * a write of a worker that does not own the run, a park over unread mail, an open hold in a branch that has lost.
 */
export class Auditor {
  private readonly world: World;
  private readonly books = new Map<RunPk, Book>();
  /** Holds that a person and the deadline have both tried to close. */
  private readonly attempts = new Map<string, Set<"person" | "deadline">>();

  /** Of closed scopes, by the hash of the entry: the branch that was not closed, as a process said it before it was encrypted. */
  private readonly winners = new Map<string, string>();

  constructor(world: World) {
    this.world = world;
  }

  /** What a process is about to have encrypted and written. */
  hears(operations: readonly Operation[]): void {
    for (const operation of operations) {
      if (operation.type !== "advance") continue;
      for (const { kind, phase, payload, hash } of operation.entries)
        if (kind === "scope" && phase.startsWith("settled")) this.winners.set(hex(hash), winnerIn(payload));
    }
  }

  /** Claims, newest last, of one generation of a run. */
  claimsOf(runId: string, generation: number): readonly Claim[] {
    for (const book of this.books.values()) if (book.id === runId && book.generation === generation) return book.claims;
    return [];
  }

  isRecorded(runId: string, generation: number, key: string, phase: string): boolean {
    for (const book of this.books.values())
      if (book.id === runId && book.generation === generation) return book.entries.has(`${key} ${phase}`);
    return false;
  }

  claimed(process: SimulatedProcess, { runs, poisoned }: ClaimResult): void {
    for (const row of [...runs, ...poisoned]) {
      const book = this.book(row);
      const last = book.claims.at(-1);
      if (last) last.ended ??= "taken";
      if (last && row.epoch <= last.epoch) this.world.violation(`claim of ${row.id} did not raise its epoch`);
      book.claims.push({ epoch: row.epoch, process, ended: null });
    }
  }

  /** Rows of the runs that a batch is about to advance, as they are before. */
  async before(operations: readonly Operation[]): Promise<(RunRow | null)[]> {
    const rows: (RunRow | null)[] = [];
    for (const operation of operations) {
      rows.push(operation.type === "advance" ? await this.world.below.runByPk(namespace, operation.pk) : null);
    }
    return rows;
  }

  /** A batch was carried out. */
  applied(
    process: SimulatedProcess,
    operations: readonly Operation[],
    before: readonly (RunRow | null)[],
    results: readonly OperationResult[],
  ): void {
    operations.forEach((operation, i) => {
      const result = results[i] as OperationResult;
      if (operation.type === "advance") this.advanced(process, operation, before[i] ?? null, result);
      else if (operation.type === "hold") this.holdMoved(operation, result);
      else if (operation.type === "deliver") this.delivered(operation, result);
      else if (operation.type === "start" && operation.signal && result.type === "started" && result.created)
        this.world.coverage.met("early mail");
      else if (operation.type === "seal" && result.type === "sealed") {
        const book = this.books.get(operation.pk);
        const claim = book?.claims.at(-1);
        if (claim) claim.ended ??= "taken";
        book?.openHolds.clear();
      }
    });
  }

  private delivered({ to, mail }: DeliverOperation, result: OperationResult): void {
    if (result.type !== "delivered" || result.duplicate || !("id" in to)) return;
    const books = [...this.books.values()].filter((book) => book.id === to.id);
    if (mail.kind === "retry") {
      const book = books.at(-1);
      if (book) this.world.retried(book, book.claims.at(-1)?.epoch ?? 0);
      // It goes back to before some scopes were closed.
      for (const book of books) book.scopes = [];
    }
    if (mail.kind !== "signal") return;
    const wanted = new RegExp(`(^|/)signal:${mail.key}#\\d+ opened`);
    if (!books.some((book) => [...book.entries].some((entry) => wanted.test(entry)))) {
      this.world.coverage.met("early mail");
    }
  }

  private advanced(
    process: SimulatedProcess,
    operation: AdvanceOperation,
    row: RunRow | null,
    result: OperationResult,
  ): void {
    const { world } = this;
    if (result.type === "fenced") return world.coverage.met("fenced append");
    if (result.type === "refused") {
      if (process.actor.gone || row?.epoch !== operation.epoch) return;
      // A last write of an execution that was given up may arrive after the run was looked at: it is looked at again.
      if (givesBackUnseen(operation)) return;
      return world.violation(`the store refused what ${process.name} wrote: ${result.reason}`);
    }
    if (result.type !== "advanced" || row === null) return;
    if (result.repeated) return world.coverage.met("ambiguous commit found committed");
    const name = `${row.id}.${row.generation}`;
    if (row.status !== "running" || row.epoch !== operation.epoch || !process.incarnations.has(row.owner ?? "")) {
      world.violation(
        `${process.name} wrote to ${name}, which it does not own (epoch ${operation.epoch}, row ${row.epoch})`,
      );
    }
    if (operation.then.type === "park" && result.seq !== operation.expectSeq + operation.entries.length) {
      world.violation(`${name} was parked over unread mail (${operation.expectSeq} of ${result.seq})`);
    }
    const book = this.book(row);
    this.record(book, operation, name);
    if (operation.then.type !== "continue") {
      const claim = book.claims.at(-1);
      if (claim) claim.ended = givesBackUnseen(operation) ? "taken" : "given back";
    }
  }

  private record(book: Book, operation: AdvanceOperation, name: string): void {
    for (const { key, phase, kind, payload, hash } of operation.entries) {
      const id = `${key} ${phase}`;
      if (book.entries.has(id)) this.world.violation(`${name} has two entries ${id}`);
      book.entries.add(id);
      if (kind === "scope" && phase.startsWith("settled")) {
        book.scopes.push({ key, winner: this.winners.get(hex(hash)) ?? winnerIn(payload) });
      }
    }
    for (const hold of operation.holds) book.openHolds.add(hold.key);
    for (const { key } of operation.closeHolds) book.openHolds.delete(key);
    for (const { key } of operation.reopenHolds)
      if (!operation.closeHolds.some((closed) => closed.key === key)) book.openHolds.add(key);
    for (const scope of book.scopes) {
      for (const key of book.openHolds) {
        if (!key.startsWith(`${scope.key}.`)) continue;
        const inside = key.slice(scope.key.length + 1);
        if (inside.startsWith(`${scope.winner}/`) || /(^|\/)(shield|operator[:#])/.test(inside)) continue;
        this.world.violation(`${name}: hold ${key} is open although its branch has lost`);
      }
    }
    if (operation.then.type === "finish" && book.openHolds.size > 0)
      this.world.violation(`${name} ended with open holds: ${[...book.openHolds].join(", ")}`);
  }

  private holdMoved(operation: HoldOperation, result: OperationResult): void {
    const tried = this.attempts.get(operation.holdId) ?? new Set();
    this.attempts.set(operation.holdId, tried);
    const size = tried.size;
    tried.add(operation.events[0]?.channel === "deadline" ? "deadline" : "person");
    const votes = operation.events.some(({ action }) => action === "voted");
    if (votes && result.type === "conflict" && "hold" in result && result.hold.status === "open")
      this.world.coverage.met("votes collide");
    if (size === 1 && tried.size === 2) this.world.coverage.met("decision against deadline");
    if (result.type === "moved" && !result.repeated)
      this.books.get(result.hold.runPk)?.openHolds.delete(result.hold.key);
  }

  private book(row: RunRow): Book {
    let book = this.books.get(row.pk);
    if (!book) {
      book = {
        id: row.id,
        generation: row.generation,
        claims: [],
        entries: new Set(),
        openHolds: new Set(),
        scopes: [],
      };
      this.books.set(row.pk, book);
    }
    return book;
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const winnerIn = (payload: StoredPayload | null): string => (decodePayload(payload) as { winner: string }).winner;

/** With a note a run is given back unseen: by a worker that never got the claim's answer, or lacks the version. */
const givesBackUnseen = ({ then }: AdvanceOperation): boolean =>
  then.type === "park" && then.status === "ready" && then.note !== null;
