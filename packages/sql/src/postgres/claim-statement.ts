import type { Capability, ClaimRequest, History, Millis, RunPk, RunRow } from "@holdpoint/core";
import { statusCode } from "../columns/codes.ts";
import { readEntry } from "../columns/journal.ts";
import { integer, integerOrNull, text } from "../columns/read.ts";
import { readRun } from "../columns/run.ts";
import type { SqlRow, SqlValue } from "../driver/driver.ts";
import type { Context } from "../operations/program.ts";
import { databaseTime } from "./clock.ts";
import type { Connected } from "./connections.ts";

const now = "(select now from clock)";
/** What keeps a ready run from this worker for a moment: it is left to its last owner. */
const inHeadStart = `(owner is not null and owner <> (select worker from seen)
  and ${now} - ready_at >= 0 and ${now} - ready_at < (select $12::bigint))`;
// A run whose timer is due gets its tick with the claim: it is left to a claim in a transaction.
const inLane = `run.namespace = $1 and run.queue = lane.queue and run.workflow = lane.workflow
  and run.version = lane.version and run.status = ${statusCode.ready} and (run.wake_at is null or run.wake_at > ${now})`;
const byAge = "priority desc, ready_at, pk";
// Never the bare parameter: knowing it the server would make a plan for each claim, which costs five times the claim.
const limit = "(select $8::bigint)";

/** Of a run that nothing has happened to since it was started, its only entry: then nobody has to ask for its history. */
const firstEntry = "key phase kind outcome codec bytes ref started_at duration attempt measures mail_seen".split(" ");
const firstColumns = firstEntry.map((name) => `first.${name} as first_${name}`).join(", ");

/**
 * A claim in one statement: looks, and takes the first runs of the lanes that this worker may take from. `skip locked` leaves to
 * another claim what it is taking just now. Suspects have an index of their own: they are looked for without a walk through all that is ready.
 *
 * `allowed` is empty, and nothing is written, when there is nothing to take, when the lease has passed, and where one statement
 * cannot decide: limits, a due timer, several queues, a version that might have to be adopted.
 */
const claimText = `
  with recursive clock as materialized (
    select coalesce($3::bigint, ${databaseTime}) as now
  ), lane (queue, workflow, version) as (
    (select queue, workflow, version from run where namespace = $1 and status = ${statusCode.ready}
      order by queue, workflow, version limit 1)
    union all
    select next.* from lane cross join lateral (
      select queue, workflow, version from run
      where namespace = $1 and status = ${statusCode.ready}
        and (queue, workflow, version) > (lane.queue, lane.workflow, lane.version)
      order by queue, workflow, version limit 1) next
  ), able as materialized (
    select * from unnest((select $6::text[]), (select $7::bigint[])) as able (workflow, version)
  ), own as materialized (
    select lane.* from lane where lane.queue = any((select $5::text[])::text[])
      and exists (select 1 from able where able.workflow = lane.workflow and able.version = lane.version)
  ), adoptable as materialized (
    select lane.workflow, lane.version from lane where (select $14::boolean) and lane.queue = any((select $5::text[])::text[])
      and exists (select 1 from able where able.workflow = lane.workflow and able.version > lane.version)
      and not exists (select 1 from able where able.workflow = lane.workflow and able.version = lane.version)
  ), seen as materialized (
    select ${now} as now, worker.pk as worker, worker.lease_until,
      least(
        (select wake_at from run where namespace = $1 and status = ${statusCode.parked} and wake_at is not null
          order by wake_at limit 1),
        (select ready_at from run where namespace = $1 and status = ${statusCode.delayed} order by ready_at limit 1)
      ) as next_wake,
      (select wake_at from run where namespace = $1 and status = ${statusCode.ready} and wake_at is not null
        order by wake_at limit 1) as woken,
      (select count(distinct queue) from own) as queues,
      (select json_agg(adoptable)::text from adoptable) as adoptable
    from (values (1)) as always left join worker on worker.namespace = $1 and worker.incarnation = $2
  ), allowed as materialized (
    select pk from worker
    where pk = (select worker from seen
        where $13::boolean and queues = 1 and adoptable is null
          and coalesce(next_wake > now, true) and coalesce(woken > now, true))
      and lease_until > coalesce($3::bigint, ${databaseTime})
    for update
  ), candidate as (
    select found.* from allowed, own as lane cross join lateral (
      select pk, priority, ready_at from run
      where ${inLane} and (stalls < (select $10::bigint) or stalls >= (select $11::bigint)) and not ${inHeadStart}
      order by ${byAge} limit ${limit} for update skip locked) found
    union all
    (select found.* from allowed, own as lane cross join lateral (
      select pk, priority, ready_at from run
      where ${inLane} and stalls >= 2 and stalls >= (select $10::bigint) and stalls < (select $11::bigint) and not ${inHeadStart}
      order by ${byAge} limit (select $9::bigint) for update skip locked) found
    order by ${byAge} limit (select $9::bigint))
  ), given as (
    update run set status = ${statusCode.running}, epoch = epoch + 1, stalls = stalls + 1, owner = (select pk from allowed),
      wake_at = null, updated_at = ${now}, key_held = case when concurrency_key is null then 0 else 1 end
    from (select pk from candidate order by ${byAge} limit ${limit}) as chosen
    where run.pk = chosen.pk
    returning run.*
  ), followed as (
    insert into feed (namespace, run_pk, what, at) select $1, pk, ${statusCode.running}, updated_at from given
  ), lease as (
    update worker set lease_until = ${now} + $4::bigint
    where pk = (select pk from allowed) and lease_until - ${now} < 0.9 * $4::bigint and exists (select 1 from given)
  )
  select seen.now as seen_now, seen.worker, seen.lease_until, seen.next_wake, seen.woken, seen.queues, seen.adoptable,
    case when (select count(*) from given) < ${limit} then (
      select min(front.ready_at) + (select $12::bigint) from own as lane cross join lateral (
        select owner, ready_at from run where ${inLane} order by ${byAge} limit 100) front
      where ${inHeadStart.replaceAll("owner", "front.owner").replaceAll("ready_at", "front.ready_at")}
    ) end as head_start_ends, given.*, ${firstColumns}
  from seen left join given on true left join lateral (
    select * from journal where run_pk = given.pk and seq = 1 and given.seq = 1 and given.entry_count = 1 limit 1) first on true
  order by given.priority desc, given.ready_at, given.pk`;

