import assert from "node:assert/strict";
import { holdEventLink } from "../../hold/event-chain.ts";
import type { HoldRow, NewHold, RunRow, Store, StoredPayload } from "../store.ts";
import {
  advance,
  bytes,
  decide,
  deliver,
  entry,
  freshHash,
  holdEvent,
  mail,
  namespace,
  newHold,
  parked,
  payload,
  t0,
} from "./builders.ts";
import { advanced, cases, one, rowOf, running } from "./case.ts";

async function holdOf(store: Store, id: string): Promise<HoldRow> {
  const row = await store.hold(namespace, id);
  assert.ok(row, `hold ${id} exists`);
  return row;
}

/** A parked run with one open hold `h-<id>` under the key `hold:a#1`. */
async function held(store: Store, id: string, more: Partial<NewHold> = {}): Promise<RunRow> {
  const run = await running(store, id);
  return advanced(store, run, [entry("hold:a#1", { kind: "hold", phase: "opened" })], {
    holds: [newHold(`h-${id}`, "hold:a#1", more)],
    then: parked({ waiting: "hold" }),
  });
}

/** Wakes the run and claims it again, to write as its owner. */
async function reclaimed(store: Store, id: string): Promise<RunRow> {
  await store.commit(namespace, [deliver({ id })]);
  await running(store, `beside-${id}`);
  const row = await rowOf(store, id);
  assert.equal(row.status, "running");
  return row;
}

