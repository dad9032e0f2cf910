import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Anchors, createEngine, type Engine, workflow } from "@holdpoint/core";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-tampering-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const order = workflow({ name: "order", input: z.string() }, async (ctx, what) => {
  await ctx.step("load", () => ({ what, price: 100 }));
  const { by } = await ctx.approve("pay", { title: `Pay for ${what}?` });
  await ctx.step("pay", () => `paid by ${by}`);
  await ctx.step("pack", () => 1);
  return ctx.step("ship", () => 2);
});

const short = { timeout: "60s" } as const;
let files = 0;

/** Two runs that are over, in a file nobody has open, and their anchors. */
async function recorded(): Promise<{ path: string; ids: [string, string]; anchors: Anchors }> {
  const path = join(directory, `${++files}.db`);
  const engine = createEngine({ store: sqlite(path, { durability: "relaxed" }), workflows: [order] });
  await engine.start();
  const made: string[] = [];
  for (const what of ["book", "pen"]) {
    const run = await engine.run(order, what, { id: `order-${what}` });
    await engine.decide(await run.hold("pay", short), { approved: true }, { by: "ana" });
    await run.result(short);
    made.push(run.id);
  }
  const anchors = await engine.anchors();
  await engine.stop();
  return { path, ids: made as [string, string], anchors };
}

async function looking<T>(path: string, look: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = createEngine({ store: sqlite(path), workflows: [order] });
  try {
    return await look(engine);
  } finally {
    await engine.stop();
  }
}

function write(path: string, ...statements: string[]): number {
  const database = openNodeSqlite(path);
  let changes = 0;
  for (const statement of statements) changes += database.prepare(statement).run();
  database.close();
  return changes;
}

const first = "run_pk = (select pk from run where id = 'order-book')";
const seqOf = (key: string) => `(select seq from journal where ${first} and key = '${key}')`;

describe("somebody with the file and SQL", () => {
  test.each<[string, string, RegExp, string[]]>([
    [
      "edits a result",
      "edited",
      /\(step:load#1, settled\).* was edited/,
      [`update journal set bytes = cast('{"price":1}' as blob) where ${first} and key = 'step:load#1'`],
    ],
    [
      "edits who decided",
      "edited",
      /mail it covers/,
      [`update inbox set sender = 'eve' where ${first} and sender = 'ana'`],
    ],
    [
      "edits when it was",
      "edited",
      /was edited/,
      [`update journal set started_at = started_at - 60000 where ${first} and key = 'step:pay#1'`],
    ],
    ["deletes an entry", "deleted", /is gone/, [`delete from journal where ${first} and key = 'step:pay#1'`]],
    ["deletes the decision", "deleted", /is gone/, [`delete from inbox where ${first}`]],
    [
      "inserts an entry",
      "inserted",
      /was never recorded|was given out twice|above the run's own count/,
      [
        `insert into journal select run_pk, seq + 100, 'step:refund#1', phase, kind, outcome, codec, bytes, ref, started_at,
          duration, attempt, measures, mail_seen, randomblob(32) from journal where ${first} and key = 'step:pay#1'`,
      ],
    ],
    [
      "puts two entries in another order",
      "reordered",
      /was recorded after entry/,
      [
        `update journal set seq = 1000 where ${first} and key = 'step:pay#1'`,
        `update journal set seq = seq - 1 where ${first} and key = 'step:pack#1'`,
        `update journal set seq = ${seqOf("step:pack#1")} + 1 where ${first} and key = 'step:pay#1'`,
      ],
    ],
    [
      "cuts the tail",
      "truncated",
      /the last 2 entries are gone/,
      [`delete from journal where ${first} and seq > (select max(seq) - 2 from journal where ${first})`],
    ],
    [
      "cuts the tail and mends the counts",
      "truncated",
      /the last|gone/,
      [
        `delete from journal where ${first} and key = 'run' and seq > 1`,
        `update run set entry_count = entry_count - 1 where id = 'order-book'`,
      ],
    ],
  ])("who %s is found out, and it is named", async (_, kind, message, statements) => {
    const { path, ids } = await recorded();
    expect(await looking(path, (engine) => engine.verify(ids[0]))).toMatchObject({ verdict: "intact", problems: [] });
    expect(write(path, ...statements)).toBeGreaterThan(0);
    const { verdict, problems } = await looking(path, (engine) => engine.verify(ids[0]));
    expect(verdict).toBe("broken");
    expect(problems.map((problem) => `${problem.kind}: ${problem.message}`).join("\n")).toMatch(
      new RegExp(`^${kind}: .*(?:${message.source})`, "m"),
    );
    // The other run has nothing to do with it.
    expect(await looking(path, (engine) => engine.verify(ids[1]))).toMatchObject({ verdict: "intact" });
  });

  test("who swaps the journals of two runs is found out at both, and they are named", async () => {
    const { path, ids } = await recorded();
    const [one, other] = ids.map((id) => `(select pk from run where id = '${id}')`) as [string, string];
    for (const table of ["journal", "inbox"]) {
      write(
        path,
        `update ${table} set run_pk = -1 where run_pk = ${one}`,
        `update ${table} set run_pk = ${one} where run_pk = ${other}`,
        `update ${table} set run_pk = ${other} where run_pk = -1`,
      );
    }
    for (const [id, stranger] of [ids, [...ids].reverse()] as [string, string][]) {
      const { problems } = await looking(path, (engine) => engine.verify(id));
      expect(problems.map(({ kind, message }) => `${kind}: ${message}`)).toContain(
        `swapped: this is the chain of run ${stranger}, not of ${id}`,
      );
    }
  });

  test("who replaces a whole run by another with the same id is found out by an anchor", async () => {
    const { path, ids, anchors } = await recorded();
    write(
      path,
      "delete from journal",
      "delete from inbox",
      "delete from hold_event",
      "delete from hold",
      "delete from run",
    );
    const engine = createEngine({ store: sqlite(path), workflows: [order] });
    await engine.start();
    const run = await engine.run(order, "book", { id: ids[0] });
    await engine.decide(await run.hold("pay", short), { approved: true }, { by: "eve" });
    await run.result(short);
    expect(await engine.verify(ids[0])).toMatchObject({ verdict: "intact" });
    expect((await engine.verify(ids[0], anchors)).problems[0]).toMatchObject({ kind: "recomputed" });
    expect((await engine.verify(ids[1], anchors)).problems[0]).toMatchObject({ kind: "deleted" });
    await engine.stop();
  });

  test("erasure and retention leave nothing to object to", async () => {
    const { path, ids, anchors } = await recorded();
    await looking(path, async (engine) => {
      await engine.erase({ run: ids[0] }, { by: "dpo" });
      expect(await engine.verify(ids[0], anchors)).toMatchObject({ verdict: "erased", problems: [] });
    });
    const engine = createEngine({ store: sqlite(path), workflows: [order], retention: { runs: 1 } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await engine.retain()).toMatchObject({ removed: 2 });
    for (const id of ids) expect(await engine.verify(id, anchors)).toMatchObject({ verdict: "removed", problems: [] });
    await engine.stop();
  });
});
