import { createInterface } from "node:readline";
import { createEngine } from "@holdpoint/core";
import { sqlite } from "@holdpoint/sql";
import { z } from "zod";
import { Ledger } from "../ledger.ts";
import { dangerous, stubborn, WorkInput, work } from "./workflows.ts";

/** A worker that starts the runs it is told of (again, if need be) and works until it is killed. */
const config = z
  .object({
    database: z.string(),
    ledger: z.string(),
    concurrency: z.number(),
    lease: z.string().default("15s"),
    /** The step of "work" that this program gets wrong. */
    broken: z.number().nullable().default(null),
    /** While this file exists, "dangerous" is. */
    fault: z.string().default(""),
    start: z.array(z.object({ id: z.string(), input: WorkInput })).default([]),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));
const ledger = new Ledger(config.ledger);
const engine = createEngine({
  store: sqlite(config.database),
  workflows: [work(ledger, config.broken), dangerous(ledger, config.fault), stubborn(ledger)],
  concurrency: config.concurrency,
  lease: config.lease,
});

const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
// Whoever started this process is gone.
createInterface(process.stdin).on("close", () => process.exit(3));
process.on("SIGTERM", () => void engine.stop().then(() => process.exit(0)));

await engine.start();
print({ ready: true });
const known = new Set(ledger.lines().flatMap(({ what, run }) => (what === "started" ? [run] : [])));
await Promise.all(
  config.start
    .filter(({ id }) => !known.has(id))
    .map(async ({ id, input }) => {
      await engine.run("work", input, { id });
      ledger.note("started", { run: id });
    }),
);
