import type { Capability } from "../store/store.ts";
import type { ProcessIdentity } from "./identity.ts";
import type { EngineParts } from "./parts.ts";

/** A process that executes runs of a store. */
export interface LiveWorker {
  /** New for every start of a worker. */
  incarnation: string;
  /** The machine's name. */
  host: string;
  /** Its process there. */
  pid: number;
  /** Whether it runs on this machine. */
  here: boolean;
  /** When it counts as dead unless it says that it lives. */
  leaseUntil: Date;
  /** The workflows it has code for. */
  capabilities: Capability[];
}

/** Registered workers, without those known or presumed dead. */
export async function liveWorkers(
  { store, namespace, clock }: EngineParts,
  process: ProcessIdentity,
): Promise<LiveWorker[]> {
  const now = clock.now();
  const rows = await store.workers(namespace);
  return rows
    .map(({ bootId, leaseUntil, ...row }) => ({
      ...row,
      leaseUntil: new Date(leaseUntil),
      here: row.host === process.host && bootId === process.bootId,
    }))
    .filter((worker) => worker.leaseUntil.getTime() > now && (!worker.here || process.isAlive(worker.pid)));
}
