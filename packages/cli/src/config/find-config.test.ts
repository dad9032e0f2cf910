import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findConfig, requireConfig } from "./find-config.ts";
import { checkConfig } from "./load-config.ts";
import { parseAddress, storeAt } from "./store-address.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "holdpoint-config-"));
  mkdirSync(join(directory, "a/b"), { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("the nearest configuration above is found, TypeScript first", () => {
  writeFileSync(join(directory, "holdpoint.config.mjs"), "");
  expect(findConfig(join(directory, "a/b"))).toBe(join(directory, "holdpoint.config.mjs"));
  writeFileSync(join(directory, "holdpoint.config.ts"), "");
  expect(findConfig(join(directory, "a/b"))).toBe(join(directory, "holdpoint.config.ts"));
  writeFileSync(join(directory, "a/holdpoint.config.js"), "");
  expect(findConfig(join(directory, "a/b"))).toBe(join(directory, "a/holdpoint.config.js"));
});

test("without one the sentence says where it was looked for and what to do", () => {
  expect(() => requireConfig(directory, undefined)).toThrow(
    `no holdpoint.config.ts found upward from ${directory}; run \`holdpoint init\``,
  );
  expect(() => requireConfig(directory, "other.ts")).toThrow(`no such file: ${join(directory, "other.ts")}`);
});

test.each([
  [undefined, "must export a configuration"],
  [{}, "`workflows` must be a list"],
  [{ workflows: [undefined] }, "workflows[0] is undefined: is it exported where it is imported from?"],
  [{ workflows: [{ name: "x" }] }, "workflows[0] is not a workflow"],
  [{ workflows: [], store: 3 }, "`store` must be a store"],
])("%o is refused as a configuration", (config, message) => {
  expect(() => checkConfig(config, "holdpoint.config.ts")).toThrow(message);
});

test.each([
  ["runs.db", { kind: "sqlite", path: "/p/runs.db" }],
  ["/var/runs.db", { kind: "sqlite", path: "/var/runs.db" }],
  ["sqlite:data/runs.db", { kind: "sqlite", path: "/p/data/runs.db" }],
  ["sqlite:///var/runs.db", { kind: "sqlite", path: "/var/runs.db" }],
  ["file:data/runs.db", { kind: "sqlite", path: "/p/data/runs.db" }],
  ["postgres://me@db:5433/x", { kind: "postgres", url: "postgres://me@db:5433/x" }],
  ["postgresql://me:secret@db/x", { kind: "postgres", url: "postgresql://me:secret@db/x" }],
  ["mysql://me@db:3307/x", { kind: "mysql", url: "mysql://me@db:3307/x" }],
  ["mariadb://me:secret@db/x", { kind: "mysql", url: "mariadb://me:secret@db/x" }],
  ["memory:", { kind: "memory" }],
])("%s is a store's address", (text, address) => {
  expect(parseAddress(text, "/p", "HOLDPOINT_STORE")).toEqual(address);
});

test("the store of an address of PostgreSQL does not tell its password", async () => {
  expect((await storeAt(parseAddress("postgres://me:secret@db:5433/x", "/p", "HOLDPOINT_STORE"))).name).toBe(
    "postgres db:5433/x",
  );
});

test("nor does the store of an address of MySQL", async () => {
  expect((await storeAt(parseAddress("mysql://me:secret@db:3307/x", "/p", "HOLDPOINT_STORE"))).name).toBe(
    "mysql db:3307/x",
  );
});

test("an address of a store that this version does not have is refused without its password", () => {
  expect(() => parseAddress("mongodb://me:secret@db/x", "/p", "HOLDPOINT_STORE")).toThrow(
    'HOLDPOINT_STORE: "mongodb://…@db/x" is not a store this version has',
  );
});
