import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { memoryStore } from "../memory/memory-store.ts";
import type { RunRow, Store } from "../store.ts";
import { RandomCalls } from "./random-calls.ts";
import { Renumbered } from "./renumbered.ts";

const everything = { limit: 1_000, cursor: null };

/** All a store tells about a namespace. */
async function contentOf(store: Store, space: string, now: number): Promise<Record<string, unknown>> {
  const { items: runs } = await store.runs(space, {}, everything);
  const { items: holds } = await store.holds(space, {}, everything);
  const byRun = [];
  for (const { id } of runs) {
    for (const { pk } of await store.generations(space, id)) {
      const labels = await store.labels(space, pk);
      byRun.push({
        pk,
        row: await store.runByPk(space, pk),
        history: await store.history(space, [{ pk, after: 0 }]),
        children: await store.children(space, pk),
        stream: await store.stream(space, pk, 0, 100),
        labels: labels.sort((a, b) => (`${a.key} ${a.by}` < `${b.key} ${b.by}` ? -1 : 1)),
      });
    }
  }
  const events: unknown[] = [];
  for (const { id } of holds) events.push(await store.holdEvents(space, id));
  const tombstones = [];
  for (let i = 1; i <= 40; i++) {
    tombstones.push(await store.tombstone(space, `r${i}`), await store.tombstone(space, `c${i}`));
  }
  const { runs: counts, openHolds, queues, holds: waiting } = await store.sizes(space);
  return {
    runs,
    holds,
    byRun,
    events,
    tombstones,
    counts,
    openHolds,
    queues: queues.sort((a, b) => (a.queue < b.queue ? -1 : 1)),
    waiting: waiting.sort((a, b) => (a.severity < b.severity ? -1 : 1)),
    workers: (await store.workers(space)).sort((a, b) => (a.incarnation < b.incarnation ? -1 : 1)),
    changed: await changesOf(store, space, now),
    due: await store.dueHolds(space, now, 100),
    nextHoldAt: await store.nextHoldAt(space),
    debounced: [await store.debounced(space, "refund", "k0"), await store.debounced(space, "refund", "k1")],
    schedules: await store.schedules(space, {}, everything),
    dueSchedules: await store.dueSchedules(space, now, 100),
    firings: [await store.firings(space, "s0", everything), await store.firings(space, "s1", everything)],
    records: [
      await store.records(space, "a", { limit: 100, now }),
      await store.records(space, "b", { limit: 2, now, prefix: "r", after: "r0" }),
      await store.record(space, "a", "r1", now),
    ],
    logs: [
      await store.logLines(space, "audit", { limit: 100, newestFirst: true }),
      await store.logLines(space, "other", { limit: 3, after: 1, from: now - 500 }),
    ],
    cached: [await store.cached(space, "k0", now), await store.cached(space, "k1", now)],
    parked: await store.runs(space, { status: ["parked"], attributes: { ok: true } }, everything),
  };
}

/** What happened to each run and its holds, in order. Of different runs the order may differ. */
async function changesOf(store: Store, space: string, now: number): Promise<Record<string, unknown[]>> {
  const { changes } = await store.changes(space, { after: "0", limit: 10_000, now });
  const byRun: Record<string, unknown[]> = {};
  for (const { cursor: _place, ...change } of changes) {
    const own = (byRun[change.run.id] ??= []) as (typeof change)[];
    // Holds that one commit withdraws together have no order among themselves.
    let at = own.length;
    const after = (other: typeof change | undefined): boolean =>
      other?.type === change.type && (other.hold?.id ?? "") > (change.hold?.id ?? "");
    while (after(own[at - 1])) at--;
    own.splice(at, 0, change);
  }
  return byRun;
}

/** Answers as they are compared: what a refusal says is each store's own. */
function comparable(answer: unknown): unknown {
  if (!Array.isArray(answer)) return withoutHistories(answer);
  return answer.map((item: { type?: string }) => (item?.type === "refused" ? { type: "refused" } : item));
}

/** A claim may bring what a run was started with, or leave it to be asked for; the kit's rules compare the two. */
function withoutHistories(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || !("histories" in answer)) return answer;
  const { histories: _, ...rest } = answer;
  return rest;
}

function rowsIn(answer: unknown): RunRow[] {
  if (typeof answer !== "object" || answer === null) return [];
  if (Array.isArray(answer)) return answer.flatMap((item: { run?: RunRow | null }) => (item?.run ? [item.run] : []));
  const { runs, poisoned } = answer as { runs?: RunRow[]; poisoned?: RunRow[] };
  return [...(runs ?? []), ...(poisoned ?? [])];
}

/** Where two answers part first, as a path and the two values there; null when they are equal. */
function difference(found: unknown, expected: unknown, path = ""): string | null {
  if (Object.is(found, expected)) return null;
  const nested = typeof found === "object" && typeof expected === "object" && found !== null && expected !== null;
  if (!nested || found instanceof Uint8Array || expected instanceof Uint8Array) {
    if (nested && isDeepStrictEqual(found, expected)) return null;
    return `${path || "answer"} is ${text(found)} and should be ${text(expected)}`;
  }
  const [a, b] = [new Map(Object.entries(found)), new Map(Object.entries(expected))];
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const inside = difference(a.get(name), b.get(name), `${path}.${name}`);
    if (inside !== null) return inside;
  }
  return null;
}

function text(value: unknown): string {
  return value instanceof Uint8Array ? `bytes ${Buffer.from(value).toString("hex")}` : JSON.stringify(value);
}

/**
 * Makes the same random calls on the store and on the in-memory store and compares every answer, and from time to time
 * the whole content. Throws with the seed and the call at which they part.
 */
export async function compareWithMemory(
  store: Store,
  options: {
    seed: number | string;
    calls: number;
    namespace?: string;
    /** After how many calls the whole content is compared; 25 by default. */
    contentEvery?: number;
  },
): Promise<void> {
  const { seed, calls, namespace: space = "differential", contentEvery = 25 } = options;
  const model = memoryStore();
  await model.open();
  const random = new RandomCalls(seed, space);
  const { store: compared } = new Renumbered(store, model, space);
  for (let i = 1; i <= calls; i++) {
    const call = random.next();
    const expected = await call.make(model);
    const found = await call.make(compared);
    const where = `seed ${seed}, call ${i}: ${call.name}`;
    assert.equal(difference(comparable(found), comparable(expected)), null, where);
    for (const row of rowsIn(expected)) random.see(row);
    // Mostly the callers know how their runs stand; what they do not know is what makes a stale call.
    if (i % 3 === 0) for (const row of (await model.runs(space, {}, everything)).items) random.see(row);
    if (i % contentEvery !== 0 && i !== calls) continue;
    const content = await contentOf(compared, space, random.now);
    assert.equal(difference(content, await contentOf(model, space, random.now)), null, where);
  }
}
