import { describe, test } from "vitest";
import { storeConformance } from "../store/conformance/conformance.ts";
import { memoryStore } from "../store/memory/memory-store.ts";
import { plainView, rulesOfPlainStores } from "../testing/plain-view.ts";
import { encrypted } from "./encrypted-store.ts";
import { keyring } from "./keyring.ts";

const keys = keyring({ current: "k1", keys: { k1: Buffer.alloc(32, 7) } });

describe("an encrypted store", () => {
  const make = () => plainView(encrypted(memoryStore(), { keys }));
  for (const rule of storeConformance("encrypted memory", make)) {
    if (!rulesOfPlainStores.some((name) => rule.name.endsWith(name))) test(rule.name, rule.run);
  }
});
