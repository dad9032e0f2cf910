import type { Capability, ClaimRequest, ClaimResult, Millis } from "@holdpoint/core";
import { hasRate } from "@holdpoint/core";
import type { DatabaseClock } from "../clock/database-clock.ts";
import { integer } from "../columns/read.ts";
import { readWorker } from "../columns/worker.ts";
import type { SqlRow } from "../driver/driver.ts";
import { claim as planned } from "../operations/claim.ts";
import type { Context } from "../operations/program.ts";
import { all } from "../operations/program.ts";
import { claimAtOnce } from "./claim-statement.ts";
import { databaseTime } from "./clock.ts";
import type { Connected } from "./connections.ts";
import { inTransaction, ProgramRunner } from "./transaction.ts";

/** Those of `versions` that no live worker has. */
async function orphaned(
  connected: Connected,
  { namespace }: Context,
  versions: readonly Capability[],
  now: Millis,
): Promise<Capability[]> {
  const rows = await new ProgramRunner(connected, "reading").run(all("workers", namespace));
  const served = rows
    .map(readWorker)
    .filter(({ leaseUntil }) => leaseUntil > now)
    .flatMap(({ capabilities }) => capabilities);
  return versions.filter(
    ({ workflow, version }) => !served.some((one) => one.workflow === workflow && one.version === version),
  );
}

/** Limits are counted before a run is taken, so claims that have some wait for each other. */
const claimLock = 0x48504331;
const inTurnText = `
  with turn as materialized (select pg_advisory_xact_lock(${claimLock}, $1::int))
  select ${databaseTime} as now from turn`;

/** Takes runs for a worker: one statement. Limits, due timers and several queues take a transaction. */
export async function claim(
  connected: Connected,
  context: Context,
  request: ClaimRequest,
  clock: DatabaseClock,
): Promise<ClaimResult> {
  const limited = request.queues.some((queue) => queue.limit !== null || queue.perKey !== null || hasRate(queue));
  const plain = !limited && request.suspectStalls >= 2;
  const attempt = (asked: ClaimRequest) =>
    claimAtOnce(
      connected,
      context,
      asked,
      request.leaseUntil - request.now,
      clock.isCaller ? request.now : null,
      plain,
    );
  let found = await attempt(request);
  clock.learn(found.now, request.now);
  if (found.adoptable.length > 0 && found.leaseUntil !== null && found.leaseUntil > found.now) {
    const adopted = await orphaned(connected, context, found.adoptable, found.now);
    found = await attempt({ ...request, capabilities: [...request.capabilities, ...adopted], adopt: false });
  }
  if (found.leaseUntil === null || found.leaseUntil <= found.now) return { runs: [], poisoned: [], nextWake: null };
  const isPast = (at: Millis | null): boolean => at !== null && at <= found.now;
  if (isPast(found.nextWake) || (found.queues > 0 && (!plain || isPast(found.woken) || found.queues > 1))) {
    const result = await inTransaction(connected, async (runner) => {
      const { rows } = await connected.query({ text: inTurnText, values: [context.namespace] });
      // The lease may have passed while others were claiming.
      const now = clock.isCaller ? request.now : integer(rows[0] as SqlRow, "now");
      return runner.run(planned(context, { ...clock.request(request), now }));
    });
    return clock.result(result);
  }
  const wakes = [found.nextWake, found.headStartEnds].filter((at) => at !== null);
  const nextWake = wakes.length === 0 ? null : Math.min(...wakes);
  const result: ClaimResult = { runs: [], poisoned: [], nextWake, histories: found.histories };
  // `stalls` counts this claim already.
  for (const run of found.rows) (run.stalls > request.maxStalls ? result.poisoned : result.runs).push(run);
  return clock.result(result);
}
