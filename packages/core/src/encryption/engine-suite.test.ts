import { afterAll, describe } from "vitest";
import { memoryStore } from "../store/memory/memory-store.ts";
import { encrypted } from "./encrypted-store.ts";
import { keyring } from "./keyring.ts";

const keys = keyring({ current: "k1", keys: { k1: Buffer.alloc(32, 7) } });
const underTest = Symbol.for("holdpoint.storeUnderTest");
Reflect.set(globalThis, underTest, () => encrypted(memoryStore(), { keys }));
afterAll(() => Reflect.deleteProperty(globalThis, underTest));

/** The engine's own tests on an encrypted store: each three ways, as on a plain one. */
const suites = [
  "divergence",
  "retry",
  "versions",
  "fork",
  "chain-whole",
  "erasure",
  "hold-races",
  "hold-grants",
  "hold-lists",
  "independent",
];

describe("on an encrypted store", async () => {
  for (const suite of suites) await import(new URL(`../engine/${suite}.test.ts`, import.meta.url).href);
});
