import { createEngine } from "holdpoint";
import { configFor } from "./config.ts";
import { placesIn } from "./program/places.ts";
import { type Ledger, openLedger } from "./triage/ledger.ts";
import { runOf } from "./triage/stream.ts";
import { triage } from "./triage/workflow.ts";

/** What the supervisor tells its worker. */
export type ToWorker = { type: "work"; root: string; files: readonly string[] } | { type: "stop" };
/** What a worker tells its supervisor. */
export type FromWorker = { type: "note"; event: "start" | "done"; run: string; step: string };

/** Mails in work at once. */
const concurrency = 24;

// A worker process: it can be killed at any moment, and is. It starts the runs (those that exist stay as they are),
// executes until nothing is ready, and ends.
let stop = (): void => process.exit(0);

process.on("message", (message: ToWorker) => {
  if (message.type === "stop") stop();
  else work(message.root, message.files).catch(fail);
});
process.on("disconnect", () => stop()); // the supervisor is gone
process.on("SIGTERM", () => stop());
process.on("SIGINT", () => {}); // Ctrl-C reaches the whole group; the supervisor says what to do

async function work(root: string, files: readonly string[]): Promise<void> {
  const places = placesIn(root);
  const engine = createEngine({ ...configFor(root, () => watched(openLedger(places.ledger))), concurrency });
  stop = () => {
    engine.stop().then(() => process.exit(0), fail);
  };
  await engine.start();
  await engine.retryAll({ workflow: triage.name, status: ["failed"] });
  await Promise.all(files.map((file) => engine.run(triage, { file }, { id: runOf(file), by: "mail-triage" })));
  await engine.runUntilIdle();
  stop();
}

/** Tells the supervisor what was noted, after it was noted. */
function watched(ledger: Ledger): Ledger {
  return {
    note(event, run, step, attempt) {
      ledger.note(event, run, step, attempt);
      const message: FromWorker = { type: "note", event, run, step };
      process.send?.(message);
    },
    close: () => ledger.close(),
  };
}

function fail(error: unknown): never {
  console.error(`mail-triage worker: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
