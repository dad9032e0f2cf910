import { statusCode } from "../columns/codes.ts";
import type { StatementName } from "../statements/statements.ts";
import { statements } from "../statements/statements.ts";

/** The statement with one part written differently. */
function withPart(name: StatementName, part: string, instead: string): string {
  const statement: string = statements[name];
  if (!statement.includes(part)) throw new TypeError(`the statement "${name}" has no "${part}" any more`);
  return statement.replace(part, instead);
}

/** The few statements that PostgreSQL wants written differently. */
const written: Partial<Record<StatementName, string>> = {
  append: withPart("append", "min(stalls, ?)", "least(stalls, ?)"),
  extend: withPart("extend", "max(lease_until, ?)", "greatest(lease_until, ?)"),
  eraseHolds: withPart(
    "eraseHolds",
    "decision_codec = case when decision_codec is null then null else ? end",
    "decision_codec = case when decision_codec is null then null else ?::text end",
  ).replace(
    "decision_bytes = case when decision_codec is null then null else ? end",
    "decision_bytes = case when decision_codec is null then null else ?::bytea end",
  ),
};

/**
 * In a transaction that writes, what is read to decide on is locked: where SQLite has one writer at a time, the row's
 * lock orders the writers here. Rows are locked in the order of `pk`, so that no two wait for each other; what another
 * claim has locked is left to it.
 */
const locking: Partial<Record<StatementName, string>> = {
  deliveryByPk: `${statements.deliveryByPk} for update`,
  deliveryById: `${statements.deliveryById} for update`,
  fenceOf: `${statements.fenceOf} for update`,
  holdById: `${statements.holdById} for update of hold`,
  scheduleById: `${statements.scheduleById} for update`,
  recordById: `${statements.recordById} for update`,
  logHead: `${statements.logHead} for update`,
  sweepRecords: withPart("sweepRecords", "limit ? + 0)", "limit ? + 0 for update skip locked)"),
  treeGenerations: `${statements.treeGenerations} order by pk for update`,
  // Nobody takes over a worker while a claim gives it runs: they would be left with nobody's.
  worker: `${statements.worker} for key share`,
  lane: `${statements.lane} for update skip locked`,
  freshLane: `${statements.freshLane} for update skip locked`,
  begunLane: `${statements.begunLane} for update skip locked`,
  give: withPart(
    "give",
    "where pk = ? and namespace = ?",
    `where pk = ? and namespace = ? and status = ${statusCode.ready}`,
  ),
  wakeParked: withPart("wakeParked", "limit ? + 0)", "limit ? + 0 for update skip locked)"),
  wakeDelayed: withPart("wakeDelayed", "limit ? + 0)", "limit ? + 0 for update skip locked)"),
  freeOrphans: `
    update run set status = ${statusCode.ready}, owner = null where pk in (
      select pk from run where namespace = ? and status = ${statusCode.running}
        and (owner is null or owner not in (select pk from worker)) order by pk for update)`,
};

/** `?` as `$1`, `$2`, … */
export function numbered(sql: string): string {
  let n = 0;
  return sql.replaceAll("?", () => `$${++n}`);
}

/**
 * A row that is named by its key is found by it. With few rows in the table, or none when the plan was made, the server thinks
 * another index as good, and that one has every run that is running.
 */
function byKey(sql: string): string {
  return sql
    .replaceAll(/\bpk = \? and (run\.)?namespace = \?/g, "pk = ? and $1namespace + 0 = ?")
    .replace(`and status = ${statusCode.running} and seq = ?`, `and status + 0 = ${statusCode.running} and seq = ?`);
}

function prepared(texts: Record<string, string>): Record<StatementName, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, sql]) => [name, numbered(byKey(sql))])) as Record<
    StatementName,
    string
  >;
}

/** For reads. */
export const readingStatements = prepared({ ...statements, ...written });
/** For transactions that write. */
export const writingStatements = prepared({ ...statements, ...written, ...locking });
