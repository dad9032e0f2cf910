import type { Capability, ClaimRequest, ClaimResult, Millis, RunRow } from "@holdpoint/core";
import { hasRate, leaseAfterClaim, mayTake } from "@holdpoint/core";
import type { DatabaseClock } from "../clock/database-clock.ts";
import { statusCode } from "../columns/codes.ts";
import { integer, integerOrNull, text } from "../columns/read.ts";
import { readRun } from "../columns/run.ts";
import { readWorker } from "../columns/worker.ts";
import type { SqlRow } from "../driver/driver.ts";
import { claim as planned } from "../operations/claim.ts";
import { duplicateOf, insertMail } from "../operations/deliver.ts";
import type { Context } from "../operations/program.ts";
import { all, one, run } from "../operations/program.ts";
import { databaseTime } from "./clock.ts";
import type { MysqlConnected } from "./connections.ts";
import { fill, list, literal } from "./literal.ts";
import { inserts, intoFeed } from "./rows.ts";
import { readingStatements } from "./statements.ts";
import { inTransaction, MysqlProgramRunner } from "./transaction.ts";

/** How many due runs one claim makes ready at most; what is left is due at the next claim. */
const wakeBatch = 1_000;
/** How many runs of a lane are looked at for the end of a head start. */
const frontOfLane = 100;

interface Lane extends Capability {
  queue: string;
}

interface Look {
  /** By the server's clock. */
  now: Millis;
  /** Null when the worker is not registered. */
  worker: { pk: number; leaseUntil: Millis } | null;
  nextWake: Millis | null;
  firstLane: Lane | null;
}

const readLane = (row: SqlRow): Lane => ({
  queue: text(row, "queue"),
  workflow: text(row, "workflow"),
  version: integer(row, "version"),
});

/** Everything that has to be known before a claim writes, in one round trip: most claims of an idle worker end here. */
async function look(connected: MysqlConnected, { namespace }: Context, incarnation: string): Promise<Look> {
  const answers = await connected.script([
    `select ${databaseTime} as now`,
    fill(readingStatements.worker, [namespace, incarnation]),
    fill(readingStatements.nextParked, [namespace]),
    fill(readingStatements.nextLane, [namespace, "", "", 0]),
  ]);
  const [time, worker, wake, lane] = answers.map(({ rows }) => rows[0]);
  return {
    now: integer(time ?? {}, "now"),
    worker: worker === undefined ? null : { pk: integer(worker, "pk"), leaseUntil: integer(worker, "lease_until") },
    nextWake: wake === undefined ? null : integer(wake, "at"),
    firstLane: lane === undefined ? null : readLane(lane),
  };
}

/** The lanes with ready runs that this worker may take from. */
async function eligible(runner: MysqlProgramRunner, { namespace }: Context, request: ClaimRequest, first: Lane | null) {
  const queues = new Set(request.queues.map(({ name }) => name));
  const lanes: Lane[] = [];
  for (let lane = first; lane !== null; ) {
    if (queues.has(lane.queue)) lanes.push(lane);
    const { queue, workflow, version }: Lane = lane;
    const next = await runner.run(one("nextLane", namespace, queue, workflow, version + 1));
    lane = next === null ? null : readLane(next);
  }
  const always = (): boolean => true;
  if (!request.adopt || lanes.every((lane) => mayTake(lane, request, always))) {
    return lanes.filter((lane) => mayTake(lane, request, always));
  }
  // Who else is there matters only for what this worker does not serve itself.
  const workers = (await runner.run(all("workers", namespace))).map(readWorker);
  const served = workers.filter(({ leaseUntil }) => leaseUntil > request.now).flatMap((one) => one.capabilities);
  return lanes.filter((lane) =>
    mayTake(lane, request, (capability) =>
      served.some(({ workflow, version }) => workflow === capability.workflow && version === capability.version),
    ),
  );
}

const byAge = "urgency, ready_at, pk";

