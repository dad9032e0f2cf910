import assert from "node:assert/strict";
import type { History, RunRow } from "../store.ts";
import {
  advance,
  bytes,
  claimRequest,
  deliver,
  entry,
  finished,
  freshHash,
  mail,
  namespace,
  newHold,
  newRun,
  parked,
  t0,
  worker,
} from "./builders.ts";
import { advanced, cases, one, rowOf, running, started } from "./case.ts";

export const advanceCases = cases("advance", {
  "appends entries in order and says their numbers": async (store) => {
    const run = await running(store, "r1");
    const entries = [entry("step:a#1"), entry("step:b#1")];
    const result = await one(store.commit(namespace, [advance(run, entries)]));
    assert.deepEqual(result, { type: "advanced", seq: 3, firstSeq: 2, repeated: false });
    const row = await rowOf(store, "r1");
    assert.deepEqual([row.seq, row.entryCount, row.head, row.updatedAt], [3, 3, entries[1]?.hash, t0 + 50]);
    const read = await one(store.history(namespace, [{ pk: run.pk, after: 1 }]));
    assert.deepEqual(
      read.entries.map(({ key, seq }) => [key, seq]),
      [
        ["step:a#1", 2],
        ["step:b#1", 3],
      ],
    );
  },
  "gives a stretch of what happened, each run its own, and nothing beyond it": async (store) => {
    const long = await running(store, "r1");
    await store.commit(namespace, [advance(long, [entry("step:a#1"), entry("step:b#1")])]);
    await store.commit(namespace, [deliver(long, { kind: "signal", key: "go" })]);
    await store.commit(namespace, [deliver(long, { kind: "signal", key: "on" })]);
    const other = await running(store, "r2");
    const numbers = ({ entries, mail }: History): number[] => [
      ...entries.map(({ seq }) => seq),
      ...mail.map(({ n }) => n),
    ];
    const [middle, whole, open] = await store.history(namespace, [
      { pk: long.pk, after: 1, until: 4 },
      { pk: other.pk, after: 0, until: 100 },
      { pk: long.pk, after: 3 },
    ]);
    assert.deepEqual(
      [middle, whole, open].map((one) => one && numbers(one)),
      [[2, 3, 4], [1], [4, 5]],
    );
    const [none] = await store.history(namespace, [{ pk: long.pk, after: 5, until: 9 }]);
    assert.deepEqual(none && numbers(none), []);
  },
  "gives a replay everything but, at will, the hashes": async (store) => {
    const run = await running(store, "r1");
    const failed = entry("step:b#1", { phase: "attempt:1", outcome: "error", measures: "{}", attempt: 1 });
    await store.commit(namespace, [advance(run, [entry("step:a#1"), failed])]);
    const wanted = [{ pk: run.pk, after: 1 }];
    const withoutHash = ({ entries, mail }: History) => ({
      entries: entries.map((one) => ({ ...one, hash: null })),
      mail,
    });
    const whole = await one(store.history(namespace, wanted));
    const replayed = await one(store.history(namespace, wanted, { hashes: false }));
    assert.deepEqual(withoutHash(replayed), withoutHash(whole));
    assert.equal(replayed.entries.length, 2);
  },
  "skips the numbers of mail that came in between": async (store) => {
    const run = await running(store, "r1");
    await store.commit(namespace, [deliver({ pk: run.pk }), deliver({ id: "r1" })]);
    const result = await one(store.commit(namespace, [advance(run, [entry("step:a#1")])]));
    assert.deepEqual(result, { type: "advanced", seq: 4, firstSeq: 4, repeated: false });
  },
  "is fenced for another epoch, an unknown run and a run that is not running": async (store) => {
    const run = await running(store, "r1");
    const idle = await started(store, "r2");
    const results = await store.commit(namespace, [
      advance({ ...run, epoch: run.epoch - 1 }, [entry("x")]),
      advance({ ...run, epoch: run.epoch + 1 }, [entry("x")]),
      advance({ ...run, pk: 123_456 }, [entry("x")]),
      advance(idle, [entry("x")]),
    ]);
    assert.deepEqual(
      results.map(({ type }) => type),
      ["fenced", "fenced", "fenced", "fenced"],
    );
    assert.equal((await rowOf(store, "r1")).seq, 1);
  },
  "is fenced once another worker took the run over": async (store) => {
    const run = await running(store, "r1");
    await store.takeOver(namespace, { now: t0, dead: ["w1"] });
    const [lost] = await store.commit(namespace, [advance(run, [entry("x")])]);
    assert.equal(lost.type, "fenced");
    const again = await running(store, "r2", {}, "w2");
    assert.equal(again.owner, "w2");
    const [late] = await store.commit(namespace, [advance(run, [entry("x")])]);
    assert.equal(late.type, "fenced");
  },
  "an entry that does not follow the head is refused and takes nothing along": async (store) => {
    const run = await running(store, "r1");
    const wrong = { ...run, head: freshHash() };
    const [refused, good] = await store.commit(namespace, [
      advance(wrong, [entry("bad")], { holds: [newHold("h1", "hold:a#1")], attributes: { bad: true } }),
      advance(run, [entry("good")]),
    ]);
    assert.equal(refused.type, "refused");
    assert.equal(good.type, "advanced");
    assert.equal(await store.hold(namespace, "h1"), null);
    assert.deepEqual((await rowOf(store, "r1")).attributes, {});
  },
  "the same append again writes nothing and answers as the first time": async (store) => {
    const run = await running(store, "r1");
    const operation = advance(run, [entry("step:a#1"), entry("step:b#1")], { stream: [bytes("out")] });
    const [first] = await store.commit(namespace, [operation]);
    await store.commit(namespace, [deliver({ pk: run.pk })]);
    const [again] = await store.commit(namespace, [operation]);
    assert.ok(first.type === "advanced");
    assert.deepEqual(again, { ...first, repeated: true });
    const row = await rowOf(store, "r1");
    assert.deepEqual([row.entryCount, row.streamed], [3, 1]);
  },
  "the same park, finish or next generation again answers as the first time": async (store) => {
    const endings = [parked(), finished(), { type: "continueAsNew", next: newRun("r-continueAsNew") }] as const;
    for (const then of endings) {
      const run = await running(store, `r-${then.type}`);
      const operation = advance(run, [entry("step:a#1")], { then });
      const [first] = await store.commit(namespace, [operation]);
      const [again] = await store.commit(namespace, [operation]);
      assert.ok(first.type === "advanced", then.type);
      assert.deepEqual(again, { ...first, repeated: true }, then.type);
    }
  },
  "a park repeated after mail has woken the run does not park it again": async (store) => {
    const run = await running(store, "r1");
    const operation = advance(run, [], { then: parked() });
    await store.commit(namespace, [operation, deliver({ pk: run.pk })]);
    const [again] = await store.commit(namespace, [operation]);
    assert.ok(again.type === "advanced" && again.repeated);
    assert.equal((await rowOf(store, "r1")).status, "ready");
  },
  "an ending zeroes the stalls, entries leave the one of the claim that wrote them; nothing else changes them": async (
    store,
  ) => {
    await running(store, "r1");
    await store.takeOver(namespace, { now: t0, dead: ["w1"] });
    await store.register(namespace, worker("w1"));
    const { runs } = await store.claim(namespace, claimRequest("w1"));
    const run = runs[0] as RunRow;
    assert.equal(run.stalls, 2);
    assert.equal((await advanced(store, run, [], { progress: { done: 1, total: 2 } })).stalls, 2);
    const gone = await advanced(store, run, [entry("a")]);
    assert.equal(gone.stalls, 1);
    assert.equal((await advanced(store, gone, [entry("b")])).stalls, 1);
    const other = await running(store, "r2");
    assert.equal((await advanced(store, other, [], { then: parked() })).stalls, 0);
  },
  "stream, attributes, progress, version and phase ride along": async (store) => {
    const run = await running(store, "r1", { attributes: { keep: 1, drop: "x", change: false } });
    const after = await advanced(store, run, [entry("a")], {
      stream: [bytes("one"), bytes("two")],
      attributes: { drop: null, change: true, added: "y" },
      progress: { done: 2.5, total: 10 },
      version: 4,
      phase: "compensating",
    });
    assert.deepEqual(after.attributes, { keep: 1, change: true, added: "y" });
    assert.deepEqual(after.progress, { done: 2.5, total: 10 });
    assert.deepEqual([after.version, after.phase, after.streamed], [4, "compensating", 2]);
    const last = await advanced(store, after, [entry("b")], { stream: [bytes("three")] });
    assert.deepEqual([last.version, last.phase, last.progress], [4, "compensating", { done: 2.5, total: 10 }]);
    assert.deepEqual(await store.stream(namespace, run.pk, 1, 10), [
      { n: 2, bytes: bytes("two") },
      { n: 3, bytes: bytes("three") },
    ]);
    assert.deepEqual(await store.stream(namespace, run.pk, 0, 1), [{ n: 1, bytes: bytes("one") }]);
  },
  "a chunk that is there already is not written twice": async (store) => {
    const run = await running(store, "r1");
    const chunk = { hash: freshHash(), bytes: bytes("large") };
    const next = await advanced(store, run, [entry("a")], { chunks: [chunk] });
    await advanced(store, next, [entry("b")], { chunks: [chunk, { hash: freshHash(), bytes: bytes("new") }] });
    assert.deepEqual(await store.chunks(namespace, run.pk, [chunk.hash]), [chunk.bytes]);
    const other = await started(store, "r2");
    assert.deepEqual(await store.chunks(namespace, other.pk, [chunk.hash]), [null]);
  },
  "children are created in the same transaction, ready, and found by their parent": async (store) => {
    const run = await running(store, "r1");
    const child = newRun("r1/child", { parent: { pk: run.pk, key: "child:c#1", close: "cancel" } });
    await advanced(store, run, [entry("child:c#1", { kind: "child", phase: "opened" })], { children: [child] });
    const found = await one(store.children(namespace, run.pk));
    assert.deepEqual([found.id, found.status, found.parent], ["r1/child", "ready", child.parent]);
  },
  "a child that this parent created before is left alone; another's id is refused": async (store) => {
    const run = await running(store, "r1");
    const child = newRun("c", { parent: { pk: run.pk, key: "child:c#1", close: "cancel" } });
    const next = await advanced(store, run, [entry("a")], { children: [child] });
    const after = await advanced(store, next, [entry("b")], { children: [child] });
    await started(store, "taken");
    const operation = advance(after, [entry("c")], { children: [newRun("taken", { parent: child.parent })] });
    const [refused] = await store.commit(namespace, [operation]);
    assert.equal(refused.type, "refused");
    assert.equal((await rowOf(store, "r1")).seq, after.seq);
    assert.equal((await store.children(namespace, run.pk)).length, 1);
  },
  "an adopted version is the run's from then on, and a worker of it claims the run": async (store) => {
    const run = await running(store, "r1");
    await advanced(store, run, [entry("a")], { version: 2, then: parked({ status: "ready" }) });
    await store.register(namespace, worker("w2", { capabilities: [{ workflow: "refund", version: 2 }] }));
    assert.equal((await rowOf(store, "r1")).version, 2);
  },
  "mail that was given at a head start is read in order with entries": async (store) => {
    const run = await running(store, "r1");
    await store.commit(namespace, [deliver({ pk: run.pk }, { key: "m" })]);
    await advanced(store, { ...run, seq: 2 }, [entry("a", { mailSeen: 2 })]);
    const read = await one(store.history(namespace, [{ pk: run.pk, after: 0 }]));
    assert.deepEqual([...read.entries.map(({ seq }) => seq), ...read.mail.map(({ n }) => n)], [1, 3, 2]);
    assert.equal(read.entries[1]?.mailSeen, 2);
    assert.deepEqual(read.mail[0], { ...mail({ key: "m" }), n: 2 });
  },
});
