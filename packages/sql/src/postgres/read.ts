import type { History, RunPk } from "@holdpoint/core";
import { statusCode } from "../columns/codes.ts";
import { readEntry, readMail } from "../columns/journal.ts";
import { integer } from "../columns/read.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import type { Context } from "../operations/program.ts";
import type { Connected } from "./connections.ts";

/** Entries and mail of many runs in one statement, which sees them at one moment. */
const historyText = `
  with wanted as (
    select input.n, input.pk, input.after from unnest($2::bigint[], $3::bigint[]) with ordinality as input (pk, after, n)
    join run on run.pk = input.pk and run.namespace = $1
  )
  select wanted.n, 0 as is_mail, seq as number, key, phase, kind, outcome, codec, bytes, ref, started_at as at, duration, attempt,
    measures, mail_seen, case when $4::boolean then hash else ''::bytea end as hash, null::text as dedupe, null::text as sender, null::bytea as salt
  from wanted join journal on run_pk = wanted.pk and seq > wanted.after
  union all
  select wanted.n, 1, inbox.n, key, null, kind, outcome, codec, bytes, ref, at, null, null, null, null, null, dedupe,
    sender, salt
  from wanted join inbox on run_pk = wanted.pk and inbox.n > wanted.after
  order by 1, 2, 3`;

const entryColumns = "number key phase kind outcome codec bytes ref at duration attempt measures mail_seen hash".split(
  " ",
);

export async function history(
  connected: Connected,
  { namespace }: Context,
  wanted: readonly { pk: RunPk; after: number }[],
  hashes: boolean,
): Promise<History[]> {
  const found: History[] = wanted.map(() => ({ entries: [], mail: [] }));
  if (wanted.length === 0) return found;
  const values = [namespace, wanted.map(({ pk }) => pk), wanted.map(({ after }) => after), String(hashes)];
  const { rows } = await connected.query({ name: "history", text: historyText, values });
  for (const row of rows) {
    const one = found[integer(row, "n") - 1];
    if (row.is_mail === 1) one?.mail.push(readMail({ ...row, n: integer(row, "number") }));
    else one?.entries.push(readEntry(entryColumns.map((name) => row[name] as SqlValue)));
  }
  return found;
}

const unreadText = `
  select input.n, run.seq, coalesce(run.epoch <> input.epoch or run.status <> ${statusCode.running}, true) as fenced
  from unnest($2::bigint[], $3::bigint[], $4::bigint[]) with ordinality as input (pk, epoch, seq, n)
  left join run on run.pk = input.pk and run.namespace = $1
  where run.pk is null or run.seq > input.seq or run.epoch <> input.epoch or run.status <> ${statusCode.running}
  order by input.n`;

export async function unread(
  connected: Connected,
  { namespace }: Context,
  owned: readonly { pk: RunPk; epoch: number; seq: number }[],
): Promise<{ pk: RunPk; seq: number; fenced: boolean }[]> {
  if (owned.length === 0) return [];
  const values = [namespace, owned.map(({ pk }) => pk), owned.map(({ epoch }) => epoch), owned.map(({ seq }) => seq)];
  const { rows } = await connected.query({ name: "unread", text: unreadText, values });
  return rows.flatMap((row) => {
    const one = owned[integer(row, "n") - 1];
    if (one === undefined) return [];
    return [{ pk: one.pk, seq: row.seq === null ? one.seq : integer(row, "seq"), fenced: row.fenced === 1 }];
  });
}

const sizeText = `
  select coalesce(sum(pg_total_relation_size(pg_class.oid)), 0)::bigint as bytes
  from pg_class join pg_namespace on pg_namespace.oid = relnamespace
  where nspname = $1 and relkind = 'r'`;

/** Bytes of all tables of the schema with their indexes. */
export async function tableBytes(connected: Connected, schema: string): Promise<number> {
  const { rows } = await connected.query({ text: sizeText, values: [schema] });
  return integer(rows[0] as SqlRow, "bytes");
}