/** The statements that lock what could be taken, and say when the first head start ends that keeps a run back. */
function candidateTexts(context: Context, request: ClaimRequest, worker: number, lanes: readonly Lane[]) {
  const { now, headStart, suspectStalls, maxStalls, limit, suspects } = request;
  const inHeadStart = `(owner is not null and owner <> ${worker} and ${now} - ready_at >= 0 and ${now} - ready_at < ${headStart})`;
  const where = ({ queue, workflow, version }: Lane): string =>
    `namespace = ${context.namespace} and status = ${statusCode.ready} and queue = ${literal(queue)}
      and workflow = ${literal(workflow)} and version = ${version}`;
  const ready = lanes.map(
    (lane) => `select run.* from run where ${where(lane)}
      and (stalls < ${suspectStalls} or stalls >= ${maxStalls}) and not ${inHeadStart}
      order by ${byAge} limit ${limit} for update skip locked`,
  );
  // Suspects have an index of their own: they are looked for without a walk through all that is ready.
  const suspect = lanes.map(
    (lane) => `select run.* from run where ${where(lane)} and suspect_queue = ${literal(lane.queue)}
      and stalls >= ${suspectStalls} and stalls < ${maxStalls} and not ${inHeadStart}
      order by ${byAge} limit ${suspects} for update skip locked`,
  );
  const fronts = lanes.map(
    (lane) => `(select owner, ready_at from run where ${where(lane)} order by ${byAge} limit ${frontOfLane})`,
  );
  const ends = `select min(ready_at) as first from (${fronts.join(" union all ")}) as front where ${inHeadStart}`;
  return { ready, suspect: suspects > 0 ? suspect : [], ends };
}

const older = (a: SqlRow, b: SqlRow): number =>
  integer(b, "priority") - integer(a, "priority") ||
  integer(a, "ready_at") - integer(b, "ready_at") ||
  integer(a, "pk") - integer(b, "pk");

/**
 * Takes the first runs of some lanes of one queue: one round trip that locks them (`skip locked` leaves to another claim
 * what it is taking just now), one that gives them away.
 */
async function take(
  runner: MysqlProgramRunner,
  context: Context,
  request: ClaimRequest,
  worker: number,
  lanes: readonly Lane[],
  byDatabase: boolean,
): Promise<ClaimResult> {
  const { ready, suspect, ends } = candidateTexts(context, request, worker, lanes);
  const [[lease] = [], ...found] = await runner.ask([
    `select lease_until, ${databaseTime} as now from worker where pk = ${worker} for update`,
    ...ready,
    ...suspect,
    ends,
  ]);
  const result: ClaimResult = { runs: [], poisoned: [], nextWake: null };
  if (lease === undefined) return result;
  const leaseUntil = integer(lease, "lease_until");
  if (leaseUntil <= (byDatabase ? integer(lease, "now") : request.now)) return result;
  const first = found.at(-1)?.[0];
  const headStart = first === undefined ? null : integerOrNull(first, "first");
  result.nextWake = headStart === null ? null : headStart + request.headStart;
  const suspects = found.slice(lanes.length, -1).flat().sort(older).slice(0, request.suspects);
  const rows = [...found.slice(0, lanes.length).flat(), ...suspects].sort(older).slice(0, request.limit);
  const ticked = new Set<number>();
  for (const row of rows) {
    const run = readRun(row, context.name);
    if (await deliverTick(runner, run, request)) ticked.add(run.pk);
    const { pk, seq } = run;
    const given = {
      ...run,
      status: "running" as const,
      seq: ticked.has(pk) ? seq + 1 : seq,
      epoch: run.epoch + 1,
      stalls: run.stalls + 1,
      owner: request.incarnation,
      wakeAt: null,
      updatedAt: request.now,
    };
    (run.stalls >= request.maxStalls ? result.poisoned : result.runs).push(given);
  }
  if (rows.length === 0) return result;
  const giving = (pks: number[], mail: number): string => `
    update run set status = ${statusCode.running}, epoch = epoch + 1, stalls = stalls + 1, owner = ${worker},
      wake_at = null, seq = seq + ${mail}, updated_at = ${request.now},
      key_held = case when concurrency_key is null then 0 else 1 end
    where pk in ${list(pks.sort((a, b) => a - b))}`;
  const pks = rows.map((row) => integer(row, "pk"));
  const plain = pks.filter((pk) => !ticked.has(pk));
  if (plain.length > 0) await runner.send(giving(plain, 0));
  if (ticked.size > 0) await runner.send(giving([...ticked], 1));
  const changes = pks.map((pk) => [context.namespace, pk, null, statusCode.running, request.now]);
  for (const statement of inserts(intoFeed, changes)) await runner.send(statement);
  const extended = leaseAfterClaim(leaseUntil, request);
  if (extended > leaseUntil) await runner.run(run("extend", extended, worker));
  return result;
}

