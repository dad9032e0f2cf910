import type { Capability, ClaimRequest, ClaimResult, Millis } from "@holdpoint/core";
import { hasRate, mayTake } from "@holdpoint/core";
import type { DatabaseClock } from "../clock/database-clock.ts";
import { statusCode } from "../columns/codes.ts";
import { integer, integerOrNull, text } from "../columns/read.ts";
import { readRun } from "../columns/run.ts";
import { readWorker } from "../columns/worker.ts";
import type { SqlRow } from "../driver/driver.ts";
import { claim as planned } from "../operations/claim.ts";
import type { Context } from "../operations/program.ts";
import { all } from "../operations/program.ts";
import { databaseTime } from "./clock.ts";
import type { Connected } from "./connections.ts";
import { inTransaction, ProgramRunner } from "./transaction.ts";

/** Everything a claim has to know before it writes, in one statement: most claims of an idle worker end here. */
const lookText = `
  with recursive lane (queue, workflow, version) as (
    (select queue, workflow, version from run where namespace = $1 and status = ${statusCode.ready}
      order by queue, workflow, version limit 1)
    union all
    select next.* from lane cross join lateral (
      select queue, workflow, version from run
      where namespace = $1 and status = ${statusCode.ready}
        and (queue, workflow, version) > (lane.queue, lane.workflow, lane.version)
      order by queue, workflow, version limit 1) next
  )
  select ${databaseTime} as now, worker.pk, worker.lease_until,
    least(
      (select wake_at from run where namespace = $1 and status = ${statusCode.parked} and wake_at is not null
        order by wake_at limit 1),
      (select ready_at from run where namespace = $1 and status = ${statusCode.delayed} order by ready_at limit 1)
    ) as next_wake,
    (select wake_at from run where namespace = $1 and status = ${statusCode.ready} and wake_at is not null
      order by wake_at limit 1) as woken,
    (select json_agg(lane)::text from lane) as lanes
  from (values (1)) as always left join worker on worker.namespace = $1 and worker.incarnation = $2`;

interface LaneName extends Capability {
  queue: string;
}

interface Look {
  /** By the server's clock. */
  now: Millis;
  /** Null when the worker is not registered. */
  worker: { pk: number; leaseUntil: Millis } | null;
  nextWake: Millis | null;
  /** When the first timer is due of a run that mail has woken before. */
  woken: Millis | null;
  lanes: LaneName[];
}

async function look(connected: Connected, { namespace }: Context, incarnation: string): Promise<Look> {
  const { rows } = await connected.query({ name: "look", text: lookText, values: [namespace, incarnation] });
  const row = rows[0] as SqlRow;
  const pk = integerOrNull(row, "pk");
  return {
    now: integer(row, "now"),
    worker: pk === null ? null : { pk, leaseUntil: integer(row, "lease_until") },
    nextWake: integerOrNull(row, "next_wake"),
    woken: integerOrNull(row, "woken"),
    lanes: row.lanes === null ? [] : (JSON.parse(text(row, "lanes")) as LaneName[]),
  };
}

/** Which of the lanes with ready runs this worker may take from. */
async function eligible(runner: ProgramRunner, context: Context, request: ClaimRequest, lanes: readonly LaneName[]) {
  const queues = new Set(request.queues.map(({ name }) => name));
  const own = lanes.filter(({ queue }) => queues.has(queue));
  const all = (): boolean => true;
  if (own.every((lane) => mayTake(lane, request, all)) || !request.adopt) {
    return own.filter((lane) => mayTake(lane, request, all));
  }
  const served = await servedNow(runner, context, request.now);
  return own.filter((lane) =>
    mayTake(lane, request, ({ workflow, version }) =>
      served.some((one) => one.workflow === workflow && one.version === version),
    ),
  );
}

async function servedNow(runner: ProgramRunner, { namespace }: Context, now: Millis): Promise<Capability[]> {
  const workers = (await runner.run(all("workers", namespace))).map(readWorker);
  return workers.filter(({ leaseUntil }) => leaseUntil > now).flatMap(({ capabilities }) => capabilities);
}

/** What keeps a ready run from this worker for a moment: it is left to its last owner. */
const inHeadStart = "(owner is not null and owner <> $4 and $3 - ready_at >= 0 and $3 - ready_at < $5)";
// A run whose timer is due gets its tick with the claim: it is left to a claim in a transaction.
const inLane = `run.namespace = $1 and run.queue = lane.queue and run.workflow = lane.workflow
  and run.version = lane.version and run.status = ${statusCode.ready} and (run.wake_at is null or run.wake_at > $3)`;
const lanesOf = "unnest($9::text[], $10::text[], $11::bigint[]) as lane (queue, workflow, version)";
const byAge = "priority desc, ready_at, pk";

/**
 * Takes the first runs of some lanes of one queue, in one statement. `skip locked` leaves to another claim what it is
 * taking just now. Suspects have an index of their own: they are looked for without a walk through all that is ready.
 */
