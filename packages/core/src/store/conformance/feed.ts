import assert from "node:assert/strict";
import type { ChangePage } from "../feed.ts";
import type { Store } from "../store.ts";
import {
  advance,
  claimRequest,
  decide,
  deliver,
  entry,
  finished,
  holdEvent,
  namespace,
  newHold,
  newRun,
  parked,
  seal,
  start,
  t0,
} from "./builders.ts";
import { advanced, cases, parkedRun, rowOf, running, started } from "./case.ts";

const page = (store: Store, after: string | null, limit = 100, space = namespace): Promise<ChangePage> =>
  store.changes(space, { after, limit, now: t0 });

/** Type and id of each: `run.started r1`. */
const said = ({ changes }: ChangePage): string[] =>
  changes.map(({ type, run, hold }) => `${type} ${hold?.id ?? run.id}`);

/** What is new since a place, and the place after it. */
async function news(store: Store, after: string): Promise<[string[], string]> {
  const read = await page(store, after);
  return [said(read), read.cursor];
}

export const feedCases = cases("feed", {
  "says of a run that it was started, taken, put down, and how it ended": async (store) => {
    const begin = await page(store, null);
    assert.deepEqual([begin.changes, begin.more, begin.lost], [[], false, false]);
    const run = await parkedRun(store, "r1", { attributes: { city: "Ulm" } });
    const [first, place] = await news(store, begin.cursor);
    assert.deepEqual(first, ["run.started r1", "run.running r1", "run.parked r1"]);
    assert.deepEqual(await news(store, place), [[], place]);
    assert.deepEqual((await news(store, begin.cursor))[0], first, "reading takes nothing away");
    await store.commit(namespace, [deliver({ pk: run.pk })]);
    const { runs } = await store.claim(namespace, claimRequest("w1"));
    assert.equal(runs.length, 1);
    await advanced(store, await rowOf(store, "r1"), [entry("b")], {
      then: finished(),
    });
    assert.deepEqual((await news(store, place))[0], ["run.running r1", "run.completed r1"]);
    const [change] = (await page(store, begin.cursor)).changes;
    assert.ok(change);
    const { cursor: _place, ...content } = change;
    const described = { id: "r1", generation: 1, workflow: run.workflow, attributes: { city: "Ulm" } };
    assert.deepEqual(content, { type: "run.started", at: run.createdAt, run: described, hold: null });
  },
  "says that a run is paused and put back, that it goes on as a new generation, and that it was cancelled by force":
    async (store) => {
      const run = await parkedRun(store, "r1");
      let [, place] = await news(store, "0");
      let seen: string[];
      const send = async (kind: "pause" | "resume"): Promise<void> => {
        await store.commit(namespace, [deliver({ pk: run.pk }, { kind })]);
      };
      await send("pause");
      await send("resume");
      [seen, place] = await news(store, place);
      assert.deepEqual(seen, ["run.paused r1", "run.ready r1"]);
      const { runs } = await store.claim(namespace, claimRequest("w1"));
      const [taken] = runs;
      assert.ok(taken);
      await advanced(store, taken, [], { then: { type: "continueAsNew", next: newRun("r1") } });
      [seen, place] = await news(store, place);
      assert.deepEqual(seen, ["run.running r1", "run.started r1", "run.continued r1"]);
      await store.commit(namespace, [seal(await rowOf(store, "r1"))]);
      assert.deepEqual((await news(store, place))[0], ["run.cancelled r1"]);
    },
  "says of a hold that it was opened and moved, and what became of it, before what its run does next": async (
    store,
  ) => {
    let [seen, place] = await news(store, "0");
    const run = await running(store, "r1");
    const row = await advanced(store, run, [entry("a")], { holds: [newHold("h1", "a"), newHold("h2", "b")] });
    [seen, place] = await news(store, place);
    assert.deepEqual(seen, ["run.started r1", "run.running r1", "hold.opened h1", "hold.opened h2"]);
    await store.commit(namespace, [decide("h2", 0, { status: "open", mail: null }), decide("h1", 0, { mail: null })]);
    [seen, place] = await news(store, place);
    assert.deepEqual(seen, ["hold.moved h2", "hold.decided h1"]);
    const event = holdEvent("closed", { at: t0 });
    await advanced(store, row, [], { reopenHolds: [{ key: "a", event }] });
    [seen, place] = await news(store, place);
    assert.deepEqual(seen, ["hold.moved h1"]);
    const then = parked({ waiting: "hold" });
    await advanced(store, row, [], {
      closeHolds: [{ key: "b", status: "withdrawn", event: { ...event, action: "withdrawn" } }],
      holds: [newHold("h3", "c")],
      then,
    });
    const last = await page(store, place);
    assert.deepEqual(said(last), ["hold.opened h3", "hold.withdrawn h2", "run.parked r1"]);
    const { id, key, name, severity } = newHold("h3", "c");
    assert.deepEqual(last.changes[0]?.hold, { id, key, name, severity });
    assert.equal(last.changes[0]?.run.id, "r1");
  },
  "says nothing of what changed nothing: a refused move, an append, mail, a start that is there": async (store) => {
    const run = await running(store, "r1");
    const row = await advanced(store, run, [entry("a")], { holds: [newHold("h1", "a")] });
    const { cursor } = await page(store, null);
    await store.commit(namespace, [decide("h1", 7), decide("none", 0), start("r1")]);
    const after = await advanced(store, row, [entry("b")]);
    await store.commit(namespace, [deliver({ pk: run.pk }), advance(after, [entry("wrong")], { epoch: 99 })]);
    assert.deepEqual(said(await page(store, cursor)), []);
  },
  "pages go on where the last one ended, or behind any change of it, and say that there is more": async (store) => {
    for (const n of [1, 2, 3, 4, 5]) await started(store, `r${n}`);
    const first = await page(store, "0", 2);
    assert.deepEqual([said(first), first.more], [["run.started r1", "run.started r2"], true]);
    const second = await page(store, first.cursor, 4);
    assert.deepEqual([said(second).length, second.more], [3, false]);
    assert.deepEqual(said(await page(store, first.changes[0]?.cursor ?? ""))[0], "run.started r2");
    assert.equal(second.changes.at(-1)?.cursor, second.cursor);
  },
  "gives what happened in no other namespace, and goes past it": async (store) => {
    const { cursor } = await page(store, null);
    const there = await page(store, null, 100, "another");
    await started(store, "r1");
    const other = await page(store, there.cursor, 100, "another");
    assert.deepEqual(other.changes, []);
    assert.deepEqual(said(await page(store, cursor)), ["run.started r1"]);
  },
  "a cursor of another database is said to be lost, and one that is none is refused": async (store) => {
    const { lost, cursor } = await page(store, "123456789");
    assert.equal(lost, true);
    await started(store, "r1");
    const next = await page(store, cursor);
    assert.deepEqual([next.lost, said(next)], [false, ["run.started r1"]]);
    await assert.rejects(page(store, "yesterday"), /is no place in the feed/);
  },
});
