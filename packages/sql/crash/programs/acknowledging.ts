import { writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createEngine } from "@holdpoint/core";
import { type SqliteDriver, sqlite } from "@holdpoint/sql";
import { z } from "zod";
import { openNodeSqlite } from "../../src/driver/node-sqlite.ts";
import { type Acknowledgement, acknowledging, fresh } from "./acknowledgement.ts";

/**
 * Says on its standard output what it was promised: that a run is started, a step recorded, a decision taken, a run
 * ended. Each with a token that stands in the database for it, and nowhere else.
 */
const config = z
  .object({ database: z.string(), durability: z.enum(["full", "relaxed"]), runs: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ""));

const say = (said: Acknowledgement): void => void writeSync(1, `${JSON.stringify(said)}\n`);

let opened: SqliteDriver | null = null;
const store = sqlite(config.database, {
  durability: config.durability,
  driver: (path) => (opened = openNodeSqlite(path)),
});
await store.open();
// Often enough for the trace to have many checkpoints, and a WAL that begins anew.
(opened as SqliteDriver | null)?.exec("pragma wal_autocheckpoint = 25");
const engine = createEngine({
  store,
  workflows: [acknowledging(say)],
  log: { debug() {}, info() {}, warn() {}, error() {} },
});
await engine.start();

await Promise.all(
  Array.from({ length: config.runs }, async (_, i) => {
    await delay(i * 15);
    const input = fresh();
    const run = await engine.run("acknowledging", input, { id: `r${i}` });
    say({ ack: "started", run: run.id, key: "run", token: input });
    const hold = await run.hold("go on");
    const note = fresh();
    await engine.decide(hold, { approved: true }, { by: "ana", note });
    say({ ack: "decided", run: run.id, key: hold.key, token: note });
    say({ ack: "ended", run: run.id, key: "run", token: String(await run.result()) });
  }),
);
await engine.stop();
