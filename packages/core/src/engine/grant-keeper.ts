import { HoldpointError } from "../errors.ts";
import type { Situation } from "../hold/electorate.ts";
import { type GrantSubject, patternOf, type StoredGrant, whyNotCovered, withSettled, withUse } from "../hold/grant.ts";
import type { Move } from "../hold/move.ts";
import { castVote } from "../hold/vote.ts";
import type { HoldRow } from "../store/store.ts";
import { GrantBook } from "./grant-book.ts";
import { actOnHold, documentOf, situationOf } from "./hold-acting.ts";
import type { EngineParts } from "./parts.ts";

/** How often grants that others gave, and holds that nobody offered to them, are looked for, in ms. */
const pollMs = 5000;
/** How many open holds of one step are offered in one look. */
const mostOpen = 500;

/**
 * Uses grants: each hold that opens in this process is offered to those that are meant for such holds, once its opening is written. A worker also looks now and
 * then for holds that were opened by a process that died before it could.
 *
 * A use is reserved in the grant's record first, then its vote is given by the hold's own rules. The reservation names the hold, so it
 * is one use however often and by however many it is tried; one whose hold closed without the vote is taken back when the next is made.
 */
export class GrantKeeper {
  readonly book: GrantBook;
  private readonly parts: EngineParts;
  /** Grants that count, as far as this process knows. */
  private known: StoredGrant[] = [];
  /** One hold at a time: of holds that open together each finds what the one before has used. */
  private queue: Promise<unknown> = Promise.resolve();
  private used = 0;
  private cancel: (() => void) | null = null;
  private stopped = false;

  constructor(parts: EngineParts) {
    this.parts = parts;
    this.book = new GrantBook(parts);
  }

  start(): void {
    this.stopped = false;
    void this.look();
    if (this.parts.store.shared) this.poll();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    this.cancel = null;
    await this.queue;
  }

  private poll(): void {
    const again = (): void => {
      this.poll();
      void this.look();
    };
    this.cancel = this.parts.clock.timer(pollMs, again, { unref: true, poll: true });
  }

  /** Holds were opened here. */
  opened(workflow: string, holds: readonly { id: string; name: string }[]): void {
    if (this.known.length === 0) return;
    for (const { id, name } of holds) {
      if (this.known.some(({ like }) => like.workflow === workflow && like.name === name))
        void this.enqueue(() => this.offer(id));
    }
  }

  /** Learns what grants there are, and offers them what is open; ends when that is done. */
  look(): Promise<unknown> {
    return this.enqueue(async () => {
      this.known = (await this.book.list({ ended: false })).filter(({ revoked }) => revoked === null);
      const { store, namespace } = this.parts;
      const steps = new Map(this.known.map(({ like }) => [`${like.workflow}\0${like.name}`, like]));
      for (const { workflow, name } of steps.values()) {
        const since = Math.min(...this.known.filter(({ like }) => like.workflow === workflow).map(({ at }) => at));
        const filter = { status: ["open"], workflow, name, origin: "author" } as const;
        const { items } = await store.holds(namespace, filter, { limit: mostOpen, cursor: null });
        for (const row of items) if (row.openedAt >= since) await this.offer(row.id);
      }
    });
  }

  /** Everything that was offered is done; whether a vote was given since this was asked last. */
  async idle(): Promise<boolean> {
    await this.queue;
    const did = this.used > 0;
    this.used = 0;
    return did;
  }

  private enqueue(work: () => Promise<void>): Promise<unknown> {
    this.queue = this.queue.then(async () => {
      if (this.stopped) return;
      try {
        await work();
      } catch (error) {
        // The hold waits for people, as it would without a grant; the next look offers it again.
        this.parts.worker.host.engineLog.warn({ error }, "grants could not be looked at");
      }
    });
    return this.queue;
  }

  /** Offers an open hold to every grant that may be meant for it, until it is decided. */
  private async offer(id: string): Promise<void> {
    for (const grant of this.known) {
      const row = await this.parts.store.hold(this.parts.namespace, id);
      if (row?.status !== "open") return;
      const subject = this.subjectOf(row);
      const situation = await situationOf(this.parts, row, [grant.by]);
      if (voteOf(grant, subject, situation) === null) continue;
      const reserved = await this.reserve(grant, subject, situation);
      if (reserved) await this.vote(reserved, subject);
    }
  }

  private async vote(grant: StoredGrant, subject: GrantSubject): Promise<void> {
    const from = { by: grant.by, channel: "grant", address: grant.id };
    try {
      await actOnHold(this.parts, subject.id, from, (situation) => voteOf(grant, subject, situation));
      this.used++;
    } catch (error) {
      // Somebody was faster: the reservation goes back when it is certain that the hold closed without this vote.
      if (error instanceof HoldpointError && error.code === "HOLD_CONFLICT") return;
      throw error;
    }
  }

  /** Reserves a use; of a grant that is used up one that comes back. Null when there is none. */
  private async reserve(grant: StoredGrant, subject: GrantSubject, situation: Situation): Promise<StoredGrant | null> {
    const { id } = subject;
    const at = this.parts.clock.now();
    const take = (): Promise<StoredGrant | null> =>
      this.book.change(grant.id, (latest) =>
        whyNotCovered(latest, subject, situation) === null ? withUse(latest, id, at) : null,
      );
    const taken = await take();
    if (taken) return taken;
    const latest = await this.book.get(grant.id);
    const open = latest.uses.filter(({ settled }) => !settled).map(({ hold }) => hold);
    if (open.length === 0) {
      // Nothing of it comes back any more.
      if (latest.uses.length >= latest.count) this.known = this.known.filter((one) => one.id !== grant.id);
      return null;
    }
    const known = await this.outcomes(grant.id, open);
    if (known.size === 0) return null;
    await this.book.change(grant.id, (now) => withSettled(now, known));
    return [...known.values()].includes(false) ? take() : null;
  }

  /** Of holds that uses were reserved for: true where the vote is there, false where it closed without; one that is open is left out. */
  private async outcomes(grant: string, holds: readonly string[]): Promise<Map<string, boolean>> {
    const { store, namespace } = this.parts;
    const known = new Map<string, boolean>();
    for (const hold of holds) {
      const row = await store.hold(namespace, hold);
      const events = await store.holdEvents(namespace, hold);
      if (events.some(({ channel, address }) => channel === "grant" && address === grant)) known.set(hold, true);
      else if (row?.status !== "open") known.set(hold, false);
    }
    return known;
  }

  private subjectOf(row: HoldRow): GrantSubject {
    const { id, severity, origin, openedAt } = row;
    return { id, severity, origin, openedAt, like: patternOf(row, documentOf(this.parts, row)) };
  }
}

/** The vote that a grant gives on a hold; null where it is not meant for it, or the hold's rules do not take it. */
function voteOf(grant: StoredGrant, subject: GrantSubject, situation: Situation): Move | null {
  if (whyNotCovered(grant, subject, situation) !== null) return null;
  const { id, by, note } = grant;
  const ballot = { by, note, value: { approved: true }, option: null, channel: "grant", checked: true, grant: id };
  try {
    return castVote(situation, ballot);
  } catch (error) {
    if (error instanceof HoldpointError) return null;
    throw error;
  }
}