/** What a claim finds, and what it has taken. */
export interface Claimed {
  /** By the server's clock. */
  now: Millis;
  /** Null when the worker is not registered. */
  leaseUntil: Millis | null;
  /** When the first parked run is due, or the first delayed one. */
  nextWake: Millis | null;
  /** When the first timer is due of a run that mail has woken before. */
  woken: Millis | null;
  /** How many queues have ready runs of this worker's. */
  queues: number;
  /** Older versions of its workflows that have ready runs. */
  adoptable: Capability[];
  /** When the first head start ends that keeps this worker from a run; looked for among the first runs of each lane. */
  headStartEnds: Millis | null;
  rows: RunRow[];
  /** Of those that have only been started. */
  histories: Map<RunPk, History>;
}

/**
 * @param now null for the server's time
 * @param takes false only looks
 */
export async function claimAtOnce(
  connected: Connected,
  context: Context,
  request: Omit<ClaimRequest, "now">,
  leaseMs: Millis,
  now: Millis | null,
  takes: boolean,
): Promise<Claimed> {
  const { capabilities, limit, suspects, suspectStalls, maxStalls, headStart } = request;
  const { rows } = await connected.query({
    name: "claim",
    text: claimText,
    values: [
      context.namespace,
      request.incarnation,
      now,
      leaseMs,
      request.queues.map(({ name }) => name),
      capabilities.map(({ workflow }) => workflow),
      capabilities.map(({ version }) => version),
      limit,
      suspects,
      suspectStalls,
      maxStalls,
      headStart,
      String(takes),
      String(request.adopt),
    ],
  });
  const first = rows[0] as SqlRow;
  return {
    now: integer(first, "seen_now"),
    leaseUntil: integerOrNull(first, "lease_until"),
    nextWake: integerOrNull(first, "next_wake"),
    woken: integerOrNull(first, "woken"),
    queues: integer(first, "queues"),
    adoptable: first.adoptable === null ? [] : (JSON.parse(text(first, "adoptable")) as Capability[]),
    headStartEnds: integerOrNull(first, "head_start_ends"),
    rows: first.pk === null ? [] : rows.map((row) => ({ ...readRun(row, context.name), owner: request.incarnation })),
    histories: new Map(rows.filter((row) => row.first_key !== null).map((row) => [integer(row, "pk"), historyOf(row)])),
  };
}

function historyOf(row: SqlRow): History {
  return { entries: [readEntry([1, ...firstEntry.map((name) => row[`first_${name}`] as SqlValue)])], mail: [] };
}