const takeText = `
  with worker_row as (
    select pk from worker where pk = $4 and lease_until > coalesce($12::bigint, ${databaseTime}) for update
  ), candidate as (
    select found.* from worker_row, ${lanesOf} cross join lateral (
      select pk, priority, ready_at from run
      where ${inLane} and (stalls < $6 or stalls >= $7) and not ${inHeadStart}
      order by ${byAge} limit $8 for update skip locked) found
    union all
    (select found.* from worker_row, ${lanesOf} cross join lateral (
      select pk, priority, ready_at from run
      where ${inLane} and stalls >= 2 and stalls >= $6 and stalls < $7 and not ${inHeadStart}
      order by ${byAge} limit $13 for update skip locked) found
    order by ${byAge} limit $13)
  ), given as (
    update run set status = ${statusCode.running}, epoch = epoch + 1, stalls = stalls + 1, owner = $4, wake_at = null,
      updated_at = $3, key_held = case when concurrency_key is null then 0 else 1 end
    from (select pk from candidate order by ${byAge} limit $8) as chosen
    where run.pk = chosen.pk
    returning run.*
  ), lease as (
    update worker set lease_until = $2
    where pk = $4 and lease_until - $3 < 0.9 * ($2 - $3) and exists (select 1 from given)
  )
  select * from given order by priority desc, ready_at, pk`;

/** When the first head start ends that keeps this worker from a run; looked for among the first runs of each lane. */
const headStartText = `
  select min(front.ready_at) + $5::bigint as ends from ${lanesOf.replace("$9", "$6").replace("$10", "$7").replace("$11", "$8")}
    cross join lateral (
      select owner, ready_at from run where ${inLane} order by ${byAge} limit 100) front
  where $2::bigint is not null and ${inHeadStart.replaceAll("owner", "front.owner").replaceAll("ready_at", "front.ready_at")}`;

async function take(
  connected: Connected,
  context: Context,
  request: ClaimRequest,
  worker: number,
  lanes: readonly LaneName[],
  byDatabase: boolean,
): Promise<ClaimResult> {
  const { now, leaseUntil, headStart, suspectStalls, maxStalls, limit, suspects } = request;
  const columns = [
    lanes.map(({ queue }) => queue),
    lanes.map(({ workflow }) => workflow),
    lanes.map(({ version }) => version),
  ];
  const taking = connected.query({
    name: "take",
    text: takeText,
    values: [
      context.namespace,
      leaseUntil,
      now,
      worker,
      headStart,
      suspectStalls,
      maxStalls,
      limit,
      ...columns,
      byDatabase ? null : now,
      suspects,
    ],
  });
  // Sent together with it, so it costs no round trip; it sees what is left.
  const looking = connected.query({
    name: "head_start",
    text: headStartText,
    values: [context.namespace, 0, now, worker, headStart, ...columns],
  });
  looking.catch(() => undefined);
  const { rows } = await taking;
  const result: ClaimResult = { runs: [], poisoned: [], nextWake: null };
  for (const row of rows) {
    // `stalls` counts this claim already.
    const run = { ...readRun(row, context.name), owner: request.incarnation };
    (run.stalls > maxStalls ? result.poisoned : result.runs).push(run);
  }
  const ends = (await looking).rows[0];
  if (ends !== undefined) result.nextWake = integerOrNull(ends, "ends");
  return result;
}

/** Limits are counted before a run is taken, so claims that have some wait for each other. */
const claimLock = 0x48504331;
const inTurnText = `
  with turn as materialized (select pg_advisory_xact_lock(${claimLock}, $1::int))
  select ${databaseTime} as now from turn`;

/** Takes runs for a worker: one statement to look, one to take. Limits, due timers and several queues take a transaction. */
export async function claim(
  connected: Connected,
  context: Context,
  request: ClaimRequest,
  clock: DatabaseClock,
): Promise<ClaimResult> {
  const seen = await look(connected, context, request.incarnation);
  clock.learn(seen.now, request.now);
  const asked = clock.request(request);
  const { worker, nextWake } = seen;
  if (worker === null || worker.leaseUntil <= asked.now) return { runs: [], poisoned: [], nextWake: null };
  const due = nextWake !== null && nextWake <= asked.now;
  const woken = seen.woken !== null && seen.woken <= asked.now;
  const lanes = await eligible(new ProgramRunner(connected, "reading"), context, asked, seen.lanes);
  if (!due && lanes.length === 0) return clock.result({ runs: [], poisoned: [], nextWake });
  const limited = asked.queues.some((queue) => queue.limit !== null || queue.perKey !== null || hasRate(queue));
  const several = new Set(lanes.map(({ queue }) => queue)).size > 1;
  if (due || woken || limited || several || asked.suspectStalls < 2) {
    const result = await inTransaction(connected, async (runner) => {
      const { rows } = await connected.query({ text: inTurnText, values: [context.namespace] });
      // The lease may have passed while others were claiming.
      const now = clock.isCaller ? asked.now : integer(rows[0] as SqlRow, "now");
      return runner.run(planned(context, { ...asked, now }));
    });
    return clock.result(result);
  }
  const result = await take(connected, context, asked, worker.pk, lanes, !clock.isCaller);
  const wakes = [nextWake, result.nextWake].filter((at) => at !== null);
  return clock.result({ ...result, nextWake: wakes.length === 0 ? null : Math.min(...wakes) });
}
