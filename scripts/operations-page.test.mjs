// The commands and queries of docs/operations.md, executed as they stand there.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { createEngine, database, mysql, postgres, sqlite, workflow } from "holdpoint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCommand, program, shellEnvironment, testProject } from "../packages/cli/src/project.fixture.ts";
import { shopProject } from "../packages/cli/src/shop.fixture.ts";
import { openNodeSqlite } from "../packages/sql/src/driver/node-sqlite.ts";
import { missing, startCluster } from "../packages/sql/src/fixtures/cluster.ts";
import { missing as missingMariadb, startMariadb } from "../packages/sql/src/fixtures/mariadb.ts";
import { readBlocks } from "./snippets/blocks.mjs";

const blocks = readBlocks(resolve(import.meta.dirname, "../docs/operations.md"));
const queries = blocks.filter(({ language }) => language === "sql");
const bin = mkdtempSync(join(tmpdir(), "holdpoint-bin-"));
let project;

/** The block whose first line is this remark. */
function script(remark) {
  const found = blocks.filter(({ language, code }) => language === "sh" && code.startsWith(`# ${remark}\n`));
  expect(found, remark).toHaveLength(1);
  return found[0].code;
}

/** Where Debian keeps pg_dump, beside the PATH. */
function postgresPrograms() {
  const root = "/usr/lib/postgresql";
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, "bin")) : [];
}

