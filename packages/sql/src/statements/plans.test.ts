import { afterAll, describe, expect, test } from "vitest";
import type { SqlValue } from "../driver/driver.ts";
import { openNodeSqlite } from "../driver/node-sqlite.ts";
import type { Context, Program } from "../operations/program.ts";
import { sqliteQueries } from "../queries/dialect.ts";
import { holds } from "../queries/holds.ts";
import { runs } from "../queries/runs.ts";
import { migrate } from "../sqlite/migrate.ts";
import { statements } from "./statements.ts";

const driver = openNodeSqlite(":memory:");
migrate(driver, 1);
afterAll(() => driver.close());

function planOf(sql: string, parameters: readonly SqlValue[] = []): string {
  const rows = driver.prepare(`explain query plan ${sql}`).all(...parameters);
  return rows.map(({ detail }) => String(detail)).join(" | ");
}

describe("no statement that is prepared by hand looks at a whole table or sorts one", () => {
  // Few rows: the workers of a namespace; counts for a screen.
  const small = new Set(["workers", "runCounts", "holdCounts"]);
  test.each(Object.entries(statements).filter(([name]) => !small.has(name)))("%s", (_name, sql) => {
    const plan = planOf(sql);
    expect(plan).not.toMatch(/\bSCAN\b/);
    expect(plan).not.toMatch(/TEMP B-TREE/);
  });

  test("what an idle worker asks is answered from an index alone", () => {
    for (const name of ["nextParked", "nextDelayed", "nextHoldAt", "nextLane"] as const) {
      expect(planOf(statements[name])).toMatch(/^SEARCH \w+ USING COVERING INDEX/);
    }
  });
});

test("the way to the next lane does not lead through the runs of this one", () => {
  const steps = (runs: number): number => {
    const full = openNodeSqlite(":memory:");
    migrate(full, 1);
    full.exec(`
      with recursive n (i) as (select 1 union all select i + 1 from n where i < ${runs})
      insert into run (namespace, id, generation, workflow, version, spec, status, queue, priority, key_held, ready_at,
        epoch, seq, stalls, seed, head, entry_count, streamed, input_digest, created_at, updated_at)
      select 1, 'r' || i, 1, 'w', 1, 1, 0, 'default', 0, 0, i, 0, 1, 0, '', x'00', 1, 0, x'00', i, i from n`);
    const next = full.prepare(statements.nextLane);
    expect(next.get(1, "default", "w", 1)).toBeDefined();
    const all = Array.from({ length: 5 }, () => {
      const began = process.cpuUsage();
      for (let i = 0; i < 200; i++) next.get(1, "default", "w", 2);
      // The processor's time, not the clock's: it grows only while this works, and not while others do.
      return process.cpuUsage(began).user;
    });
    expect(next.get(1, "default", "w", 2)).toBeUndefined();
    full.close();
    return Math.min(...all);
  };
  // A walk through the lane took 300 times as long.
  expect(steps(20_000)).toBeLessThan(30 * steps(10));
});

describe("a page of a list", () => {
  const context: Context = {
    name: "x",
    namespace: 1,
    news: { ready: false, hold: false, deadline: false, mail: null },
  };
  const page = { limit: 50, cursor: null };

  /** The plan of the last statement a query asks for; a lookup before it is answered with two keys. */
  function planOfPage(program: Program<unknown>): string {
    let step = program.next();
    if (step.done !== true && step.value.statement === "treeGenerations") step = program.next([{ pk: 1 }, { pk: 2 }]);
    if (step.done === true || typeof step.value.statement === "string") throw new TypeError("a query was expected");
    return planOf(step.value.statement.sql, step.value.parameters);
  }

  test("walks the runs from the newest and stops when it is full", () => {
    for (const filter of [{}, { status: ["parked"] as const }, { attributes: { a: 1 } }]) {
      const plan = planOfPage(runs(sqliteQueries, context, filter, page));
      expect(plan).toMatch(/^SCAN run \|/);
      expect(plan).not.toContain("TEMP B-TREE");
    }
  });

  test("uses the index of what it is filtered by", () => {
    const run = (filter: object): string => planOfPage(runs(sqliteQueries, context, filter, page));
    expect(run({ thread: "t" })).toContain("run_by_thread");
    expect(run({ idPrefix: "a" })).toContain("run_by_id");
    expect(run({ status: ["running"] })).toContain("run_running");
    expect(run({ status: ["running"], workflow: "w" })).toContain("run_running");
    expect(run({ parentId: "p" })).toContain("run_by_parent");
    const hold = (filter: object): string => planOfPage(holds(sqliteQueries, context, filter, page));
    expect(hold({ status: ["open"] })).toMatch(/hold_open/);
    expect(hold({ status: ["open"] })).not.toContain("TEMP B-TREE");
    expect(hold({ runId: "r" })).toMatch(/hold_by_run.*hold_kept/);
  });
});
