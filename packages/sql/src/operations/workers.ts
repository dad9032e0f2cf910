import type { Millis, WorkerRow } from "@holdpoint/core";
import { readWorker } from "../columns/worker.ts";
import type { Context, Program } from "./program.ts";
import { all, one, run } from "./program.ts";

export function* register({ namespace }: Context, worker: WorkerRow): Program<void> {
  const { incarnation, host, bootId, pid, leaseUntil } = worker;
  yield* run("register", namespace, incarnation, host, bootId, pid, leaseUntil, JSON.stringify(worker.capabilities));
}

export function* renew({ namespace }: Context, incarnation: string, now: Millis, leaseUntil: Millis): Program<boolean> {
  return (yield* run("renew", leaseUntil, namespace, incarnation, now)) > 0;
}

/** Whether taking over would change anything, without a write: what every worker asks every few seconds. */
export function* hasOrphans(
  { namespace }: Context,
  request: { now: Millis; dead: readonly string[] },
): Program<boolean> {
  for (const worker of (yield* all("workers", namespace)).map(readWorker)) {
    if (worker.leaseUntil <= request.now || request.dead.includes(worker.incarnation)) return true;
  }
  return (yield* one("anyOrphan", namespace)) !== null;
}

export function* takeOver(context: Context, request: { now: Millis; dead: readonly string[] }): Program<number> {
  const { namespace } = context;
  yield* run("removeLapsed", namespace, request.now);
  for (const incarnation of request.dead) yield* run("removeWorker", namespace, incarnation);
  return yield* freeOrphans(context);
}

export function* retire(context: Context, incarnation: string): Program<void> {
  yield* run("removeWorker", context.namespace, incarnation);
  yield* freeOrphans(context);
}

/** Running runs without a registered owner become ready; nobody has a head start on them. */
function* freeOrphans(context: Context): Program<number> {
  const freed = yield* run("freeOrphans", context.namespace);
  if (freed > 0) context.news.ready = true;
  return freed;
}
