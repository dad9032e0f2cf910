import { expect, test } from "vitest";
import { hasNoSecondTry } from "./second-try.mjs";

test("what kills, cuts off or simulates, and a store, has no second try", () => {
  for (const file of [
    "crash/power-cut.test.ts",
    "crash/killed-worker.test.ts",
    "src/database/killed.test.ts",
    "src/commands/start-killed.test.ts",
    "src/postgres/simulation.test.ts",
    "src/testing/simulation/simulation.test.ts",
    "src/sqlite/sqlite-store.test.ts",
  ])
    expect(hasNoSecondTry(file), file).toBe(true);
});

test("other tests have one", () => {
  for (const file of ["src/run/execution.test.ts", "src/interpret/turns.test.ts", "src/http/http.test.ts"])
    expect(hasNoSecondTry(file), file).toBe(false);
});
