import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readLedger } from "../triage/ledger.ts";
import { Flights } from "../witness/flights.ts";
import type { FromWorker, ToWorker } from "../worker.ts";
import type { Places } from "./places.ts";

export interface Watch {
  /** Kill the worker once half of the mails are settled and enough are in flight. */
  kill: boolean;
  onProgress(flights: Flights, of: number): void;
  /** The person wants to stop. */
  stop: AbortSignal;
}

/** How a worker ended: all done, killed by us, or stopped at the person's wish. */
export type Ending = { how: "idle" } | { how: "stopped" } | { how: "killed"; pid: number };

/** A kill in the middle of nothing proves nothing. */
const leastInFlight = 10;

/**
 * Runs one worker process over the files until it ends. A worker that ends by itself with an error is an error here;
 * one that we killed is not.
 */
export async function superviseWorker(places: Places, files: readonly string[], watch: Watch): Promise<Ending> {
  if (watch.stop.aborted) return { how: "stopped" };
  const worker = fork(fileURLToPath(new URL("../worker.js", import.meta.url)), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const flights = new Flights(readLedger(places.ledger));
  let killed = false;
  const order = (message: ToWorker): void => {
    if (worker.connected) worker.send(message);
  };
  const stop = (): void => order({ type: "stop" });
  watch.stop.addEventListener("abort", stop, { once: true });
  worker.on("message", (message: FromWorker) => {
    if (killed) return;
    flights.note(message);
    watch.onProgress(flights, files.length);
    if (watch.kill && flights.settled >= files.length / 2) killed = killInFlight(worker, places, least(files.length));
  });
  order({ type: "work", root: places.root, files });

  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
    (resolve, reject) => {
      worker.once("error", reject);
      worker.once("exit", (code, signal) => resolve({ code, signal }));
    },
  );
  watch.stop.removeEventListener("abort", stop);
  if (killed) return { how: "killed", pid: worker.pid ?? 0 };
  if (watch.stop.aborted) return { how: "stopped" };
  if (code !== 0)
    throw new Error(`the worker ended with ${signal ?? `exit code ${code}`}; npm start goes on where it was`);
  return { how: "idle" };
}

/**
 * SIGKILLs the worker if enough runs are in flight at this very moment. It is frozen for the look at the ledger: what
 * its messages say is already past when they arrive. A frozen process dies of SIGKILL like any other.
 */
function killInFlight(worker: ChildProcess, places: Places, enough: number): boolean {
  worker.kill("SIGSTOP");
  if (new Flights(readLedger(places.ledger)).runsInFlight >= enough) return worker.kill("SIGKILL");
  worker.kill("SIGCONT");
  return false;
}

function least(mails: number): number {
  return Math.min(leastInFlight, Math.ceil(mails / 8));
}
