import { type Engine, RunConflictError, systemClock } from "@holdpoint/core";
import { deliver, deliveryId } from "./deliveries.ts";
import type { FoundEvent } from "./event.ts";
import { findEvents } from "./find-events.ts";
import { traceKind } from "./recording-store.ts";
import { wants } from "./subscription.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { Trace } from "./trace.ts";

/** What a relay works with. */
export interface RelayParts {
  engine: Engine;
  subscriptions: Subscriptions;
  /** Whose traces are this process's own. */
  mark: string;
  pollMs: number;
  /** So long traces of others are left to them: whoever died does not come back for theirs. */
  graceMs: number;
}

const pageSize = 200;
/** So many messages are remembered, not to be started again for each further line of a hold's trail. */
const remembered = 20_000;

/**
 * Makes messages of traces: looks what really happened, asks every subscription whether it wants to hear of it, starts a delivery for
 * each that does, and only then drops the trace. Whatever it is interrupted by, the trace is there still, and a message started twice
 * is one message.
 */
export class Relay {
  private readonly parts: RelayParts;
  private looking: Promise<void> | null = null;
  private again = false;
  private stopped = false;
  private stopTimer: (() => void) | null = null;
  /** Since when traces of others are known, on this process's own clock. */
  private strange = new Map<string, number>();
  private readonly started = new Set<string>();

  constructor(parts: RelayParts) {
    this.parts = parts;
  }

  start(): () => Promise<void> {
    this.soon();
    return async () => {
      this.stopped = true;
      this.stopTimer?.();
      await this.looking;
    };
  }

  /** Looks now; while it does so already, once more after that. */
  soon(): void {
    if (this.stopped) return;
    this.again = true;
    this.looking ??= this.work().finally(() => {
      this.looking = null;
    });
  }

  private async work(): Promise<void> {
    this.stopTimer?.();
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        await this.look();
      } catch (error) {
        if (!this.stopped) console.warn("holdpoint: webhooks could not be looked after; it is tried again", { error });
      }
    }
    if (!this.stopped) this.stopTimer = systemClock.timer(this.parts.pollMs, () => this.soon(), { unref: true });
  }

  private async look(): Promise<void> {
    const { store, namespace } = this.parts.engine;
    await this.parts.engine.open();
    const strange = new Map<string, number>();
    for (let after: string | undefined; !this.stopped; ) {
      const page = { limit: pageSize, now: Date.now(), ...(after === undefined ? {} : { after }) };
      const rows = await store.records(namespace, traceKind, page);
      const mine = rows.filter(({ id }) => this.isMine(id, strange));
      const traces = mine.flatMap(({ body }) => JSON.parse(body) as Trace[]);
      if (traces.length > 0) await this.tell(traces);
      const drops = mine.map(
        ({ id }) => ({ type: "dropRecord", kind: traceKind, id, expected: "any", at: Date.now() }) as const,
      );
      if (drops.length > 0) await store.commit(namespace, drops);
      after = rows.at(-1)?.id;
      if (rows.length < pageSize) break;
    }
    this.strange = strange;
  }

  /** A trace of this process, or one that nobody has come for. */
  private isMine(id: string, strange: Map<string, number>): boolean {
    if (id.startsWith(`${this.parts.mark}.`)) return true;
    const now = performance.now();
    const since = this.strange.get(id) ?? now;
    strange.set(id, since);
    return now - since >= this.parts.graceMs;
  }

  private async tell(traces: readonly Trace[]): Promise<void> {
    const { engine, subscriptions } = this.parts;
    const all = (await subscriptions.list()).map(({ id, value }) => ({ id, value }));
    if (all.length === 0) return;
    const found = new Map<string, FoundEvent>();
    for (const trace of distinct(traces))
      for (const one of await findEvents(engine, trace)) found.set(one.event.id, one);
    const messages = [...found.values()].flatMap((one) =>
      all.filter(({ value }) => wants(value, one)).map(({ id }) => ({ webhook: id, event: one.event })),
    );
    // Side by side, they share transactions.
    for (let at = 0; at < messages.length; at += 100)
      await Promise.all(messages.slice(at, at + 100).map(({ webhook, event }) => this.send(webhook, event)));
  }

  private async send(webhook: string, event: FoundEvent["event"]): Promise<void> {
    const id = deliveryId(webhook, event.id);
    if (this.started.has(id)) return;
    await deliver(this.parts.engine, webhook, event).catch((error: unknown) => {
      // Somebody else has told of it, in words of another moment.
      if (!(error instanceof RunConflictError)) throw error;
    });
    if (this.started.size >= remembered) this.started.clear();
    this.started.add(id);
  }
}

const distinct = (traces: readonly Trace[]): Trace[] => [
  ...new Map(traces.map((trace) => [JSON.stringify(trace), trace])).values(),
];