export const holdCases = cases("hold", {
  "opens with everything a reviewer sees, and its first event": async (store) => {
    const form = { hash: freshHash(), bytes: bytes('{"type":"object"}') };
    const hold = newHold("h1", "hold:a#1", {
      name: "a",
      origin: "operator",
      severity: "critical",
      form,
      nextAt: t0 + 500,
      event: holdEvent("opened", {
        actor: "ana",
        channel: "cli",
        data: payload("context"),
        address: "ana@example.org",
        salt: bytes("salt"),
        evidenceHash: freshHash(),
        idempotencyKey: "open-1",
      }),
    });
    const run = await running(store, "r1");
    await advanced(store, run, [entry("hold:a#1")], { holds: [hold] });
    const row = await holdOf(store, "h1");
    assert.deepEqual(row, {
      id: "h1",
      runPk: run.pk,
      runId: "r1",
      workflow: "refund",
      key: "hold:a#1",
      name: "a",
      origin: "operator",
      status: "open",
      title: hold.title,
      severity: "critical",
      form: form.bytes,
      request: hold.request,
      evidenceHash: hold.evidenceHash,
      actionHash: hold.actionHash,
      nextAt: t0 + 500,
      revision: 0,
      progress: null,
      decision: null,
      decidedBy: null,
      openedAt: hold.openedAt,
      closedAt: null,
    });
    assert.deepEqual(await store.holdByKey(namespace, run.pk, "hold:a#1"), row);
    assert.equal(await store.holdByKey(namespace, run.pk, "hold:b#1"), null);
    assert.deepEqual(await store.holdEvents(namespace, "h1"), [
      { ...hold.event, n: 1, hash: holdEventLink(null, 1, hold.event) },
    ]);
    assert.deepEqual(await store.holdEvents(namespace, "none"), []);
  },
  "an id or a key that is taken is refused with the entry": async (store) => {
    await held(store, "r1");
    const run = await running(store, "r2");
    const results = await store.commit(namespace, [
      advance(run, [entry("a")], { holds: [newHold("h-r1", "hold:x#1")] }),
      advance(run, [entry("b")], { holds: [newHold("h2", "hold:x#1")] }),
    ]);
    assert.deepEqual(
      results.map(({ type }) => type),
      ["refused", "advanced"],
    );
    assert.equal((await rowOf(store, "r2")).entryCount, 2);
    assert.equal((await holdOf(store, "h-r1")).runId, "r1");
  },
  "a decision writes hold, events and mail at once, and wakes the run": async (store) => {
    const run = await held(store, "r1", { nextAt: t0 + 900 });
    const operation = decide("h-r1", 0, {
      events: [holdEvent("voted", { actor: "ben" }), holdEvent("decided", { actor: "ben" })],
    });
    const result = await one(store.commit(namespace, [operation]));
    assert.ok(result.type === "moved" && !result.repeated);
    const row = await holdOf(store, "h-r1");
    assert.deepEqual(result.hold, row);
    assert.deepEqual(
      [row.status, row.revision, row.decision, row.decidedBy, row.nextAt, row.closedAt],
      ["decided", 1, operation.decision, "ben", null, t0 + 200],
    );
    const woken = await rowOf(store, "r1");
    assert.deepEqual([woken.status, woken.seq], ["ready", run.seq + 1]);
    const events = await store.holdEvents(namespace, "h-r1");
    assert.deepEqual(
      events.map(({ n, action }) => [n, action]),
      [
        [1, "opened"],
        [2, "voted"],
        [3, "decided"],
      ],
    );
  },
  "the first decision wins; the second is told who won": async (store) => {
    const run = await held(store, "r1");
    const [won, lost] = await store.commit(namespace, [
      decide("h-r1", 0),
      decide("h-r1", 0, { decidedBy: "eve", decision: payload("rejected") }),
    ]);
    assert.equal(won.type, "moved");
    assert.ok(lost.type === "conflict");
    assert.deepEqual([lost.hold.decidedBy, lost.hold.status], ["ben", "decided"]);
    assert.equal((await rowOf(store, "r1")).seq, run.seq + 1);
    assert.equal((await store.holdEvents(namespace, "h-r1")).length, 2);
  },
  "a hold that is not open is not moved, whatever the revision": async (store) => {
    for (const status of ["answered", "decided", "expired"] as const) {
      await held(store, status);
      const [, late] = await store.commit(namespace, [
        decide(`h-${status}`, 0, { status }),
        decide(`h-${status}`, 1, { decidedBy: "eve" }),
      ]);
      assert.ok(late.type === "conflict", status);
      assert.deepEqual([late.hold.status, late.hold.revision, late.hold.decidedBy], [status, 1, "ben"]);
    }
  },
  "an event that was named before is not written again beside a new one": async (store) => {
    await held(store, "r1");
    const vote = { status: "open", decision: null, decidedBy: null, mail: null } as const;
    const named = (idempotencyKey: string) => holdEvent("voted", { idempotencyKey });
    await store.commit(namespace, [
      decide("h-r1", 0, { ...vote, events: [named("x")] }),
      decide("h-r1", 1, { ...vote, events: [named("x"), named("y"), holdEvent("noted")] }),
    ]);
    const events = await store.holdEvents(namespace, "h-r1");
    assert.deepEqual(
      events.map(({ n, action, idempotencyKey }) => [n, action, idempotencyKey]),
      [
        [1, "opened", null],
        [2, "voted", "x"],
        [3, "voted", "y"],
        [4, "noted", null],
      ],
    );
    assert.equal((await store.hold(namespace, "h-r1"))?.revision, 2);
  },
  "a move without closing raises the revision too, so that only one of two readers moves it": async (store) => {
    await held(store, "r1");
    const vote = { status: "open", decision: null, decidedBy: null, mail: null, nextAt: t0 + 5_000 } as const;
    const [first, second, third] = await store.commit(namespace, [
      decide("h-r1", 0, vote),
      decide("h-r1", 0, vote),
      decide("h-r1", 1, vote),
    ]);
    assert.deepEqual([first.type, second.type, third.type], ["moved", "conflict", "moved"]);
    const row = await holdOf(store, "h-r1");
    assert.deepEqual([row.status, row.revision, row.nextAt, row.closedAt], ["open", 2, t0 + 5_000, null]);
    assert.equal((await rowOf(store, "r1")).status, "parked");
  },
  "the same named decision again answers as the first time and writes nothing": async (store) => {
    const run = await held(store, "r1");
    const named = decide("h-r1", 0, { events: [holdEvent("decided", { idempotencyKey: "click-1" })] });
    const [first, again] = await store.commit(namespace, [named, named]);
    assert.ok(first.type === "moved" && !first.repeated);
    assert.ok(again.type === "moved" && again.repeated);
    assert.deepEqual(again.hold, first.hold);
    assert.equal((await store.holdEvents(namespace, "h-r1")).length, 2);
    assert.equal((await rowOf(store, "r1")).seq, run.seq + 1);
  },
  "mail of a decision is delivered once, also by its dedupe": async (store) => {
    const run = await held(store, "r1");
    await store.commit(namespace, [
      { type: "deliver", to: { id: "r1" }, mail: mail({ dedupe: "d" }), allowedIn: null },
      decide("h-r1", 0, { mail: mail({ kind: "decision", dedupe: "d" }) }),
    ]);
    assert.equal((await rowOf(store, "r1")).seq, run.seq + 1);
    assert.equal((await holdOf(store, "h-r1")).status, "decided");
  },
  "a move keeps progress until another one takes its place": async (store) => {
    await held(store, "r1");
    const vote = { status: "open", decision: null, decidedBy: null, mail: null } as const;
    const seen: (StoredPayload | null)[] = [];
    for (const [revision, progress] of [payload("one vote"), undefined, null, payload("two votes")].entries()) {
      const given = progress === undefined ? {} : { progress };
      const result = await one(store.commit(namespace, [decide("h-r1", revision, { ...vote, ...given })]));
      assert.ok(result.type === "moved");
      assert.deepEqual(result.hold, await holdOf(store, "h-r1"));
      seen.push(result.hold.progress);
    }
    assert.deepEqual(seen, [payload("one vote"), payload("one vote"), payload("one vote"), payload("two votes")]);
  },
  "every event is linked to the one before, whatever wrote it": async (store) => {
    await held(store, "r1", { event: holdEvent("opened", { data: payload("context"), salt: bytes("s") }) });
    await store.commit(namespace, [
      decide("h-r1", 0, {
        status: "open",
        mail: null,
        events: [holdEvent("asked", { address: "C1/U2" }), holdEvent("noted")],
      }),
      decide("h-r1", 1, { status: "answered" }),
    ]);
    await advanced(store, await reclaimed(store, "r1"), [entry("check")], {
      reopenHolds: [{ key: "hold:a#1", event: holdEvent("refused", { data: payload("why") }) }],
    });
    const events = await store.holdEvents(namespace, "h-r1");
    assert.equal(events.length, 5);
    let previous: Uint8Array | null = null;
    for (const event of events) {
      assert.deepEqual(event.hash, holdEventLink(previous, event.n, event), event.action);
      previous = event.hash;
    }
  },
  "a hold that does not exist is absent": async (store) => {
    const result = await one(store.commit(namespace, [decide("nothing", 0)]));
    assert.deepEqual(result, { type: "absent" });
  },
  "a run closes an open hold with its status and event": async (store) => {
    await held(store, "r1");
    const run = await reclaimed(store, "r1");
    await advanced(store, run, [entry("scope", { kind: "scope" })], {
      closeHolds: [
        { key: "hold:a#1", status: "withdrawn", event: holdEvent("withdrawn") },
        { key: "hold:none#1", status: "withdrawn", event: holdEvent("withdrawn") },
      ],
    });
    const row = await holdOf(store, "h-r1");
    assert.deepEqual([row.status, row.revision, row.nextAt, row.closedAt], ["withdrawn", 1, null, t0 + 60]);
    assert.equal((await store.holdEvents(namespace, "h-r1"))[1]?.action, "withdrawn");
  },
  "a decided or answered hold that its run closes is superseded; a closed one stays as it is": async (store) => {
    for (const status of ["decided", "answered", "expired"] as const) {
      await held(store, status);
      await store.commit(namespace, [decide(`h-${status}`, 0, { status })]);
      const run = await reclaimed(store, status);
      await advanced(store, run, [entry("scope")], {
        closeHolds: [{ key: "hold:a#1", status: "withdrawn", event: holdEvent("closed") }],
      });
      const row = await holdOf(store, `h-${status}`);
      assert.equal(row.status, status === "expired" ? "expired" : "superseded");
      assert.equal(row.decidedBy, "ben");
      assert.equal((await store.holdEvents(namespace, `h-${status}`)).length, status === "expired" ? 2 : 3);
    }
  },
  "a refused answer opens the hold again; an accepted one decides it": async (store) => {
    for (const verdict of ["refused", "accepted"] as const) {
      await held(store, verdict);
      await store.commit(namespace, [decide(`h-${verdict}`, 0, { status: "answered", nextAt: t0 + 5_000 })]);
      const answered = await holdOf(store, `h-${verdict}`);
      assert.deepEqual([answered.status, answered.closedAt], ["answered", null]);
      const run = await reclaimed(store, verdict);
      const judged = [{ key: "hold:a#1", event: holdEvent(verdict) }];
      await advanced(store, run, [entry("check")], {
        [verdict === "refused" ? "reopenHolds" : "acceptHolds"]: judged,
      });
      const row = await holdOf(store, `h-${verdict}`);
      assert.equal(row.revision, 2);
      if (verdict === "refused") {
        assert.deepEqual([row.status, row.decision, row.decidedBy, row.nextAt], ["open", null, null, t0 + 5_000]);
      } else {
        assert.deepEqual([row.status, row.decidedBy, row.closedAt], ["decided", "ben", t0 + 60]);
      }
      assert.equal((await store.holdEvents(namespace, `h-${verdict}`))[2]?.action, verdict);
    }
  },
  "a decided hold can be asked again, with a deadline of its own": async (store) => {
    await held(store, "r1");
    await store.commit(namespace, [decide("h-r1", 0)]);
    const run = await reclaimed(store, "r1");
    await advanced(store, run, [entry("again")], {
      reopenHolds: [{ key: "hold:a#1", nextAt: t0 + 7_000, event: holdEvent("reopened") }],
    });
    const row = await holdOf(store, "h-r1");
    assert.deepEqual(
      [row.status, row.revision, row.decision, row.decidedBy, row.nextAt, row.closedAt],
      ["open", 2, null, null, t0 + 7_000, null],
    );
    assert.equal(await store.nextHoldAt(namespace), t0 + 7_000);
  },
  "a hold that is closed cannot be asked again": async (store) => {
    await held(store, "r1");
    await store.commit(namespace, [decide("h-r1", 0, { status: "expired" })]);
    const run = await reclaimed(store, "r1");
    await advanced(store, run, [entry("again")], {
      reopenHolds: [{ key: "hold:a#1", event: holdEvent("reopened") }],
    });
    assert.equal((await holdOf(store, "h-r1")).status, "expired");
  },
  "only an answered hold can be judged": async (store) => {
    await held(store, "r1");
    const run = await reclaimed(store, "r1");
    await advanced(store, run, [entry("check")], { acceptHolds: [{ key: "hold:a#1", event: holdEvent("accepted") }] });
    const row = await holdOf(store, "h-r1");
    assert.deepEqual([row.status, row.revision], ["open", 0]);
  },
  "due holds come earliest first, only open ones, and the next time is known": async (store) => {
    assert.equal(await store.nextHoldAt(namespace), null);
    await held(store, "late", { nextAt: t0 + 300 });
    await held(store, "early", { nextAt: t0 + 100 });
    await held(store, "never");
    await held(store, "decided", { nextAt: t0 + 50 });
    assert.equal(await store.nextHoldAt(namespace), t0 + 50);
    await store.commit(namespace, [decide("h-decided", 0)]);
    assert.equal(await store.nextHoldAt(namespace), t0 + 100);
    const ids = async (now: number, limit: number) =>
      (await store.dueHolds(namespace, now, limit)).map(({ runId }) => runId);
    assert.deepEqual(await ids(t0 + 99, 10), []);
    assert.deepEqual(await ids(t0 + 100, 10), ["early"]);
    assert.deepEqual(await ids(t0 + 900, 10), ["early", "late"]);
    assert.deepEqual(await ids(t0 + 900, 1), ["early"]);
  },
  "holds are listed newest first, in pages that new holds do not move": async (store) => {
    for (let i = 1; i <= 5; i++) await held(store, `r${i}`);
    const first = await store.holds(namespace, {}, { limit: 2, cursor: null });
    await held(store, "r6");
    const second = await store.holds(namespace, {}, { limit: 2, cursor: first.cursor });
    const third = await store.holds(namespace, {}, { limit: 2, cursor: second.cursor });
    const ids = [first, second, third].flatMap(({ items }) => items.map(({ runId }) => runId));
    assert.deepEqual(ids, ["r5", "r4", "r3", "r2", "r1"]);
    assert.equal(third.cursor, null);
  },
  "holds are listed by what is due first, then the severest, then the oldest, in pages": async (store) => {
    await held(store, "never");
    await held(store, "late", { nextAt: t0 + 300 });
    await held(store, "soon", { nextAt: t0 + 100, severity: "low" });
    await held(store, "grave", { nextAt: t0 + 100, severity: "critical" });
    await held(store, "soon too", { nextAt: t0 + 100, severity: "low" });
    await held(store, "never, high", { severity: "high" });
    await held(store, "decided", { nextAt: t0 + 50 });
    await store.commit(namespace, [decide("h-decided", 0)]);
    for (const limit of [1, 2, 4, 9]) {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<Store["holds"]>> = await store.holds(
          namespace,
          { status: ["open"], order: "due" },
          { limit, cursor },
        );
        ids.push(...page.items.map(({ runId }) => runId));
        cursor = page.cursor;
      } while (cursor !== null);
      assert.deepEqual(ids, ["grave", "soon", "soon too", "late", "never, high", "never"]);
    }
  },
  "every hold filter narrows, and together they narrow further": async (store) => {
    await held(store, "a", { name: "pay", severity: "high", nextAt: t0 + 10 });
    await held(store, "b", { name: "pay", severity: "low", origin: "operator" });
    await held(store, "c", { name: "ship", severity: "critical", nextAt: t0 + 20 });
    await store.commit(namespace, [decide("h-c", 0, { nextAt: t0 + 20 })]);
    const found = async (filter: Parameters<Store["holds"]>[1]) =>
      (await store.holds(namespace, filter, { limit: 10, cursor: null })).items.map(({ runId }) => runId).join("");
    assert.equal(await found({}), "cba");
    assert.equal(await found({ status: ["open"] }), "ba");
    assert.equal(await found({ status: ["decided"] }), "c");
    assert.equal(await found({ status: ["open", "decided"] }), "cba");
    assert.equal(await found({ status: [] }), "");
    assert.equal(await found({ runId: "b" }), "b");
    assert.equal(await found({ workflow: "refund" }), "cba");
    assert.equal(await found({ workflow: "other" }), "");
    assert.equal(await found({ workflows: { names: ["refund"], prefixes: [] } }), "cba");
    assert.equal(await found({ workflows: { names: [], prefixes: ["ref"] }, status: ["open"] }), "ba");
    assert.equal(await found({ workflows: { names: ["other"], prefixes: ["Ref", "%"] } }), "");
    assert.equal(await found({ workflows: { names: [], prefixes: [] }, status: ["open"] }), "");
    assert.equal(await found({ name: "pay" }), "ba");
    assert.equal(await found({ severity: ["high", "critical"] }), "ca");
    assert.equal(await found({ origin: "operator" }), "b");
    assert.equal(await found({ dueBefore: t0 + 20 }), "a");
    assert.equal(await found({ status: ["open"], name: "pay", severity: ["low"] }), "b");
  },
});
