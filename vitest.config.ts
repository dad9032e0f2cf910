import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import SlowFirst from "./scripts/slow-first.mjs";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Tests import packages by name and get their sources: no build is needed before a test run. */
const alias = [
  { find: /^@holdpoint\/([a-z]+)$/, replacement: at("./packages/$1/src/index.ts") },
  { find: /^@holdpoint\/([a-z]+)\/testing$/, replacement: at("./packages/$1/src/testing/index.ts") },
  { find: /^@holdpoint\/client\/contract$/, replacement: at("./packages/client/src/contract/index.ts") },
  { find: /^holdpoint$/, replacement: at("./packages/cli/src/index.ts") },
  { find: /^holdpoint\/testing$/, replacement: at("./packages/cli/src/testing.ts") },
];

/** The quick run on the oldest Node leaves what starts a database server or a browser, or takes minutes, to the whole suite. */
const left = process.env.HOLDPOINT_WITHOUT_POSTGRES
  ? [
      ...["**/postgres/**", "**/mysql/**", "**/database/killed.test.ts", "**/half-applied.test.ts"],
      ...["**/encrypted-servers.test.ts", "**/encrypted-suite.test.ts", "**/browser.test.ts", "**/console/test/**"],
    ]
  : [];

/**
 * What is loaded once serves the next file too, but for these: tests that look at globals, which engines change while they live, or at
 * what is said once in a process, and those that load the same suites again for another store.
 */
const alone: Record<string, string[]> = {
  core: ["**/determinism.test.ts", "**/guard.test.ts", "**/test-engine.test.ts"],
  sql: ["**/engine-suite.test.ts", "**/encrypted-suite.test.ts", "**/old-sqlite.test.ts"],
};

const project = (name: string, root: string) => ({
  extends: true as const,
  test: {
    name,
    root: at(root),
    isolate: false,
    setupFiles: [at("./scripts/test-setup.mjs")],
    include: ["**/*.test.ts", "**/*.test.mjs"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/out/**", ...left, ...(alone[name] ?? [])],
  },
});

/** Files of a project that have a process each. */
const isolated = ([name, include]: [string, string[]]) => {
  const { extends: more, test } = project(`${name} alone`, `./packages/${name}`);
  return { extends: more, test: { ...test, isolate: true, include } };
};

export default defineConfig({
  resolve: { alias },
  test: {
    // Processes, not threads: tests send signals, change directory and open database files.
    pool: "forks",
    // Two more than the processors of a small machine: much of the suite waits for processes it killed.
    maxWorkers: 4,
    sequence: { sequencer: SlowFirst },
    // What hangs is found late, and what is slow is not taken for it: a machine may be ten times slower than another.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 10 } },
    // In the whole suite a failed test is tried once more; the reporter names it, and lets some not have it.
    retry: process.env.HOLDPOINT_SECOND_TRY === "1" ? 1 : 0,
    projects: [
      ...readdirSync(at("./packages")).map((room) => project(room, `./packages/${room}`)),
      ...Object.entries(alone).map(isolated),
      project("examples", "./examples"),
      project("bench", "./bench"),
      project("scripts", "./scripts"),
    ],
  },
});
