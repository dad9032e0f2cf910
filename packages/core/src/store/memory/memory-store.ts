import { InvalidStateError } from "../../errors.ts";
import { logFault } from "../../record/limits.ts";
import { linesOfStarts } from "../lines-of-starts.ts";
import type { Operation, OperationResult, ResultOf, RunPk, Store } from "../store.ts";
import { advance } from "./advance.ts";
import { claim } from "./claim.ts";
import { debounced, startDebounced } from "./debounce.ts";
import { deliver } from "./deliver.ts";
import { changes } from "./feed.ts";
import { hex } from "./hex.ts";
import { moveHold } from "./hold.ts";
import { appendLog, logLines } from "./log.ts";
import * as queries from "./queries.ts";
import { dropRecord, putRecord, record, records, sweepRecords } from "./records.ts";
import { erase, retain } from "./retention.ts";
import { holdRow, runRow } from "./rows.ts";
import { changeSchedule, dueSchedules, firings, schedules } from "./schedules.ts";
import { label, seal } from "./seal.ts";
import { Space } from "./space.ts";
import { start } from "./start.ts";
import { closedTimes, finishedTimes, openTimes } from "./times.ts";
import { register, renew, retire, takeOver } from "./workers.ts";

/**
 * A store in this process's memory: for tests, scripts and the simulation, and the model other stores are
 * tested against. Nothing survives the process.
 *
 * @example
 * const engine = createEngine({ store: memoryStore(), workflows: [refund] });
 */
