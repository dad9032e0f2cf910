import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Mariadb, missing, startMariadb } from "../fixtures/mariadb.ts";
import type { Context, Program } from "../operations/program.ts";
import { holds } from "../queries/holds.ts";
import { mysqlQueries } from "../queries/mysql-dialect.ts";
import { runs } from "../queries/runs.ts";
import { fill, templateOf } from "./literal.ts";
import { mysql } from "./mysql-store.ts";
import { readingStatements, writingStatements } from "./statements.ts";

/** 30,000 runs of which 2,000 are parked, 200 ready and 100 running; a hold for each parked one; ten entries for some. */
const filling = `
  insert into namespace (name) values ('test');
  insert into run (namespace, id, generation, workflow, version, spec, status, queue, priority, concurrency_key, key_held,
    ready_at, wake_at, owner, epoch, seq, stalls, seed, head, entry_count, streamed, parent_pk, parent_close, thread,
    input_digest, created_at, updated_at, finished_at)
  select 1, concat('r', seq), 1, concat('w', seq % 5), 1, 1,
    case when seq > 29900 then 2 when seq > 29700 then 0 when seq > 27700 then 3 else 6 end, 'default', seq % 3,
    if(seq % 50 = 0, concat('k', seq % 7), null), if(seq % 50 = 0 and seq > 27700, 1, 0), seq,
    if(seq > 27700 and seq <= 29700 and seq % 2, seq, null), if(seq > 29900, 1, null), 1, 3, 0, 's', 'h', 3, 0,
    if(seq % 10 = 0, seq - 1, null), if(seq % 10 = 0, 0, null), if(seq % 100 = 0, concat('t', seq % 13), null), 'd', seq, seq,
    if(seq <= 27700, seq, null)
  from seq_1_to_30000;
  insert into journal (run_pk, seq, \`key\`, phase, kind, codec, started_at, duration, attempt, mail_seen, hash)
    select run.pk, n.seq, 'k', 's', 1, 'j', 1, 1, 1, 0, 'h' from run, seq_1_to_10 as n where run.pk % 10 = 0;
  insert into inbox (run_pk, n, kind, \`key\`, dedupe, codec, at)
    select run.pk, n.seq, 1, 'k', concat('d', n.seq), 'j', 1 from run, seq_11_to_14 as n where run.pk % 10 = 0;
  insert into hold (namespace, id, run_pk, \`key\`, name, origin, status, title, severity, request_codec, request_bytes,
    request_ref, evidence_hash, action_hash, next_at, revision, opened_at)
    select 1, concat('h', pk), pk, 'k', 'n', 0, if(pk > 27700, 0, 2), 't', 1, 'j', 'x', 0, 'e', 'a',
      if(pk % 2, pk, null), 0, 1 from run where pk > 20000;
  insert into hold_event (hold_pk, n, channel, action, codec, at)
    select hold.pk, n.seq, 'c', 'a', 'j', 1 from hold, seq_1_to_3 as n;
  insert into tombstone (namespace, id, workflow, input_digest, status, outcome, head, entry_count, created_at, finished_at, removed_at)
    select 1, concat('old', seq), 'w', 'd', 6, 'success', 'h', 3, seq, seq, seq from seq_1_to_5000;
  insert into cache (namespace, \`key\`, codec, bytes, ref, expires_at)
    select 1, concat('c', seq), 'j', 'x', 0, seq from seq_1_to_2000;
  insert into payload select pk, 'hash', 'x' from run where pk % 5 = 0;
  insert into stream select pk, 1, 'x' from run where pk % 5 = 0;
  insert into label select pk, 'k', 'b', 'l', 1 from run where pk % 5 = 0;
  insert into document (hash, bytes) select concat('d', seq), 'x' from seq_1_to_500;
  insert into worker (namespace, incarnation, host, boot_id, pid, lease_until, capabilities) values (1, 'w', 'h', 'b', 1, 1, '[]');
  insert into schedule (namespace, id, revision, workflow, definition, event, paused, next_at, state, created_at, updated_at)
    select 1, concat('s', seq), 1, 'w', '{}', if(seq % 2, 'e', null), 0, if(seq % 2, null, seq), '{}', 1, 1 from seq_1_to_2000;
  insert into feed (namespace, run_pk, hold_pk, what, at) select namespace, run_pk, pk, 30, 1 from hold;
  insert into record (namespace, kind, id, revision, body, created_at, updated_at, expires_at)
    select 1, concat('k', seq % 3), concat('r', seq), 1, '{}', 1, 1, if(seq % 2, seq, null) from seq_1_to_5000;
  insert into log_head (namespace, name, n, at) values (1, 'audit', 5000, 5000);
  insert into log_line (log_pk, n, at, \`key\`, body, hash)
    select log_head.pk, seq, seq, concat('k', seq), '{}', 'h' from log_head, seq_1_to_5000;
  insert into firing (schedule_pk, \`key\`, kind, outcome, due_at, at)
    select schedule.pk, concat('f', n.seq), 0, 0, 1, 1 from schedule, seq_1_to_5 as n;
  analyze table run, journal, inbox, hold, hold_event, tombstone, cache, payload, stream, label, schedule, firing,
    document, record, feed, log_head, log_line`;

