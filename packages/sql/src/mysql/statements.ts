import { firstFinished, holdCode, statusCode } from "../columns/codes.ts";
import type { StatementName } from "../statements/statements.ts";
import { statements } from "../statements/statements.ts";
import { type Template, templateOf } from "./literal.ts";

const { ready, delayed, running, parked } = statusCode;
const byAge = "urgency, ready_at, pk";

/** The statement with one part written differently. */
function withPart(name: StatementName, part: string, instead: string): string {
  const statement: string = statements[name];
  if (!statement.includes(part)) throw new TypeError(`the statement "${name}" has no "${part}" any more`);
  return statement.replace(part, instead);
}

/** The server takes a part of a lane for few enough to sort them. */
function ratedLane(name: "freshLane" | "begunLane"): string {
  return withPart(name, "priority desc, ready_at, pk", byAge).replace("from run", "from run force index (run_ready)");
}

/** Runs that are due wait neither for another claim nor for mail that is being delivered. The lists are read before a row is changed. */
const wake = (status: number, set: string): string => `
  update run join (
    select pk from run force index (run_due) where namespace = ? and due_at <= ? and status = ${status} order by due_at limit ?
    for update skip locked) as due on due.pk = run.pk
  set ${set}`;

const finishedWithin = "where namespace = ? and finished_root_at >= ? and finished_root_at < ?";

/** Either kind of them: the earlier of the two that are asked for is the same. */
const nextDue = "select due_at as at from run where namespace = ? and due_at is not null order by due_at limit 1";

/**
 * Statements that want to be written differently here: another word for the same, an index on a generated column where the
 * others have a partial one, comparisons of several columns taken apart (the server would walk through the index), and
 * assignments in an order where none reads what another has just set.
 */
const written: Partial<Record<StatementName, string>> = {
  append: withPart("append", "min(stalls, ?)", "least(stalls, ?)"),
  extend: withPart("extend", "max(lease_until, ?)", "greatest(lease_until, ?)"),
  insertLogHead: withPart("insertLogHead", "on conflict do nothing", "on duplicate key update pk = pk"),
  insertNamespace: "insert into namespace (name) values (?) on duplicate key update pk = pk",
  insertDocument: withPart("insertDocument", "on conflict do nothing", "on duplicate key update pk = pk"),
  insertChunk: withPart("insertChunk", "on conflict do nothing", "on duplicate key update run_pk = run_pk"),
  register: `
    insert into worker (namespace, incarnation, host, boot_id, pid, lease_until, capabilities)
    values (?, ?, ?, ?, ?, ?, ?)
    on duplicate key update lease_until = values(lease_until), capabilities = values(capabilities)`,
  cache: `
    insert into cache (namespace, key, codec, bytes, ref, expires_at) values (?, ?, ?, ?, ?, ?)
    on duplicate key update codec = values(codec), bytes = values(bytes), ref = values(ref),
      expires_at = values(expires_at)`,
  setLabel: `
    insert into label (run_pk, key, \`by\`, label, at) values (?, ?, ?, ?, ?)
    on duplicate key update label = values(label), at = values(at)`,
  labels: "select key, `by`, label, at from label where run_pk = ? order by key, `by`",

  wakeByMail: `
    update run set outcome = case when status >= ${firstFinished} then null else outcome end, finished_at = null,
      seq = seq + 1, updated_at = ?, status = ?, ready_at = ?, waiting = null
    where pk = ?`,

  nextLane: `
    (select queue, workflow, version from run
      where namespace = ?1 and status = ${ready} and queue = ?2 and workflow = ?3 and version >= ?4
      order by version limit 1)
    union all
    (select queue, workflow, version from run
      where namespace = ?1 and status = ${ready} and queue = ?2 and workflow > ?3 order by workflow, version limit 1)
    union all
    (select queue, workflow, version from run
      where namespace = ?1 and status = ${ready} and queue > ?2 order by queue, workflow, version limit 1)
    order by queue, workflow, version limit 1`,
  lane: withPart("lane", "priority desc, ready_at, pk", byAge),
  freshLane: ratedLane("freshLane"),
  begunLane: ratedLane("begunLane"),
  nextParked: nextDue,
  nextDelayed: nextDue,
  wakeParked: wake(parked, `run.status = ${ready}, run.ready_at = run.wake_at, run.waiting = null`),
  wakeDelayed: wake(delayed, `run.status = ${ready}`),
  runningWithKey: `
    select count(*) as n from run
    where namespace = ? and queue = ? and held_key = ? and held_status = ${running}`,
  heldWithKey: "select count(*) as n from run where namespace = ? and queue = ? and held_key = ?",

  dueHolds: withPart(
    "dueHolds",
    `hold.status = ${holdCode.open} and hold.next_at is not null\n      and hold.next_at <= ? order by hold.next_at`,
    "hold.due_at <= ? order by hold.due_at",
  ),
  nextHoldAt: `
    select due_at as next_at from hold where namespace = ? and due_at is not null order by due_at limit 1`,
  holdCounts: `
    select severity, count(*) as n, min(opened_at) as oldest from hold
    where namespace = ? and is_open = 1 group by severity`,

  finishedCount: `select count(*) as n from run ${finishedWithin}`,
  finishedTimes: `
    select workflow, status, created_at, finished_at,
      (select cast(coalesce(sum(hold.closed_at - hold.opened_at), 0) as signed) from hold
        where hold.run_pk = run.pk and hold.closed_at is not null) as waited
    from run ${finishedWithin} order by finished_root_at desc limit ?`,
  openTimes: withPart("openTimes", `hold.status = ${holdCode.open}`, "hold.is_open = 1"),
  finishedRoots: `
    select pk, id, finished_root_at as finished_at from run
    where namespace = ?1 and finished_root_at >= ?2 and (finished_root_at > ?2 or pk > ?3) and finished_root_at < ?4
    order by finished_root_at, pk limit ?5`,
  sweepRecords: "delete from record where namespace = ? and expires_at <= ? order by expires_at limit ?",
  removeOldFirings: `
    delete firing from schedule join firing on firing.schedule_pk = schedule.pk
    where firing.at < ? and schedule.namespace = ?`,
};

