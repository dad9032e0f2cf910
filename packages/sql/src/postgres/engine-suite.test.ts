import { afterAll, describe } from "vitest";
import { missing, startCluster } from "../fixtures/cluster.ts";
import { emptiedStores, emptySchema } from "../fixtures/emptied.ts";
import { postgres } from "./postgres-store.ts";

// Begun here and not in a hook: the suites make their stores while they are being collected.
const cluster = missing === null ? await startCluster() : null;
afterAll(() => cluster?.stop());

// On the engine's clock: some of these tests set it forward by half a minute or an hour.
const make = emptiedStores(
  (schema) => postgres(cluster?.url ?? "", { schema, connections: 2, clock: "caller" }),
  () => cluster?.schema() ?? "",
  emptySchema(() => cluster?.url ?? ""),
);

/** The engine's own tests, on this store: each three ways, as in memory. */
const suites = [
  "divergence",
  "retry",
  "versions",
  "fork",
  "chain-whole",
  "erasure",
  "hold-races",
  "hold-grants",
  "hold-export",
  "hold-lists",
  "independent",
];

describe.skipIf(cluster === null)(`on PostgreSQL${cluster === null ? ` (skipped: ${missing})` : ""}`, async () => {
  if (cluster !== null) Reflect.set(globalThis, Symbol.for("holdpoint.storeUnderTest"), make);
  for (const suite of suites) await import(new URL(`../../../core/src/engine/${suite}.test.ts`, import.meta.url).href);
});
