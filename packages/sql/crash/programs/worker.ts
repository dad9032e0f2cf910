import { createInterface } from "node:readline";
import { createEngine, HoldpointError } from "@holdpoint/core";
import { type SqliteDriver, sqlite } from "@holdpoint/sql";
import { z } from "zod";
import { openNodeSqlite } from "../../src/driver/node-sqlite.ts";
import { Ledger } from "../ledger.ts";
import { dangerous, stubborn, WorkInput, work } from "./workflows.ts";

/**
 * A worker that starts the runs it is told of (again, if need be) and works until it is killed. On its standard input
 * it takes commands, a JSON line each, and answers each with a line.
 */
const Start = z.object({ id: z.string(), input: WorkInput });
const config = z
  .object({
    database: z.string(),
    ledger: z.string(),
    concurrency: z.number(),
    lease: z.string().default("15s"),
    /** The step of "work" that this program gets wrong. */
    broken: z.number().nullable().default(null),
    /** While this file exists, "dangerous" is, and "work" that is gated waits. */
    fault: z.string().default(""),
    start: z.array(Start).default([]),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));
const ledger = new Ledger(config.ledger);
let opened: SqliteDriver | null = null;
const engine = createEngine({
  store: sqlite(config.database, { driver: (path) => (opened = openNodeSqlite(path)) }),
  workflows: [work(ledger, config.broken, config.fault), dangerous(ledger, config.fault), stubborn(ledger)],
  concurrency: config.concurrency,
  lease: config.lease,
});

const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** What a program does with an error that says all there is to say; anything else is a bug, and is shown whole. */
function giveUp(error: unknown): never {
  console.error(error instanceof HoldpointError ? error.message : error);
  process.exit(1);
}

async function begin({ id, input }: z.infer<typeof Start>): Promise<void> {
  await engine.run("work", input, { id });
  ledger.note("started", { run: id });
}

async function obey(text: string): Promise<void> {
  const { start, sql } = z.object({ start: Start.optional(), sql: z.string().optional() }).parse(JSON.parse(text));
  if (start) await begin(start);
  if (sql !== undefined) (opened as SqliteDriver | null)?.exec(sql);
}

createInterface(process.stdin)
  .on("line", (text) => {
    obey(text).then(
      () => print({ done: text }),
      (error: unknown) => print({ failed: error instanceof HoldpointError ? error.message : String(error) }),
    );
  })
  // Whoever started this process is gone.
  .on("close", () => process.exit(3));
process.on("SIGTERM", () => void engine.stop().then(() => process.exit(0), giveUp));

await engine.start().catch(giveUp);
print({ ready: true });
const known = new Set(ledger.lines().flatMap(({ what, run }) => (what === "started" ? [run] : [])));
await Promise.all(config.start.filter(({ id }) => !known.has(id)).map(begin));
