import { createEngine, postgres, type Store, workflow } from "holdpoint";
import pg from "pg";
import { timed } from "./engines.ts";
import { type Figure, figure, median, percentile } from "./figures.ts";
import { startPostgres, withoutPostgres } from "./p-server.ts";

/** With its first and its last entry a run has 50. */
const stepsOfRun = 48;
const rowsOfRun = stepsOfRun + 2;
const partitions = 10;

const fifty = workflow({ name: "fifty" }, async (ctx) => {
  for (let i = 0; i < stepsOfRun; i++)
    await ctx.step("one", () => ({ order: "A-7", amount: 120, note: "x".repeat(60) }));
});

const report = (id: string, what: string, unit: string, rounds: number[], note = ""): Figure =>
  figure(id, what, unit, { must: Number.POSITIVE_INFINITY, aim: Number.POSITIVE_INFINITY, less: true }, rounds, note);

/**
 * P6: retention on a journal of so many rows: removing runs as it is done, against dropping a partition. Reports only.
 * The rows are copies of one run's, made in the database.
 */
export async function p6(rows: number): Promise<Figure[]> {
  if (withoutPostgres) return [];
  const server = await startPostgres();
  const client = new pg.Client(server.url);
  await client.connect();
  const store = postgres(server.url, { schema: "p6" });
  const engine = createEngine({ determinism: "off", store, workflows: [fifty], retention: { runs: false } });
  try {
    await engine.start();
    await (await engine.run(fifty, undefined, { id: "template" })).result();
    await client.query("set search_path to p6");
    const runs = Math.round(rows / rowsOfRun);
    const made = await timed(() => generate(client, runs));
    const quiet = await steps(engine);
    const removal = await remove(client, store, Math.min(5_000, runs / 4));
    const vacuum = await timed(() => client.query("vacuum journal"));
    let over = false;
    const busy = remove(client, store, Math.min(5_000, runs / 4), () => over);
    const during = await steps(engine);
    over = true;
    await busy;
    const apart = await partitioned(client, runs);
    const size = await client.query<{ bytes: string }>("select pg_total_relation_size('journal') as bytes");
    const ms = (values: readonly number[]): string =>
      `p50 ${median(values).toFixed(1)} ms, p99 ${percentile(values, 0.99).toFixed(1)} ms`;
    return [
      report(
        "P6 made",
        `${rows} journal rows, generated`,
        "s",
        [made / 1000],
        `${Math.round(Number(size.rows[0]?.bytes) / 1e6)} MB with index`,
      ),
      report(
        "P6 delete",
        "a run of 50 rows is removed in",
        "ms",
        [removal.ms / removal.runs],
        `${removal.runs} runs, ${Math.round((removal.runs * rowsOfRun * 1000) / removal.ms)} rows/s, ${Math.round(removal.wal / removal.runs / rowsOfRun)} bytes of WAL a row, longest call ${Math.round(removal.longest)} ms`,
      ),
      report("P6 vacuum", "vacuum of the journal afterwards", "s", [vacuum / 1000]),
      report(
        "P6 step",
        "a step while runs are removed",
        "ms",
        [median(during)],
        `${ms(during)}; without: ${ms(quiet)}`,
      ),
      report("P6 drop", `a partition of ${Math.round(rows / partitions)} rows is dropped in`, "ms", [apart.drop]),
      report(
        "P6 append",
        "an entry, journal in partitions",
        "µs",
        [apart.append[1]],
        `one table: ${apart.append[0].toFixed(0)} µs`,
      ),
      report(
        "P6 read",
        "a history of 50 rows, journal in partitions",
        "µs",
        [apart.read[1]],
        `one table: ${apart.read[0].toFixed(0)} µs`,
      ),
    ];
  } finally {
    await engine.stop();
    await client.end();
    await server.stop();
  }
}

/** Finished copies of the template, each with its journal. */
async function generate(client: pg.Client, runs: number): Promise<void> {
  await client.query("set synchronous_commit = off");
  const { rows } = await client.query<{ name: string }>(
    "select column_name as name from information_schema.columns where table_schema = 'p6' and table_name = 'run' and column_name not in ('pk', 'id')",
  );
  const columns = rows.map(({ name }) => `"${name}"`).join(", ");
  const batch = 20_000;
  for (let from = 0; from < runs; from += batch) {
    const to = Math.min(runs, from + batch) - 1;
    await client.query(
      `with made as (
         insert into run (id, ${columns}) select 'g' || n, ${columns} from run, generate_series($1::int, $2::int) as n where run.id = 'template' returning pk
       )
       insert into journal
       select made.pk, seq, key, phase, kind, outcome, codec, bytes, ref, started_at, duration, attempt, measures, mail_seen, hash
       from made, journal where journal.run_pk = (select pk from run where id = 'template')`,
      [from, to],
    );
  }
  await client.query("set synchronous_commit = on");
  await client.query("vacuum analyze run, journal");
}

