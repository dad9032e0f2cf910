import type { History, HistoryRange, HoldRow, RunPk, RunRow, TableSize } from "@holdpoint/core";
import { statusCode } from "../columns/codes.ts";
import { readHold } from "../columns/hold.ts";
import { readEntry, readMail } from "../columns/journal.ts";
import { integer, text } from "../columns/read.ts";
import { readRun } from "../columns/run.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import type { Context } from "../operations/program.ts";
import { holdColumns } from "../statements/hold.ts";
import type { Connected } from "./connections.ts";
import { few } from "./few.ts";

/** Entries and mail of many runs in one statement, which sees them at one moment. Replays read to the end, and have a plan of their own. */
const historyText = (bounded: boolean): string => `
  with wanted as (
    select input.*
    from (
      select * from unnest($2::bigint[], $3::bigint[]${bounded ? ", $6::bigint[]" : ""}) with ordinality
        as input (pk, after${bounded ? ", until" : ""}, n) ${few(5)}
    ) as input
    join run on run.pk = input.pk and run.namespace + 0 = $1
  )
  select wanted.n, 0 as is_mail, seq as number, key, phase, kind, outcome, codec, bytes, ref, started_at as at, duration, attempt,
    measures, mail_seen, case when $4::boolean then hash else ''::bytea end as hash, null::text as dedupe, null::text as sender, null::bytea as salt
  from wanted join journal on run_pk = wanted.pk and seq > wanted.after${bounded ? " and seq <= wanted.until" : ""}
  union all
  select wanted.n, 1, inbox.n, key, null, kind, outcome, codec, bytes, ref, at, null, null, null, null, null, dedupe,
    sender, salt
  from wanted join inbox on run_pk = wanted.pk and inbox.n > wanted.after${bounded ? " and inbox.n <= wanted.until" : ""}
  order by 1, 2, 3`;
const wholeHistory = { name: "history", text: historyText(false) };
const partOfHistory = { name: "history-part", text: historyText(true) };

const entryColumns = "number key phase kind outcome codec bytes ref at duration attempt measures mail_seen hash".split(
  " ",
);

export async function history(
  connected: Connected,
  { namespace }: Context,
  wanted: readonly HistoryRange[],
  hashes: boolean,
): Promise<History[]> {
  const found: History[] = wanted.map(() => ({ entries: [], mail: [] }));
  if (wanted.length === 0) return found;
  const pks = wanted.map(({ pk }) => pk);
  const values = [namespace, pks, wanted.map(({ after }) => after), String(hashes), wanted.length];
  const bounded = wanted.some(({ until }) => until !== undefined);
  const { rows } = await connected.query(
    bounded
      ? { ...partOfHistory, values: [...values, wanted.map(({ until = Number.MAX_SAFE_INTEGER }) => until)] }
      : { ...wholeHistory, values },
  );
  for (const row of rows) {
    const one = found[integer(row, "n") - 1];
    if (row.is_mail === 1) one?.mail.push(readMail({ ...row, n: integer(row, "number") }));
    else one?.entries.push(readEntry(entryColumns.map((name) => row[name] as SqlValue)));
  }
  return found;
}

const unreadText = `
  select input.n, run.seq, coalesce(run.epoch <> input.epoch or run.status <> ${statusCode.running}, true) as fenced
  from (select * from unnest($2::bigint[], $3::bigint[], $4::bigint[]) with ordinality as input (pk, epoch, seq, n) ${few(5)}) as input
  left join run on run.pk = input.pk and run.namespace + 0 = $1
  where run.pk is null or run.seq > input.seq or run.epoch <> input.epoch or run.status <> ${statusCode.running}
  order by input.n`;

export async function unread(
  connected: Connected,
  { namespace }: Context,
  owned: readonly { pk: RunPk; epoch: number; seq: number }[],
): Promise<{ pk: RunPk; seq: number; fenced: boolean }[]> {
  if (owned.length === 0) return [];
  const pks = owned.map(({ pk }) => pk);
  const values = [namespace, pks, owned.map(({ epoch }) => epoch), owned.map(({ seq }) => seq), owned.length];
  const { rows } = await connected.query({ name: "unread", text: unreadText, values });
  return rows.flatMap((row) => {
    const one = owned[integer(row, "n") - 1];
    if (one === undefined) return [];
    return [{ pk: one.pk, seq: row.seq === null ? one.seq : integer(row, "seq"), fenced: row.fenced === 1 }];
  });
}

const sizeText = `
  select relname::text as name, greatest(reltuples, 0)::bigint as count, pg_total_relation_size(pg_class.oid)::bigint as bytes
  from pg_class join pg_namespace on pg_namespace.oid = relnamespace
  where nspname = $1 and relkind = 'r' order by bytes desc, name`;

/** The tables of the schema with their indexes, the largest first, and their bytes in all. */
export async function tableSizes(
  connected: Connected,
  schema: string,
): Promise<{ bytes: number; tables: TableSize[] }> {
  const { rows } = await connected.query({ text: sizeText, values: [schema] });
  const tables = (rows as SqlRow[]).map((row) => ({
    name: text(row, "name"),
    rows: integer(row, "count"),
    bytes: integer(row, "bytes"),
  }));
  return { bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0), tables };
}

/** Without those that no row can have: PostgreSQL takes no NUL in text, and half of a surrogate pair has no UTF-8. */
const possible = (ids: readonly string[]): string[] => ids.filter((id) => !id.includes("\u0000") && id.isWellFormed());

const runsText = `
  select run.*, worker.incarnation from unnest($2::text[]) as wanted (id) cross join lateral (
    select * from run where namespace = $1 and run.id = wanted.id order by generation desc limit 1) run
  left join worker on worker.pk = run.owner`;

/** The newest generation of each of these runs, by id. */
export async function runsById(
  connected: Connected,
  { name, namespace }: Context,
  ids: readonly string[],
): Promise<Map<string, RunRow>> {
  const { rows } = await connected.query({ name: "runs", text: runsText, values: [namespace, possible(ids)] });
  return new Map(rows.map((row) => [row.id as string, readRun(row, name)]));
}

const holdsText = `
  select ${holdColumns} from unnest($2::text[]) as wanted (id) cross join lateral (
    select * from hold where namespace = $1 and hold.id = wanted.id limit 1) hold
  left join run on run.pk = hold.run_pk left join document on document.pk = hold.form`;

export async function holdsById(
  connected: Connected,
  { namespace }: Context,
  ids: readonly string[],
): Promise<Map<string, HoldRow>> {
  const { rows } = await connected.query({ name: "holds", text: holdsText, values: [namespace, possible(ids)] });
  return new Map(rows.map((row) => [row.id as string, readHold(row)]));
}
