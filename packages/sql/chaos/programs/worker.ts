import { createInterface } from "node:readline";
import { createEngine, HoldpointError, type Store } from "@holdpoint/core";
import { mysql, postgres } from "@holdpoint/sql";
import { z } from "zod";
import { Ledger } from "../../crash/ledger.ts";
import { chaosWorkflows } from "./workflows.ts";

/** A worker under chaos. On its standard input it is told how wrong its clock is; it ends when that ends. */
const config = z
  .object({
    kind: z.enum(["postgres", "mysql"]),
    port: z.number(),
    schema: z.string(),
    ledger: z.string(),
    lease: z.string(),
    /** The machine it says it runs on: on another one nobody can see that its process is gone, and its lease must pass. */
    host: z.string(),
    /** A queue with a limit; null leaves it to others. */
    narrow: z.number().nullable(),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const quiet = (): void => undefined;
const ledger = new Ledger(config.ledger);
/** The database knows by the connection's name whose it is. */
function openStore(): Store {
  const { kind, port, schema } = config;
  const name = `chaos-${process.pid}`;
  if (kind === "mysql") return mysql(`mysql://${name}@127.0.0.1:${port}/${schema}`, { timeout: 5_000 });
  return postgres(`postgres://holdpoint@127.0.0.1:${port}/postgres?application_name=${name}`, {
    schema,
    timeout: 5_000,
  });
}
const engine = createEngine({
  store: openStore(),
  workflows: chaosWorkflows(ledger),
  concurrency: 40,
  lease: config.lease,
  process: { host: config.host, bootId: "chaos", pid: process.pid, isAlive },
  queues: { default: {}, ...(config.narrow === null ? {} : { narrow: { concurrency: config.narrow } }) },
  log: { debug: quiet, info: quiet, warn: quiet, error: (fields, message) => console.error(message, fields) },
});

const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** The database may be away just now: whoever supervises this process starts it again. */
function giveUp(error: unknown): never {
  print({ failed: error instanceof HoldpointError ? error.code : String(error) });
  process.exit(1);
}

createInterface(process.stdin)
  .on("line", (text) => {
    Reflect.set(globalThis, "chaosSkew", Number(text));
  })
  .on("close", () => process.exit(3));
process.on("SIGTERM", () => void engine.stop().then(() => process.exit(0), giveUp));

await engine.start().catch(giveUp);
print({ ready: true });