/** MariaDB has tables of numbers, `seq_1_to_10`, in every database; on MySQL those that are named in `filling` are made. */
const numbers = [...new Set(filling.match(/seq_\d+_to_\d+/g))].map((table) => {
  const [first, last] = table.match(/\d+/g) as string[];
  return `create table ${table} (seq integer primary key) as
    with recursive n (seq) as (select ${first} union all select seq + 1 from n where seq < ${last}) select seq from n`;
});
const making = ["set session cte_max_recursion_depth = 100000", ...numbers].join("; ");

/** Few rows: the workers and lanes of a namespace, counts for a screen, what retention looks through now and then. */
const whole = new Set(["workers", "runCounts", "removeCached", "removeOldFirings"]);
/** A few rows are sorted: lanes, generations and children of a run, a schedule's firings. */
const sorted = new Set(["holdCounts", "nextLane", "treeGenerations", "freeOrphans", "children", "firingsBefore"]);

describe.skipIf(missing !== null)(
  `on 30,000 runs on MariaDB${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let server: Mariadb;
    let database: string;
    beforeAll(async () => {
      server = await startMariadb();
      const url = server.database();
      database = new URL(url).pathname.slice(1);
      const store = mysql(url, { durability: "relaxed" });
      await store.open();
      await store.close();
      if (server.kind.product === "MySQL") await server.admin(`use ${database}; ${making}`);
      await server.admin(`use ${database}; ${filling}`);
    });
    afterAll(() => server.stop());

    const planOf = (sql: string): Promise<Record<string, unknown>[]> =>
      server.admin(
        // No mode: MySQL evaluates what it explains, and some of the parameters here are texts where numbers belong.
        `use ${database}; set names utf8mb4 collate ${server.kind.collation}; set session sql_mode = ''; set session transaction isolation level read committed; explain format = traditional ${sql}`,
      );
    const values = (count: number): (string | number)[] => Array.from({ length: count }, () => 29_000);
    /** Texts where a text is compared: a number would keep the server from using the index. */
    const sample: Record<string, (string | number)[]> = {
      insertNamespace: ["x"],
      namespace: ["test"],
      documentByHash: ["d1"],
      nextLane: [1, "default", "w1", 1],
      lane: [1, "default", "w1", 1, 10],
      freshLane: [1, "default", "w1", 1, 10],
      begunLane: [1, "default", "w1", 1, 10],
      runningInQueue: [1, "default"],
      runningWithKey: [1, "default", "k1"],
      heldWithKey: [1, "default", "k1"],
      wakeParked: [1, 27_800, 100],
      wakeDelayed: [1, 27_800, 100],
      finishedRoots: [1, 100, 3, 200, 100],
      finishedCount: [1, 100, 200],
      finishedTimes: [1, 100, 200, 10],
      closedCount: [1, 100, 200],
      closedTimes: [1, 100, 200, 10],
      openTimes: [1, 10],
      removeTombstones: [1, 3],
      dueHolds: [1, 27_800, 10],
      keptHolds: [1, 5],
      schedulesOfEvent: [1, "e", "s1", 10],
      dueSchedules: [1, 30, 10],
      trimFeed: [10],
      changesAfter: [9_900, 10],
      changesBetween: [9_900, 9_910],
      changeNumbersAfter: [9_900],
      recordById: [1, "k1", "r10"],
      recordsFrom: [1, "k1", "r10", "r2", 5, 10],
      recordsAfter: [1, "k1", "r10", "r2", 5, 10],
      sweepRecords: [1, 20, 10],
      logHead: [1, "audit"],
      insertLogHead: [1, "audit"],
      logLineByKey: [1, "k5"],
      firstLogLineFrom: [1, 4_900],
      logLinesUp: [1, 4_000, 4_010, 10],
      logLinesDown: [1, 4_000, 4_010, 10],
    };
    const named = (name: string, count: number): (string | number)[] => {
      const known = sample[name];
      if (known !== undefined) return known;
      const byText =
        /ById|idTaken|generations|runById|tombstone|worker|signalByDedupe|cached|holdEvents$|schedule|register|renew/i;
      const list = values(count);
      if (byText.test(name)) return list.map((_, i) => (i === 0 || (name === "idTaken" && i === 2) ? 1 : "r29000"));
      if (/holdByKey|holdState|mailByDedupe|chunk|firingByKey/.test(name)) return [29_000, "k", 1];
      return list;
    };

    test("no statement that is prepared by hand looks through a table", async () => {
      const bad: string[] = [];
      for (const [name, template] of Object.entries({ ...readingStatements, ...writingStatements })) {
        if (/^insert|^setLabel|^cache$|^register|^bury/.test(name) || whole.has(name)) continue;
        const parameters = named(name, Math.max(0, ...template.from.map((n) => n + 1)));
        for (const [i, n] of template.from.entries()) if (template.texts[i]?.endsWith("limit ")) parameters[n] = 10;
        const plan = await planOf(fill(template, parameters)).catch((error: Error) => {
          throw new Error(`${name}: ${error.message}`);
        });
        for (const row of plan) {
          const { type, key, Extra, table, rows } = row as Record<string, string | null>;
          const through = (type === "ALL" || type === "index") && !String(table).startsWith("<") && table !== "worker";
          const sorts = /filesort/.test(Extra ?? "") && !sorted.has(name) && !String(table).startsWith("<");
          if (through || sorts) bad.push(`${name}: ${table} ${type} ${key} ${rows} ${Extra}`);
        }
      }
      expect(bad).toEqual([]);
    });

    const context: Context = {
      name: "test",
      namespace: 1,
      news: { ready: false, hold: false, deadline: false, mail: null },
    };
    const page = { limit: 50, cursor: null };
    /** The plan of the last statement a query asks for; a lookup before it is answered with two keys. */
    async function planOfPage(program: Program<unknown>): Promise<string> {
      let step = program.next();
      if (step.done !== true && step.value.statement === "treeGenerations") step = program.next([{ pk: 1 }, { pk: 2 }]);
      if (step.done === true || typeof step.value.statement === "string") throw new TypeError("a query was expected");
      const plan = await planOf(fill(templateOf(step.value.statement.sql), step.value.parameters));
      return plan.map(({ table, type, key, Extra }) => `${table} ${type} ${key} ${Extra}`).join(" | ");
    }

    test("a page of runs or holds is read from the newest, or from the index of what it is filtered by", async () => {
      const run = (filter: object): Promise<string> => planOfPage(runs(mysqlQueries, context, filter, page));
      for (const filter of [{}, { status: ["parked"] as const }, { attributes: { a: 1 } }]) {
        const plan = await run(filter);
        expect(plan).toMatch(/^run (index|range) PRIMARY/);
        expect(plan).not.toContain("filesort");
      }
      expect(await run({ thread: "t1" })).toContain("run_by_thread");
      expect(await run({ idPrefix: "r299" })).toContain("run_by_id");
      expect(await run({ status: ["running"] })).toContain("run_ready");
      expect(await run({ parentId: "p" })).toContain("run_by_parent");
      const hold = (filter: object): Promise<string> => planOfPage(holds(mysqlQueries, context, filter, page));
      expect(await hold({ status: ["open"] })).toMatch(/^hold (ref|range) hold_open /);
      expect(await hold({ status: ["open"] })).not.toMatch(/filesort|temporary/);
      expect(await hold({ runId: "r29000" })).toMatch(/hold_by_run|hold_kept/);
    });
  },
);
