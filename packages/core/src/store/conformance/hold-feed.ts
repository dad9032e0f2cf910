import assert from "node:assert/strict";
import type { ChangedHolds } from "../hold-feed.ts";
import type { Store } from "../store.ts";
import { advance, decide, entry, holdEvent, namespace, newHold, start, t0 } from "./builders.ts";
import { advanced, cases, one, running } from "./case.ts";

const changed = (store: Store, after: string | null, limit = 100, space = namespace): Promise<ChangedHolds> =>
  store.changedHolds(space, { after, limit, now: t0 });

export const holdFeedCases = cases("feed of holds", {
  "gives each hold that opened or moved since, in order, and nothing when nothing did": async (store) => {
    const begin = await changed(store, null);
    assert.deepEqual([begin.holds, begin.more, begin.lost], [[], false, false]);
    const run = await running(store, "r1");
    const row = await advanced(store, run, [entry("a")], { holds: [newHold("h1", "a"), newHold("h2", "b")] });
    const opened = await changed(store, begin.cursor);
    assert.deepEqual(opened.holds, ["h1", "h2"]);
    assert.deepEqual((await changed(store, opened.cursor)).holds, []);
    assert.deepEqual((await changed(store, begin.cursor)).holds, ["h1", "h2"], "reading takes nothing away");
    await store.commit(namespace, [decide("h2", 0, { status: "open", mail: null }), decide("h1", 0, { mail: null })]);
    const moved = await changed(store, opened.cursor);
    assert.deepEqual(moved.holds, ["h2", "h1"]);
    const event = holdEvent("closed", { at: t0 });
    await advanced(store, row, [], { reopenHolds: [{ key: "a", event }] });
    const reopened = await changed(store, moved.cursor);
    assert.deepEqual(reopened.holds, ["h1"]);
    const closing = await one(
      store.commit(namespace, [
        advance(row, [], { closeHolds: [{ key: "b", status: "withdrawn", event: { ...event, action: "withdrawn" } }] }),
      ]),
    );
    assert.equal(closing.type, "advanced");
    const closed = await changed(store, reopened.cursor);
    assert.deepEqual([closed.holds, closed.lost], [["h2"], false]);
    const late = await changed(store, null);
    assert.deepEqual([...late.holds].sort(), ["h1", "h2"], "a new reader is given the newest");
  },
  "what changed nothing is not given: a refused move, an append, mail": async (store) => {
    const run = await running(store, "r1");
    const row = await advanced(store, run, [entry("a")], { holds: [newHold("h1", "a")] });
    const { cursor } = await changed(store, null);
    await store.commit(namespace, [decide("h1", 7), decide("none", 0), start("r2")]);
    await advanced(store, row, [entry("b")]);
    assert.deepEqual((await changed(store, cursor)).holds, []);
  },
  "pages go on where the last one ended, and say that there is more": async (store) => {
    const { cursor } = await changed(store, null);
    const run = await running(store, "r1");
    const holds = [1, 2, 3, 4, 5].map((n) => newHold(`h${n}`, `k${n}`));
    await advanced(store, run, [entry("a")], { holds });
    const first = await changed(store, cursor, 2);
    assert.deepEqual([first.holds, first.more], [["h1", "h2"], true]);
    const second = await changed(store, first.cursor, 4);
    assert.deepEqual([second.holds, second.more], [["h3", "h4", "h5"], false]);
  },
  "gives no other namespace's holds, and goes past them": async (store) => {
    const { cursor } = await changed(store, null);
    await running(store, "r1");
    const there = "another";
    const before = await changed(store, null, 100, there);
    const run = await running(store, "r2");
    await advanced(store, run, [entry("a")], { holds: [newHold("h1", "a")] });
    assert.deepEqual((await changed(store, before.cursor, 100, there)).holds, []);
    assert.deepEqual((await changed(store, cursor)).holds, ["h1"]);
  },
  "a cursor of another database is said to be lost, and one that is none is refused": async (store) => {
    const { lost, cursor } = await changed(store, "123456789");
    assert.equal(lost, true);
    assert.equal((await changed(store, cursor)).lost, false);
    await assert.rejects(changed(store, "yesterday"), /is no cursor of a feed of holds/);
  },
});
