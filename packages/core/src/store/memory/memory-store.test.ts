import { describe, test } from "vitest";
import { storeConformance } from "../conformance/conformance.ts";
import { memoryStore } from "./memory-store.ts";

describe("the in-memory store", () => {
  for (const rule of storeConformance("memory", memoryStore)) test(rule.name, rule.run);
});
