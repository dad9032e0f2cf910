import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** A house with one offence against each rule, and things that look like one but are allowed. */
const files = {
  "package.json": '{ "private": true, "type": "module", "devDependencies": { "vitest": "*" } }',
  "node_modules/vitest/package.json": '{ "name": "vitest", "version": "1.0.0", "main": "index.js" }',
  "node_modules/vitest/index.js": "",

  "packages/core/package.json": '{ "name": "@holdpoint/core" }',
  "packages/core/src/index.ts": 'export * from "./hold/policy.ts";',
  "packages/core/src/hold/policy.ts": 'import type { Engine } from "../engine/engine.ts"; export type Policy = Engine;',
  "packages/core/src/hold/policy.test.ts":
    'import "../engine/engine.ts"; import "../testing/index.ts"; import "vitest"; import "node:fs";',
  "packages/core/src/engine/engine.ts": 'import { store } from "@holdpoint/sql"; export type Engine = typeof store;',
  "packages/core/src/run/execution.ts": 'import "../engine/engine.ts"; import "./scope.ts"; import "node:async_hooks";',
  "packages/core/src/run/scope.ts": 'import "./execution.ts"; import "node:fs";',
  "packages/core/src/run/types.ts": 'import type { B } from "./more-types.ts"; export type A = B;',
  "packages/core/src/run/more-types.ts": 'import type { A } from "./types.ts"; export type B = A | 1;',
  "packages/core/src/testing/index.ts": 'import "../engine/engine.ts";',

  "packages/sql/package.json": '{ "name": "@holdpoint/sql" }',
  "packages/sql/src/index.ts": 'import "../../core/src/hold/policy.ts"; import "./lost.ts"; export const store = 1;',
  "packages/sql/src/driver.ts":
    'import "@holdpoint/core"; import "@holdpoint/core/testing"; import "vitest"; import "holdpoint";',
  "packages/cli/package.json": '{ "name": "holdpoint" }',
  "packages/cli/src/index.ts": 'import "@holdpoint/core"; import "@holdpoint/sql"; import "node:fs";',
};

test("each rule of the house finds its offence, and nothing else", () => {
  const house = mkdtempSync(join(tmpdir(), "holdpoint-layers-"));
  afterAll(() => rmSync(house, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), `${content}\n`);
  }
  for (const path of [".dependency-cruiser.mjs", "scripts/layers/resolve.mjs"])
    cpSync(join(root, path), join(house, path));

  const cruise = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const { stdout, stderr } = spawnSync(process.execPath, [cruise, "packages", "-T", "json"], {
    cwd: house,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const violations = JSON.parse(stdout).summary.violations;
  expect(
    violations.map(({ rule, from, to }) => `${rule.name}: ${from.replace("packages/", "")} → ${to}`).sort(),
  ).toEqual([
    "core-does-no-input-or-output: core/src/run/scope.ts → fs",
    "core-imports-nothing-above-it: core/src/engine/engine.ts → packages/sql/src/index.ts",
    "everything-resolves: sql/src/index.ts → ./lost.ts",
    "nothing-is-circular: core/src/run/execution.ts → packages/core/src/run/scope.ts",
    "only-tests-import-testing: sql/src/driver.ts → packages/core/src/testing/index.ts",
    "packages-are-entered-by-their-door: sql/src/index.ts → packages/core/src/hold/policy.ts",
    "production-code-does-not-need-development-dependencies: sql/src/driver.ts → node_modules/vitest/index.js",
    "run-knows-no-engine: core/src/run/execution.ts → packages/core/src/engine/engine.ts",
    "sql-imports-nothing-above-it: sql/src/driver.ts → packages/cli/src/index.ts",
    "the-pure-half-of-core-knows-no-engine: core/src/hold/policy.ts → packages/core/src/engine/engine.ts",
  ]);
});
