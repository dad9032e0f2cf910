import type { History, HistoryRange, HoldRow, RunPk, RunRow, TableSize } from "@holdpoint/core";
import { statusCode } from "../columns/codes.ts";
import { readHold } from "../columns/hold.ts";
import { readEntry, readMail } from "../columns/journal.ts";
import { integer, text } from "../columns/read.ts";
import { readRun } from "../columns/run.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import type { Context } from "../operations/program.ts";
import { holdColumns } from "../statements/hold.ts";
import type { MysqlConnected } from "./connections.ts";
import { list, literal } from "./literal.ts";

const entryColumns = "number key phase kind outcome codec bytes ref at duration attempt measures mail_seen hash".split(
  " ",
);

/** A run's entries, and its mail, from behind a number on: two ranges of primary keys. */
function rangesOf(n: number, { pk, after, until }: HistoryRange, hashes: boolean): string {
  const hash = hashes ? "hash" : "x''";
  const upTo = (column: string): string => (until === undefined ? "" : ` and ${column} <= ${until}`);
  return `
    (select ${n} as n, 0 as is_mail, seq as number, \`key\`, phase, kind, outcome, codec, bytes, ref, started_at as at,
      duration, attempt, measures, mail_seen, ${hash} as hash, null as dedupe, null as sender, null as salt
    from journal where run_pk = ${pk} and seq > ${after}${upTo("seq")})
    union all
    (select ${n}, 1, n, \`key\`, null, kind, outcome, codec, bytes, ref, at, null, null, null, null, null, dedupe, sender, salt
    from inbox where run_pk = ${pk} and n > ${after}${upTo("n")})`;
}

/** Entries and mail of many runs in one statement, which sees them at one moment, and one round trip. */
export async function history(
  connected: MysqlConnected,
  { namespace }: Context,
  wanted: readonly HistoryRange[],
  hashes: boolean,
): Promise<History[]> {
  const found: History[] = wanted.map(() => ({ entries: [], mail: [] }));
  if (wanted.length === 0) return found;
  const [known, read] = await connected.script([
    `select pk from run where pk in ${list(wanted.map(({ pk }) => pk))} and namespace = ${namespace}`,
    wanted.map((range, n) => rangesOf(n, range, hashes)).join(" union all "),
  ]);
  const here = new Set((known?.rows ?? []).map((row) => integer(row, "pk")));
  for (const row of read?.rows ?? []) {
    const n = integer(row, "n");
    if (!here.has(wanted[n]?.pk ?? 0)) continue;
    if (row.is_mail === 1) found[n]?.mail.push(readMail({ ...row, n: integer(row, "number") }));
    else found[n]?.entries.push(readEntry(entryColumns.map((name) => row[name] as SqlValue)));
  }
  // The server gives the ranges in their order, but does not promise to.
  for (const { entries, mail } of found) {
    entries.sort((a, b) => a.seq - b.seq);
    mail.sort((a, b) => a.n - b.n);
  }
  return found;
}

export async function unread(
  connected: MysqlConnected,
  { namespace }: Context,
  owned: readonly { pk: RunPk; epoch: number; seq: number }[],
): Promise<{ pk: RunPk; seq: number; fenced: boolean }[]> {
  if (owned.length === 0) return [];
  const rows = await connected.rows(
    `select pk, seq, epoch, status from run where pk in ${list(owned.map(({ pk }) => pk))} and namespace = ${namespace}`,
  );
  const found = new Map(rows.map((row) => [integer(row, "pk"), row]));
  return owned.flatMap(({ pk, epoch, seq }) => {
    const row = found.get(pk);
    if (row === undefined) return [{ pk, seq, fenced: true }];
    const fenced = integer(row, "epoch") !== epoch || row.status !== statusCode.running;
    const now = integer(row, "seq");
    return fenced || now > seq ? [{ pk, seq: now, fenced }] : [];
  });
}

/** How many ids one statement looks up: for a longer list the server may think a walk through the table as good. */
const idsAtOnce = 500;

/** Rows by their ids: as many statements as the list needs, in one round trip. */
async function rowsById(
  connected: MysqlConnected,
  ids: readonly string[],
  select: (ids: string) => string,
): Promise<SqlRow[]> {
  // No row has half of a surrogate pair in its id.
  const possible = ids.filter((id) => id.isWellFormed());
  const statements: string[] = [];
  for (let i = 0; i < possible.length; i += idsAtOnce) statements.push(select(list(possible.slice(i, i + idsAtOnce))));
  if (statements.length === 0) return [];
  return (await connected.script(statements)).flatMap(({ rows }) => rows);
}

/** The newest generation of each of these runs, by id. */
export async function runsById(
  connected: MysqlConnected,
  { name, namespace }: Context,
  ids: readonly string[],
): Promise<Map<string, RunRow>> {
  const rows = await rowsById(
    connected,
    ids,
    (wanted) => `
      select run.*, worker.incarnation from run left join worker on worker.pk = run.owner
      where run.namespace = ${namespace} and run.id in ${wanted} and run.next_pk is null`,
  );
  return new Map(rows.map((row) => [row.id as string, readRun(row, name)]));
}

export async function holdsById(
  connected: MysqlConnected,
  { namespace }: Context,
  ids: readonly string[],
): Promise<Map<string, HoldRow>> {
  const rows = await rowsById(
    connected,
    ids,
    (wanted) => `
      select ${holdColumns} from hold left join run on run.pk = hold.run_pk left join document on document.pk = hold.form
      where hold.namespace = ${namespace} and hold.id in ${wanted}`,
  );
  return new Map(rows.map((row) => [row.id as string, readHold(row)]));
}

/** Bytes of all tables of the database with their indexes, as far as the server has counted them. */
export async function tableSizes(
  connected: MysqlConnected,
  database: string,
): Promise<{ bytes: number; tables: TableSize[] }> {
  const rows = await connected.rows(`
    select table_name as name, cast(coalesce(table_rows, 0) as signed) as counted,
      cast(coalesce(data_length + index_length, 0) as signed) as bytes
    from information_schema.tables where table_schema = ${literal(database)} order by bytes desc, name`);
  const tables = rows.map((row) => ({
    name: text(row, "name"),
    rows: integer(row, "counted"),
    bytes: integer(row, "bytes"),
  }));
  return { bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0), tables };
}
