import type { Millis, Store } from "@holdpoint/core";
import type { DatabaseClock } from "../clock/database-clock.ts";
import * as read from "../operations/read.ts";
import { dueSchedules } from "../operations/schedule.ts";
import { hasOrphans, register, renew, takeOver } from "../operations/workers.ts";
import type { InNamespace, Reading } from "./lookups.ts";

/** How a store reads and writes, and whose clock counts. */
export interface Clocked extends Pick<Reading, "reading" | "looking"> {
  changing: InNamespace;
  clock: DatabaseClock;
  /** Asks the database what time it is. Not called where the caller's clock counts. */
  askTime(): Promise<Millis>;
}

type Due = Pick<Store, "register" | "renew" | "takeOver" | "workers" | "dueHolds" | "nextHoldAt" | "dueSchedules">;

/** What depends on what time it is: leases, and what is due. Where the database has a clock of its own, that one counts. */
export function due({ reading, looking, changing, clock, askTime }: Clocked): Due {
  /** The database's time where the engine says `caller`; asked, because a lease must not rest on what was learned long ago. */
  const timeAt = async (caller: Millis): Promise<Millis> => {
    if (clock.isCaller) return caller;
    clock.learn(await askTime(), caller);
    return clock.toDatabase(caller);
  };
  return {
    async register(namespace, worker) {
      const caller = Date.now();
      const leaseUntil = worker.leaseUntil + ((await timeAt(caller)) - caller);
      await changing(namespace, (context) => register(context, { ...worker, leaseUntil }));
    },
    async renew(namespace, incarnation, caller, leaseUntil) {
      const now = await timeAt(caller);
      return changing(namespace, (context) => renew(context, incarnation, now, leaseUntil + (now - caller)));
    },
    async takeOver(namespace, request) {
      const asked = { ...request, now: await timeAt(request.now) };
      const needed = await reading(namespace, (context) => hasOrphans(context, asked));
      return needed ? changing(namespace, (context) => takeOver(context, asked)) : 0;
    },
    async workers(namespace) {
      const rows = await looking(namespace, read.workers);
      return rows.map((row) => ({ ...row, leaseUntil: clock.toCaller(row.leaseUntil) }));
    },
    dueHolds: (namespace, now, limit) =>
      looking(namespace, (context) => read.dueHolds(context, clock.toDatabase(now), limit)),
    async nextHoldAt(namespace) {
      const at = await looking(namespace, read.nextHoldAt);
      return at === null ? null : clock.toCaller(at);
    },
    async dueSchedules(namespace, caller, limit) {
      // Asked, not taken from what was learned: a clock that has just jumped must not start anything early.
      const now = await timeAt(caller);
      return reading(namespace, (context) => dueSchedules(context, now, limit));
    },
  };
}