/** Removes runs, 100 trees a transaction, as a worker does. */
async function remove(client: pg.Client, store: Store, runs: number, isOver = () => false) {
  const lsn = async () =>
    (await client.query<{ at: string }>("select pg_current_wal_lsn() - '0/0'::pg_lsn as at")).rows[0]?.at;
  const before = Number(await lsn());
  const began = performance.now();
  let removed = 0;
  let longest = 0;
  while (removed < runs && !isOver()) {
    const now = Date.now();
    const request = { finishedBefore: now, tombstonesBefore: 0, holdsBefore: null, limit: 100, now };
    let count = 0;
    longest = Math.max(longest, await timed(async () => (count = (await store.retain("default", request)).removed)));
    if (count === 0) break;
    removed += count;
  }
  return { runs: removed, ms: performance.now() - began, longest, wal: Number(await lsn()) - before };
}

let asked = 0;

/** Milliseconds of each of 300 steps, one after the other. */
async function steps(engine: ReturnType<typeof createEngine>): Promise<number[]> {
  const all: number[] = [];
  for (let round = 0; round < 6; round++) {
    const run = await engine.run(fifty, undefined, { id: `step-${++asked}` });
    await run.result();
    const times: number[] = [];
    for await (const event of run.watch()) times.push(event.at.getTime());
    for (let i = 2; i < times.length - 1; i++) all.push((times[i] ?? 0) - (times[i - 1] ?? 0));
  }
  return all;
}

/** The same rows in ten partitions by run: what a drop, an append and a history cost, the last two beside the one table. */
async function partitioned(client: pg.Client, runs: number) {
  const { rows } = await client.query<{ low: string; high: string }>(
    "select min(pk) as low, max(pk) + 1 as high from run",
  );
  const [low, high] = [Number(rows[0]?.low), Number(rows[0]?.high)];
  await client.query("set synchronous_commit = off");
  await client.query("create table apart (like journal) partition by range (run_pk)");
  for (let n = 0; n < partitions; n++) {
    const at = (part: number): number => Math.floor(low + ((high - low) * part) / partitions);
    const end = n === partitions - 1 ? "maxvalue" : String(at(n + 1));
    await client.query(
      `create table apart_${n} partition of apart for values from (${n === 0 ? "minvalue" : at(n)}) to (${end})`,
    );
  }
  await client.query("insert into apart select * from journal");
  await client.query("create unique index apart_by_run on apart (run_pk, seq)");
  await client.query("vacuum analyze apart");
  await client.query("set synchronous_commit = on");
  const append: [number, number] = [0, 0];
  const read: [number, number] = [0, 0];
  for (const [at, table] of (["journal", "apart"] as const).entries()) {
    const one = async (name: string, text: string, values: unknown[]): Promise<number> =>
      (await timed(() => client.query({ name: `${name} ${table}`, text, values }))) * 1000;
    const columns =
      "key, phase, kind, outcome, codec, bytes, ref, started_at, duration, attempt, measures, mail_seen, hash";
    const template = (await client.query<{ pk: string }>("select min(run_pk) as pk from journal")).rows[0]?.pk;
    const insert = `insert into ${table} select $1::bigint, $2::bigint, ${columns} from journal where run_pk = ${template} and seq = 2`;
    const inserts: number[] = [];
    for (let i = 0; i < 1_000; i++) inserts.push(await one("append", insert, [high + 1, i]));
    const reads: number[] = [];
    for (let i = 0; i < 1_000; i++) {
      const pk = low + Math.floor((runs * 0.9 * i) / 1_000);
      reads.push(await one("read", `select * from ${table} where run_pk = $1::bigint and seq > 0 order by seq`, [pk]));
    }
    append[at] = median(inserts);
    read[at] = median(reads);
  }
  const drop = await timed(() => client.query("drop table apart_5"));
  return { drop, append, read };
}
