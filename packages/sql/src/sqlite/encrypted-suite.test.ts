import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encrypted, keyring } from "@holdpoint/core";
import { plainView, rulesOfPlainStores, storeConformance } from "@holdpoint/core/testing";
import { afterAll, describe, test } from "vitest";
import { sqlite } from "./sqlite-store.ts";

const directory = mkdtempSync(join(tmpdir(), "holdpoint-encrypted-suite-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
const keys = keyring({ current: "k1", keys: { k1: Buffer.alloc(32, 7) } });
const make = () => encrypted(sqlite(join(directory, `${++files}.db`), { durability: "relaxed" }), { keys });
Reflect.set(globalThis, Symbol.for("holdpoint.storeUnderTest"), make);

describe("an encrypted database", () => {
  for (const rule of storeConformance("encrypted sqlite", () => plainView(make()))) {
    if (!rulesOfPlainStores.some((name) => rule.name.endsWith(name))) test(rule.name, rule.run);
  }
});

/** The engine's own tests on an encrypted store: each three ways, as on a plain one. */
const suites = ["retry", "fork", "chain-whole", "erasure", "hold-races"];

describe("the engine on an encrypted database", async () => {
  for (const suite of suites) await import(new URL(`../../../core/src/engine/${suite}.test.ts`, import.meta.url).href);
});
