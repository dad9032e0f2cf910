import assert from "node:assert/strict";
import { bytes, entry, finished, freshHash, mail, namespace, newRun, payload, start, t0 } from "./builders.ts";
import { advanced, cases, one, parkedRun, rowOf, running, started } from "./case.ts";

export const startCases = cases("start", {
  "creates a run with everything it was given": async (store) => {
    const given = newRun("r1", {
      workflow: "review",
      version: 3,
      spec: 2,
      codeHash: "abc",
      queue: "slow",
      priority: 7,
      concurrencyKey: "customer-1",
      thread: "t-9",
      attributes: { city: "Zürich", amount: 1.5, urgent: true, gone: null },
      forkedFrom: { id: "r0", seq: 4 },
      parent: { pk: 999, key: "child:x#1", close: "abandon" },
    });
    const result = await one(store.commit(namespace, [{ type: "start", run: given, signal: null }]));
    assert.ok(result.type === "started" && result.created && result.run);
    assert.equal(result.tombstone, null);
    const row = await rowOf(store, "r1");
    assert.deepEqual(result.run, row);
    assert.deepEqual(row, {
      pk: row.pk,
      namespace,
      id: "r1",
      generation: 1,
      workflow: "review",
      version: 3,
      spec: 2,
      codeHash: "abc",
      status: "ready",
      waiting: null,
      outcome: null,
      phase: null,
      queue: "slow",
      priority: 7,
      concurrencyKey: "customer-1",
      readyAt: t0,
      wakeAt: null,
      epoch: 0,
      owner: null,
      seq: 1,
      stalls: 0,
      seed: "seed",
      salt: given.salt,
      head: given.head,
      entryCount: 1,
      parent: given.parent,
      forkedFrom: given.forkedFrom,
      thread: "t-9",
      inputDigest: given.inputDigest,
      attributes: given.attributes,
      progress: null,
      streamed: 0,
      note: null,
      createdBy: "ana",
      createdAt: t0,
      updatedAt: t0,
      finishedAt: null,
    });
  },
  "keeps every field of an entry": async (store) => {
    const full = entry("step:a#1", {
      phase: "attempt:12~3",
      kind: "step",
      outcome: "error",
      payload: { codec: "own", bytes: new Uint8Array([0, 255, 10]), ref: true },
      startedAt: t0 + 1,
      endedAt: t0 + 9_999_999,
      attempt: 12,
      measures: '{"mode":"auto"}',
      mailSeen: 5,
    });
    const bare = entry("odd", { phase: "something else", outcome: null, payload: null, endedAt: t0 - 3, attempt: 0 });
    const run = await started(store, "r1", { entries: [full, bare], head: bare.hash });
    const { entries } = await one(store.history(namespace, [{ pk: run.pk, after: 0 }]));
    assert.deepEqual(entries, [
      { ...full, seq: 1 },
      { ...bare, seq: 2 },
    ]);
    assert.equal(run.entryCount, 2);
  },
  "every phase and kind comes back as it went in": async (store) => {
    const phases = ["opened", "settled", "attempt:1", "opened~1", "settled~22", "attempt:3~4", "=", "o", "s", "a1", ""];
    const kinds = ["run", "step", "sleep", "signal", "hold", "child", "scope", "patch", "version", "label"] as const;
    const entries = [
      ...phases.map((phase, i) => entry(`phase${i}`, { phase })),
      ...kinds.map((kind) => entry(kind, { kind })),
    ];
    const run = await started(store, "r1", { entries, head: entries.at(-1)?.hash ?? freshHash() });
    const read = await one(store.history(namespace, [{ pk: run.pk, after: 0 }]));
    assert.deepEqual(
      read.entries.map(({ phase, kind }) => ({ phase, kind })),
      entries.map(({ phase, kind }) => ({ phase, kind })),
    );
  },
  "a second start with the same id gives the same run and changes nothing": async (store) => {
    const first = await started(store, "r1");
    const other = start("r1", { workflow: "other", inputDigest: freshHash() });
    const again = await one(store.commit(namespace, [other]));
    assert.deepEqual(again, { type: "started", created: false, run: first, tombstone: null });
    assert.deepEqual(await store.history(namespace, [{ pk: first.pk, after: 1 }]), [{ entries: [], mail: [] }]);
  },
  "two starts of one id in one batch create one run": async (store) => {
    const [a, b] = await store.commit(namespace, [start("r1"), start("r1")]);
    assert.ok(a.type === "started" && b.type === "started");
    assert.deepEqual([a.created, b.created], [true, false]);
    assert.equal(a.run?.pk, b.run?.pk);
  },
  "mail at birth and the signal are numbered after the entries": async (store) => {
    const born = [mail({ key: "first", dedupe: "a" }), mail({ key: "twice", dedupe: "a" })];
    const signal = mail({ key: "signal" });
    const result = await one(store.commit(namespace, [start("r1", { mail: born }, signal)]));
    assert.ok(result.type === "started" && result.run);
    assert.equal(result.run.seq, 3);
    const read = await one(store.history(namespace, [{ pk: result.run.pk, after: 0 }]));
    assert.deepEqual(
      read.mail.map(({ n, key }) => [n, key]),
      [
        [2, "first"],
        [3, "signal"],
      ],
    );
  },
  "explicit numbers keep a fork's order, gaps included": async (store) => {
    const entries = [entry("run"), entry("step:a#1"), entry("step:b#1")];
    const run = await started(store, "fork", {
      entries,
      head: entries[2]?.hash ?? freshHash(),
      mail: [mail({ key: "x" }), mail({ key: "y" })],
      numbers: { entries: [1, 3, 7], mail: [2, 5] },
    });
    assert.equal(run.seq, 7);
    assert.equal(run.entryCount, 3);
    const read = await one(store.history(namespace, [{ pk: run.pk, after: 2 }]));
    assert.deepEqual(
      read.entries.map(({ seq }) => seq),
      [3, 7],
    );
    assert.deepEqual(
      read.mail.map(({ n }) => n),
      [5],
    );
  },
  "the signal reaches a run that exists already, and wakes it": async (store) => {
    const run = await parkedRun(store, "r1");
    const result = await one(store.commit(namespace, [start("r1", {}, mail({ at: t0 + 70 }))]));
    assert.ok(result.type === "started" && result.run);
    assert.equal(result.created, false);
    assert.equal(result.run.status, "ready");
    assert.equal(result.run.seq, run.seq + 1);
  },
  "a finished run gets no signal": async (store) => {
    const run = await running(store, "r1");
    const last = entry("run", { kind: "run" });
    const before = await advanced(store, run, [last], { then: finished() });
    const result = await one(store.commit(namespace, [start("r1", {}, mail())]));
    assert.deepEqual(result, { type: "started", created: false, run: before, tombstone: null });
  },
  "chunks are there at once": async (store) => {
    const hash = freshHash();
    const chunk = { hash, bytes: bytes("part of something large") };
    const run = await started(store, "r1", { chunks: [chunk, chunk] });
    assert.deepEqual(await store.chunks(namespace, run.pk, [hash, freshHash(), hash]), [
      chunk.bytes,
      null,
      chunk.bytes,
    ]);
  },
  "text of every kind comes back unchanged": async (store) => {
    const strange = "ü ʬ 日本 👩‍🚀 ' \" ; -- \n \t";
    const run = await started(store, strange, {
      attributes: { [strange]: strange },
      thread: strange,
      entries: [entry(strange, { payload: payload(strange), measures: strange })],
    });
    assert.equal(run.id, strange);
    assert.deepEqual(run.attributes, { [strange]: strange });
    const read = await one(store.history(namespace, [{ pk: run.pk, after: 0 }]));
    assert.equal(read.entries[0]?.key, strange);
    assert.equal(read.entries[0]?.measures, strange);
  },
});
