import { afterAll, describe } from "vitest";
import { emptiedStores, emptyDatabase } from "../fixtures/emptied.ts";
import { missing, startMariadb } from "../fixtures/mariadb.ts";
import { mysql } from "./mysql-store.ts";

// Begun here and not in a hook: the suites make their stores while they are being collected.
const server = missing === null ? await startMariadb() : null;
afterAll(() => server?.stop());

// On the engine's clock: some of these tests set it forward by half a minute or an hour.
const make = emptiedStores(
  (address) => mysql(address, { connections: 2, clock: "caller", durability: "relaxed", pollEvery: 250 }),
  () => server?.database() ?? "",
  emptyDatabase(() => server?.url ?? ""),
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

describe.skipIf(server === null)(`on MariaDB${server === null ? ` (skipped: ${missing})` : ""}`, async () => {
  if (server !== null) Reflect.set(globalThis, Symbol.for("holdpoint.storeUnderTest"), make);
  for (const suite of suites) await import(new URL(`../../../core/src/engine/${suite}.test.ts`, import.meta.url).href);
});
