import assert from "node:assert/strict";
import { holdEventLink } from "../../hold/event-chain.ts";
import {
  bytes,
  decide,
  deliver,
  entry,
  finished,
  freshHash,
  holdEvent,
  namespace,
  newHold,
  payload,
  t0,
} from "./builders.ts";
import { advanced, cases, one, rowOf, running } from "./case.ts";

export const erasureCases = cases("erasure", {
  "with the number it was read at, only a finished run that has not moved on is erased": async (store) => {
    const run = await running(store, "r1");
    const nothing = { entries: [], mail: [], by: null, at: t0 };
    assert.equal(await store.erase(namespace, run.pk, { ...nothing, expectSeq: run.seq }), false);
    const over = await advanced(store, run, [entry("run", { kind: "run" })], { then: finished({ status: "failed" }) });
    assert.equal(await store.erase(namespace, run.pk, { ...nothing, expectSeq: over.seq - 1 }), false);
    assert.notEqual((await rowOf(store, "r1")).salt, null);
    assert.equal(await store.erase(namespace, run.pk, { ...nothing, expectSeq: over.seq }), true);
    assert.equal((await rowOf(store, "r1")).salt, null);
    assert.equal(await store.erase(namespace, 404, nothing), false);
  },
  "an erased run is not brought back by a retry": async (store) => {
    const run = await running(store, "r1");
    await advanced(store, run, [entry("run", { kind: "run" })], { then: finished({ status: "failed" }) });
    await store.erase(namespace, run.pk, { entries: [], mail: [], by: null, at: t0 });
    const [result] = await store.commit(namespace, [deliver({ id: "r1" }, { kind: "retry" }, ["failed"])]);
    assert.deepEqual(result, { type: "state", status: "failed" });
  },
  "replaces all content by digests and removes the salt; everything else stays": async (store) => {
    const chunk = { hash: freshHash(), bytes: bytes("secret chunk") };
    const run = await running(store, "r1", { attributes: { name: "secret" }, chunks: [chunk] });
    const opened = await advanced(store, run, [entry("hold:a#1"), entry("bare", { payload: null })], {
      holds: [
        newHold("h1", "hold:a#1", { event: holdEvent("opened", { data: payload("secret"), salt: bytes("salt") }) }),
      ],
      stream: [bytes("secret")],
    });
    await store.commit(namespace, [
      decide("h1", 0, {
        mail: null,
        decidedBy: "ben",
        progress: payload("secret"),
        events: [holdEvent("decided", { actor: "ben" })],
      }),
      deliver({ pk: run.pk }),
      deliver({ pk: run.pk }, { payload: null, salt: null }),
      { type: "label", runId: "r1", key: "hold:a#1", label: "secret", by: "ana", at: t0 },
    ]);
    const row = await advanced(store, { ...opened, seq: 5 }, [entry("run")], { then: finished({ note: "secret" }) });
    const before = await one(store.history(namespace, [{ pk: run.pk, after: 0 }]));
    const digest = freshHash();
    const mailDigest = freshHash();
    await store.erase(namespace, run.pk, {
      entries: before.entries.map(({ seq }) => ({ seq, digest })),
      mail: before.mail.map(({ n }) => ({ n, digest: mailDigest })),
      by: "dpo",
      at: t0 + 9_000,
    });
    const after = await one(store.history(namespace, [{ pk: run.pk, after: 0 }]));
    const erased = { codec: "erased", bytes: digest, ref: false };
    assert.deepEqual(
      after.entries,
      before.entries.map((line) => ({ ...line, payload: line.payload === null ? null : erased })),
    );
    assert.deepEqual(
      after.mail,
      before.mail.map((line) => ({
        ...line,
        salt: null,
        payload: line.payload === null ? null : { ...erased, bytes: mailDigest },
      })),
    );
    assert.deepEqual(await store.chunks(namespace, run.pk, [chunk.hash]), [null]);
    assert.deepEqual(await store.stream(namespace, run.pk, 0, 10), []);
    assert.deepEqual(await store.labels(namespace, run.pk), []);
    const now = await rowOf(store, "r1");
    assert.deepEqual(now, { ...row, attributes: {}, salt: null, note: "erased by dpo", updatedAt: t0 + 9_000 });
    const hold = await store.hold(namespace, "h1");
    assert.ok(hold);
    assert.deepEqual(
      [hold.title, hold.request.codec, hold.progress?.codec, hold.decision?.codec, hold.decidedBy, hold.status],
      ["", "erased", "erased", "erased", "ben", "decided"],
    );
    const events = await store.holdEvents(namespace, "h1");
    assert.deepEqual(
      events.map(({ data, actor }) => [data?.codec ?? null, actor]),
      [
        ["erased", null],
        [null, "ben"],
      ],
    );
    let previous: Uint8Array | null = null;
    for (const event of events) {
      assert.equal(event.salt, null);
      assert.deepEqual(
        event.hash,
        holdEventLink(previous, event.n, event, event.data?.bytes),
        "the trail still verifies",
      );
      previous = event.hash;
    }
    await store.erase(namespace, run.pk, { entries: [], mail: [], by: null, at: t0 + 9_001 });
    assert.deepEqual(await store.holdEvents(namespace, "h1"), events);
  },
  "content without a digest is erased all the same": async (store) => {
    const run = await running(store, "r1");
    await store.erase(namespace, run.pk, { entries: [], mail: [], by: null, at: t0 });
    const { entries } = await one(store.history(namespace, [{ pk: run.pk, after: 0 }]));
    assert.deepEqual(entries[0]?.payload, { codec: "erased", bytes: new Uint8Array(0), ref: false });
    assert.equal((await rowOf(store, "r1")).note, "erased");
  },
  "another run keeps everything": async (store) => {
    const run = await running(store, "r1", { attributes: { a: 1 } });
    const other = await running(store, "r2", { attributes: { a: 1 } });
    await advanced(store, other, [entry("hold:a#1")], { holds: [newHold("h2", "hold:a#1")] });
    const before = [
      await rowOf(store, "r2"),
      await store.history(namespace, [{ pk: other.pk, after: 0 }]),
      await store.hold(namespace, "h2"),
    ];
    await store.erase(namespace, run.pk, { entries: [], mail: [], by: null, at: t0 });
    const after = [
      await rowOf(store, "r2"),
      await store.history(namespace, [{ pk: other.pk, after: 0 }]),
      await store.hold(namespace, "h2"),
    ];
    assert.deepEqual(after, before);
  },
  "an unknown run is nobody's loss": async (store) => {
    await store.erase(namespace, 404, { entries: [], mail: [], by: null, at: t0 });
  },
});