function bash(code, env = {}) {
  const { PATH, ...rest } = shellEnvironment(env);
  const path = [bin, ...postgresPrograms().reverse(), PATH].join(delimiter);
  const options = { cwd: project.directory, env: { ...rest, PATH: path }, encoding: "utf8" };
  const { status, stdout, stderr } = spawnSync("bash", ["-eo", "pipefail", "-c", code], options);
  if (status !== 0) throw new Error(`ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  buildCommand();
  project = testProject(shopProject);
  const shim = join(bin, "holdpoint");
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(shim, 0o755);
});
afterAll(() => {
  project?.remove();
  rmSync(bin, { recursive: true, force: true });
});

const start = (id) => `holdpoint run refund --input '{"orderId":"A-7","amount":120}' --id ${id}`;

test("SQLite: what was backed up is there after a restore, and goes on; what came later is not", async () => {
  bash(start("refund-1"));
  bash(script("backup (SQLite)"));
  bash(script("backup (SQLite)"));
  bash(start("refund-2"));
  writeFileSync(join(project.directory, ".holdpoint/holdpoint.db"), "this was a database");
  expect(() => bash("holdpoint runs")).toThrow();
  const shown = bash(script("restore (SQLite)"));
  expect(shown).toContain("refund-1");
  expect(shown).not.toContain("refund-2");
  const [hold] = JSON.parse(bash("holdpoint holds --json")).holds;
  expect(hold.runId).toBe("refund-1");
  expect(bash("holdpoint verify refund-1")).toContain("the chain is whole");
});

describe.skipIf(missing !== null)(`PostgreSQL${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let cluster;
  const admin = async (sql, url = cluster.url) => {
    const app = database(`${url}?options=${encodeURIComponent("-c search_path=holdpoint")}`);
    try {
      return await app.fetchAll(sql);
    } finally {
      await app.close();
    }
  };
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(async () => {
    await admin("drop schema if exists holdpoint cascade");
    await admin("drop database if exists holdpoint_restored");
    await cluster.stop();
  });

  test("what was backed up is there after a restore, and goes on", async () => {
    const stored = { HOLDPOINT_STORE: cluster.url };
    bash("holdpoint run note --input '\"hello\"' --id note-1", stored);
    bash(start("refund-1"), stored);
    const engine = createEngine({ store: postgres(cluster.url), workflows: [] });
    await engine.open();
    await engine.stop();
    bash(script("backup (PostgreSQL)"), { DATABASE_URL: cluster.url });
    bash(start("refund-2"), stored);
    await admin("create database holdpoint_restored");
    const restored = cluster.url.replace(/\/[^/]*$/, "/holdpoint_restored");
    const shown = bash(script("restore (PostgreSQL)"), { RESTORE_URL: restored });
    expect(shown).toContain("refund-1");
    expect(shown).not.toContain("refund-2");
    const note = workflow({ name: "note" }, async (ctx, text) => ctx.step("say", () => text));
    const again = createEngine({ store: postgres(restored), workflows: [note] });
    await again.runUntilIdle();
    expect(await (await again.get("note-1")).result({ timeout: "60s" })).toBe("hello");
    // A key that is free: sequences were restored, too.
    await again.run(note, "new", { id: "note-2" });
    await again.runUntilIdle();
    expect((await again.verify("note-2")).verdict).toBe("intact");
    await again.stop();
  });

  test.each(queries.map(({ code, line }) => [line, code]))("the query at line %i is executed", async (_line, code) => {
    expect(await admin(code.replaceAll("NOW", String(Date.now())))).toBeInstanceOf(Array);
  });
});

describe.skipIf(missingMariadb !== null)(
  `MariaDB${missingMariadb === null ? "" : ` (skipped: ${missingMariadb})`}`,
  () => {
    let server;
    let stored;
    beforeAll(async () => {
      server = await startMariadb({ "innodb-flush-log-at-trx-commit": "1" });
      stored = { HOLDPOINT_STORE: new URL("/holdpoint", server.url).href };
      bash("holdpoint run note --input '\"hello\"' --id note-1", stored);
      bash(start("refund-1"), stored);
    });
    afterAll(async () => {
      await server.admin("drop database if exists holdpoint; drop database if exists holdpoint_restored");
      await server.stop();
    });

    test("what was backed up from MariaDB is there after a restore, and goes on with its chain whole", async () => {
      const { hostname, port, username } = new URL(server.url);
      const place = { DB_HOST: hostname, DB_PORT: port, DB_USER: username };
      bash(script("backup (MariaDB)"), place);
      bash(start("refund-2"), stored);
      const shown = bash(script("restore (MariaDB)"), place);
      expect(shown).toContain("refund-1");
      expect(shown).not.toContain("refund-2");
      const restored = { HOLDPOINT_STORE: new URL("/holdpoint_restored", server.url).href };
      expect(bash("holdpoint verify refund-1", restored)).toContain("the chain is whole");
      const note = workflow({ name: "note" }, async (ctx, text) => ctx.step("say", () => text));
      const engine = createEngine({ store: mysql(restored.HOLDPOINT_STORE), workflows: [note] });
      await engine.runUntilIdle();
      expect(await (await engine.get("note-1")).result({ timeout: "60s" })).toBe("hello");
      await engine.stop();
    });

    const shared = queries.filter(({ words }) => !words.includes("postgres"));
    test.each(shared.map(({ code, line }) => [line, code]))(
      "the query at line %i is executed on MariaDB",
      async (_line, code) => {
        await server.admin(`use holdpoint; ${code.replaceAll("NOW", String(Date.now()))}`);
      },
    );
  },
);

describe("SQLite", () => {
  const directory = mkdtempSync(join(tmpdir(), "holdpoint-queries-"));
  const path = join(directory, "runs.db");
  const found = {};
  beforeAll(async () => {
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const wait = workflow({ name: "wait" }, (ctx) => ctx.approve("go", { title: "Go?", severity: "critical" }));
    const fail = workflow({ name: "fail" }, () => Promise.reject(new Error("no")));
    const engine = createEngine({ store: sqlite(path), workflows: [wait, fail], log: quiet });
    await engine.start();
    await (await engine.run(wait, undefined, { id: "waits" })).hold("go");
    await (await engine.run(fail, undefined, { id: "failed" })).result().catch(() => undefined);
    await engine.run(wait, undefined, { id: "later", delay: "1h" });
    const driver = openNodeSqlite(path);
    for (const { words, code, line } of queries) {
      if (words.includes("postgres")) continue;
      const rows = driver.prepare(code.replaceAll("NOW", String(Date.now()))).all();
      found[line] = rows;
    }
    driver.close();
    await engine.stop();
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const rowsOf = (words) => found[queries.find(({ code }) => code.includes(words)).line];

  test("every query for all databases is executed", () => {
    expect(Object.keys(found)).toHaveLength(queries.filter(({ words }) => !words.includes("postgres")).length);
    expect(Object.keys(found).length).toBeGreaterThanOrEqual(9);
  });

  test("and says what it promises", () => {
    expect(rowsOf("group by status")).toEqual([
      { status: 1, runs: 1 },
      { status: 3, runs: 1 },
      { status: 7, runs: 1 },
    ]);
    expect(rowsOf("from worker")).toEqual([
      { host: expect.any(String), pid: process.pid, seconds: expect.any(Number) },
    ]);
    expect(rowsOf("as overdue")).toEqual([{ severity: 3, open: 1, overdue: 0 }]);
    expect(rowsOf("as failed")).toEqual([{ workflow: "fail", failed: 1 }]);
    expect(rowsOf("entry_count")).toHaveLength(3);
    expect(rowsOf("not in (select pk from worker)")).toEqual([]);
    expect(rowsOf("waiting = 2")).toEqual([]);
  });
});