/** Puts the tick of a due timer into the run's inbox; false when none is due, or it is there already. */
async function deliverTick(runner: MysqlProgramRunner, due: RunRow, request: ClaimRequest): Promise<boolean> {
  if (due.wakeAt === null || due.wakeAt > request.now) return false;
  const tick = request.tick(due, request.now);
  if ((await runner.run(duplicateOf(due.pk, tick))) !== null) return false;
  await runner.run(insertMail(due.pk, due.seq + 1, tick));
  return true;
}

/** Makes ready what is due, and looks again. */
async function wake(connected: MysqlConnected, context: Context, request: ClaimRequest): Promise<Look> {
  const most = Math.max(wakeBatch, request.limit);
  const parameters = [context.namespace, request.now, most];
  await connected.script([
    fill(readingStatements.wakeParked, parameters),
    fill(readingStatements.wakeDelayed, parameters),
  ]);
  return look(connected, context, request.incarnation);
}

/** Takes runs for a worker: a look, a round trip that locks and one that takes. Limits and several queues are planned as on every store. */
export async function claim(
  connected: MysqlConnected,
  context: Context,
  request: ClaimRequest,
  clock: DatabaseClock,
): Promise<ClaimResult> {
  let seen = await look(connected, context, request.incarnation);
  clock.learn(seen.now, request.now);
  const asked = clock.request(request);
  const { worker } = seen;
  if (worker === null || worker.leaseUntil <= asked.now) return { runs: [], poisoned: [], nextWake: null };
  if (seen.nextWake !== null && seen.nextWake <= asked.now) seen = await wake(connected, context, asked);
  const { nextWake } = seen;
  const lanes = await eligible(new MysqlProgramRunner(connected, "reading"), context, asked, seen.firstLane);
  if (lanes.length === 0) return clock.result({ runs: [], poisoned: [], nextWake });
  const limited = asked.queues.some((queue) => queue.limit !== null || queue.perKey !== null || hasRate(queue));
  const several = new Set(lanes.map(({ queue }) => queue)).size > 1;
  if (limited || several || asked.suspectStalls < 2) {
    const result = await inTransaction(connected, async (runner) => {
      // Limits are counted before a run is taken, so claims that have some wait for each other; a lease may pass meanwhile.
      const [, [row = {}] = []] = await runner.ask([
        `select pk from namespace where pk = ${context.namespace} for update`,
        `select ${databaseTime} as now`,
      ]);
      const now = clock.isCaller ? asked.now : integer(row, "now");
      return runner.run(planned(context, { ...asked, now }));
    });
    return clock.result(result);
  }
  const result = await inTransaction(connected, (runner) =>
    take(runner, context, asked, worker.pk, lanes, !clock.isCaller),
  );
  const wakes = [nextWake, result.nextWake].filter((at) => at !== null);
  return clock.result({ ...result, nextWake: wakes.length === 0 ? null : Math.min(...wakes) });
}
