import type { Millis, WorkerRow } from "../store.ts";
import type { Space } from "./space.ts";

export function register(space: Space, worker: WorkerRow): void {
  const row = { ...worker, capabilities: [...worker.capabilities] };
  const known = space.workers.get(worker.incarnation);
  if (known === undefined) space.workers.set(worker.incarnation, row);
  else Object.assign(known, row);
}

export function renew(space: Space, incarnation: string, now: Millis, leaseUntil: Millis): boolean {
  const worker = space.workers.get(incarnation);
  if (worker === undefined || worker.leaseUntil <= now) return false;
  worker.leaseUntil = leaseUntil;
  return true;
}

export function takeOver(space: Space, { now, dead }: { now: Millis; dead: readonly string[] }): number {
  let lost = false;
  for (const worker of [...space.workers.values()]) {
    if (worker.leaseUntil > now && !dead.includes(worker.incarnation)) continue;
    space.workers.delete(worker.incarnation);
    lost = true;
  }
  return lost ? freeOrphans(space) : 0;
}

export function retire(space: Space, incarnation: string): void {
  space.workers.delete(incarnation);
  freeOrphans(space);
}

/** Running runs without a registered owner become ready; nobody has a head start on them. */
function freeOrphans(space: Space): number {
  let freed = 0;
  for (const run of space.runs.values()) {
    if (run.row.status !== "running" || space.workers.has(run.row.owner ?? "")) continue;
    run.lastOwner = null;
    space.moveTo(run, "ready");
    freed += 1;
  }
  return freed;
}