export function memoryStore(): Store {
  const spaces = new Map<string, Space>();
  let lastPk: RunPk = 0;
  let closed = false;
  const nextPk = (): RunPk => ++lastPk;

  const spaceOf = (namespace: string): Space => {
    if (closed) throw new InvalidStateError("the store is closed");
    let space = spaces.get(namespace);
    if (space === undefined) {
      space = new Space(namespace);
      spaces.set(namespace, space);
    }
    return space;
  };

  const apply = (space: Space, operation: Operation): OperationResult => {
    switch (operation.type) {
      case "advance":
        return advance(space, nextPk, operation);
      case "start": {
        const { line } = operation;
        const fault =
          line && !space.current.has(operation.run.id) ? logFault({ log: line.log, lines: [line.line] }) : null;
        if (fault !== null) return { type: "refused", reason: fault };
        return operation.debounce
          ? startDebounced(space, nextPk, operation.run, operation.debounce)
          : start(space, nextPk, operation);
      }
      case "deliver":
        return deliver(space, operation);
      case "hold":
        return moveHold(space, operation);
      case "seal":
        return seal(space, operation);
      case "label":
        return label(space, operation);
      case "schedule":
        return changeSchedule(space, nextPk, operation);
      case "putRecord":
        return putRecord(space, operation);
      case "dropRecord":
        return dropRecord(space, operation);
      case "log":
        return appendLog(space, operation);
    }
  };

  return {
    name: "memory",
    shared: false,
    async open() {
      closed = false;
    },
    async close() {
      closed = true;
    },
    async commit<const O extends readonly Operation[]>(namespace: string, operations: O) {
      const space = spaceOf(namespace);
      const results: OperationResult[] = [];
      for (const operation of operations) results.push(apply(space, operation));
      for (const lines of linesOfStarts(operations, results)) appendLog(space, lines);
      space.announce();
      return results as { [I in keyof O]: ResultOf<O[I]> };
    },
    async claim(namespace, request) {
      const space = spaceOf(namespace);
      const result = claim(space, request);
      // What became ready here was made so for this claim; nobody else has to be told.
      space.pending.ready = false;
      return result;
    },
    history: async (namespace, wanted) => queries.history(spaceOf(namespace), wanted),
    unread: async (namespace, owned) => queries.unread(spaceOf(namespace), owned),
    async chunks(namespace, pk, hashes) {
      const chunks = spaceOf(namespace).runs.get(pk)?.chunks;
      return hashes.map((hash) => chunks?.get(hex(hash)) ?? null);
    },

    register: async (namespace, worker) => register(spaceOf(namespace), worker),
    renew: async (namespace, incarnation, now, leaseUntil) => renew(spaceOf(namespace), incarnation, now, leaseUntil),
    async retire(namespace, incarnation) {
      const space = spaceOf(namespace);
      retire(space, incarnation);
      space.announce();
    },
    async takeOver(namespace, request) {
      const space = spaceOf(namespace);
      const freed = takeOver(space, request);
      space.announce();
      return freed;
    },
    async workers(namespace) {
      const workers = [...spaceOf(namespace).workers.values()];
      return workers.map((worker) => ({ ...worker, capabilities: [...worker.capabilities] }));
    },

    async run(namespace, id) {
      const run = spaceOf(namespace).current.get(id);
      return run === undefined ? null : runRow(run);
    },
    async runByPk(namespace, pk) {
      const run = spaceOf(namespace).runs.get(pk);
      return run === undefined ? null : runRow(run);
    },
    generations: async (namespace, id) => queries.generations(spaceOf(namespace), id),
    async tombstone(namespace, id) {
      const tombstone = spaceOf(namespace).tombstones.get(id);
      return tombstone === undefined ? null : { ...tombstone };
    },
    runs: async (namespace, filter, page) => queries.runs(spaceOf(namespace), filter, page),
    children: async (namespace, pk) => queries.children(spaceOf(namespace), pk),
    async stream(namespace, pk, after, limit) {
      const stream = spaceOf(namespace).runs.get(pk)?.stream ?? [];
      return stream.slice(after, after + limit).map((bytes, i) => ({ n: after + i + 1, bytes }));
    },
    async labels(namespace, pk) {
      return [...(spaceOf(namespace).runs.get(pk)?.labels?.values() ?? [])].map((label) => ({ ...label }));
    },

    async hold(namespace, id) {
      const hold = spaceOf(namespace).holds.get(id);
      return hold === undefined ? null : holdRow(hold);
    },
    async holdByKey(namespace, pk, key) {
      const hold = spaceOf(namespace).runs.get(pk)?.holds?.get(key);
      return hold === undefined ? null : holdRow(hold);
    },
    holds: async (namespace, filter, page) => queries.holds(spaceOf(namespace), filter, page),
    async holdEvents(namespace, holdId) {
      return (spaceOf(namespace).holds.get(holdId)?.events ?? []).map((event) => ({ ...event }));
    },
    dueHolds: async (namespace, now, limit) => queries.dueHolds(spaceOf(namespace), now, limit),
    nextHoldAt: async (namespace) => spaceOf(namespace).dueHolds.first()?.row.nextAt ?? null,

    debounced: async (namespace, workflow, key) => debounced(spaceOf(namespace), workflow, key),
    schedules: async (namespace, filter, page) => schedules(spaceOf(namespace), filter, page),
    dueSchedules: async (namespace, now, limit) => dueSchedules(spaceOf(namespace), now, limit),
    firings: async (namespace, id, page) => firings(spaceOf(namespace), id, page),

    record: async (namespace, kind, id, now) => record(spaceOf(namespace), kind, id, now),
    records: async (namespace, kind, page) => records(spaceOf(namespace), kind, page),
    changes: async (namespace, page) => changes(spaceOf(namespace), page),
    sweep: async (namespace, now) => sweepRecords(spaceOf(namespace), now),
    logLines: async (namespace, log, page) => logLines(spaceOf(namespace), log, page),

    async cached(namespace, key, now) {
      const item = spaceOf(namespace).cache.get(key);
      return item === undefined || item.expiresAt <= now ? null : item.value;
    },
    async cache(namespace, key, value, expiresAt) {
      spaceOf(namespace).cache.set(key, { value, expiresAt });
    },

    retain: async (namespace, request) => retain(spaceOf(namespace), request),
    erase: async (namespace, pk, digests) => erase(spaceOf(namespace), pk, digests),
    sizes: async (namespace) => queries.sizes(spaceOf(namespace)),
    finishedTimes: async (namespace, span) => finishedTimes(spaceOf(namespace), span),
    closedTimes: async (namespace, span) => closedTimes(spaceOf(namespace), span),
    openTimes: async (namespace, limit) => openTimes(spaceOf(namespace), limit),

    watch(namespace, listener) {
      const { listeners } = spaceOf(namespace);
      // Wrapped, so that one function registered twice is called twice and stopped separately.
      const own: typeof listener = (signal) => listener(signal);
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}