/**
 * In a transaction that writes, what is read to decide on is locked: where SQLite has one writer at a time, the row's
 * lock orders the writers here. A hold has no lock of its own: whoever moves one has locked its run before (MariaDB cannot
 * lock one table of a join, and the form's row would be locked for everybody).
 */
const locking: Partial<Record<StatementName, string>> = {
  deliveryByPk: `${statements.deliveryByPk} for update`,
  deliveryById: `${statements.deliveryById} for update`,
  fenceOf: `${statements.fenceOf} for update`,
  scheduleById: `${statements.scheduleById} for update`,
  recordById: `${statements.recordById} for update`,
  logHead: `${statements.logHead} for update`,
  // A worker cannot be taken over while it is being given runs.
  worker: `${statements.worker} for update`,
  treeGenerations: `${statements.treeGenerations} order by pk for update`,
  lane: `${written.lane} for update skip locked`,
  freshLane: `${written.freshLane} for update skip locked`,
  begunLane: `${written.begunLane} for update skip locked`,
  give: withPart("give", "where pk = ? and namespace = ?", `where pk = ? and namespace = ? and status = ${ready}`),
};

/** Words that are not the same: a column called `key`, a limit that is no expression, a key that comes without asking for it. */
function translated(sql: string): string {
  return sql
    .replace(/(?<![.`\w])key\b(?! update)/g, "`key`")
    .replace(/limit \? \+ 0/g, "limit ?")
    .replace(/\s+returning pk\s*$/, "");
}

function prepared(texts: Record<string, string>): Record<StatementName, Template> {
  return Object.fromEntries(Object.entries(texts).map(([name, sql]) => [name, templateOf(translated(sql))])) as Record<
    StatementName,
    Template
  >;
}

/** For reads. */
export const readingStatements = prepared({ ...statements, ...written });
/** For transactions that write. */
export const writingStatements = prepared({ ...statements, ...written, ...locking });
/** Whose answer is the key of the new row. */
export const givingKey: ReadonlySet<string> = new Set(
  Object.entries<string>(statements).flatMap(([name, sql]) => (/returning pk\s*$/.test(sql) ? [name] : [])),
);
