import assert from "node:assert/strict";
import { brokenLogLine } from "../../record/log-chain.ts";
import type { LogLine, LogOperation, LogPage, NewLogLine } from "../log-rows.ts";
import type { StartOperation, Store } from "../store.ts";
import { mail, namespace, start, t0 } from "./builders.ts";
import { cases, one } from "./case.ts";

export function logLine(body: string, more: Partial<NewLogLine> = {}): NewLogLine {
  return { at: t0, body, key: null, ...more };
}

export function toLog(log: string, ...lines: NewLogLine[]): LogOperation {
  return { type: "log", log, lines };
}

async function logged(store: Store, log: string, ...lines: NewLogLine[]): Promise<LogLine[]> {
  const result = await one(store.commit(namespace, [toLog(log, ...lines)]));
  assert.equal(result.type, "logged", JSON.stringify(result));
  return result.type === "logged" ? result.lines : [];
}

async function numbers(store: Store, page: Partial<LogPage>): Promise<number[]> {
  return (await store.logLines(namespace, "audit", { limit: 100, ...page })).map(({ n }) => n);
}

export const logCases = cases("logs", {
  "lines are numbered from 1 without gaps and linked, and each log counts for itself": async (store) => {
    assert.deepEqual(await store.logLines(namespace, "audit", { limit: 10 }), []);
    const first = await logged(store, "audit", logLine("a"), logLine('{"größe":"✓ 𝕏"}', { at: t0 + 5 }));
    const [other] = await logged(store, "other", logLine("a"));
    const second = await logged(store, "audit", logLine("c", { at: t0 + 9 }));
    const lines = [...first, ...second];
    assert.deepEqual(
      lines.map(({ n, at, body, key }) => ({ n, at, body, key })),
      [
        { n: 1, at: t0, body: "a", key: null },
        { n: 2, at: t0 + 5, body: '{"größe":"✓ 𝕏"}', key: null },
        { n: 3, at: t0 + 9, body: "c", key: null },
      ],
    );
    assert.equal(other?.n, 1);
    assert.deepEqual(await store.logLines(namespace, "audit", { limit: 10 }), lines);
    assert.equal(brokenLogLine("audit", lines), null);
    assert.deepEqual(await store.logLines("elsewhere", "audit", { limit: 10 }), []);
    assert.deepEqual(await logged(store, "audit"), []);
  },
  "a line with a known key is not appended again": async (store) => {
    const [first] = await logged(store, "audit", logLine("a", { key: "k1" }));
    const again = await logged(
      store,
      "audit",
      logLine("b", { key: "k2" }),
      logLine("other", { key: "k1", at: t0 + 9 }),
    );
    assert.deepEqual(again[1], first);
    assert.deepEqual(await numbers(store, {}), [1, 2]);
    const twice = await logged(store, "audit", logLine("c", { key: "k3" }), logLine("d", { key: "k3" }));
    assert.deepEqual(
      twice.map(({ n, body }) => [n, body]),
      [
        [3, "c"],
        [3, "c"],
      ],
    );
    const [elsewhere] = await logged(store, "other", logLine("a", { key: "k1" }));
    assert.equal(elsewhere?.n, 1);
  },
  "many who append at the same time make one chain": async (store) => {
    const writers = Array.from({ length: 12 }, (_, i) =>
      logged(store, i % 4 === 0 ? "other" : "audit", logLine(`${i} a`), logLine(`${i} b`, { at: t0 + i })),
    );
    const given = (await Promise.all(writers)).flat();
    for (const [log, count] of [
      ["audit", 18],
      ["other", 6],
    ] as const) {
      const lines = await store.logLines(namespace, log, { limit: 100 });
      assert.equal(lines.length, count);
      assert.equal(brokenLogLine(log, lines), null);
      for (const line of lines) assert.ok(given.some(({ n, body }) => n === line.n && body === line.body));
    }
  },
  "pages go by number in either direction, and by time": async (store) => {
    // The fourth is told of late: it is recorded at the time of the line before it.
    for (const after of [0, 10, 20, 5, 30]) await logged(store, "audit", logLine("x", { at: t0 + after }));
    assert.equal((await store.logLines(namespace, "audit", { limit: 1, after: 3 }))[0]?.at, t0 + 20);
    assert.deepEqual(await numbers(store, { after: 2, limit: 2 }), [3, 4]);
    assert.deepEqual(await numbers(store, { newestFirst: true, limit: 2 }), [5, 4]);
    assert.deepEqual(await numbers(store, { newestFirst: true, before: 4, limit: 2 }), [3, 2]);
    assert.deepEqual(await numbers(store, { before: 4, after: 1 }), [2, 3]);
    assert.deepEqual(await numbers(store, { from: t0 + 10, until: t0 + 30 }), [2, 3, 4]);
    assert.deepEqual(await numbers(store, { from: t0 + 20, newestFirst: true }), [5, 4, 3]);
    assert.deepEqual(await numbers(store, { until: t0 + 20, after: 1 }), [2]);
    assert.deepEqual(await numbers(store, { from: t0 + 31 }), []);
    assert.deepEqual(await numbers(store, { until: t0 }), []);
  },
  "a start's line is there where the start made the run, and only there": async (store) => {
    const begin = (id: string, body: string): StartOperation => ({
      ...start(id),
      line: { log: "audit", line: logLine(body) },
    });
    const plain = await store.commit(namespace, [begin("s1", "one"), start("s2"), begin("s3", "three")]);
    assert.deepEqual(
      plain.map((result) => result.type === "started" && result.created),
      [true, true, true],
    );
    // One is there, one comes twice in the batch, and one delivers a signal.
    const mixed = await store.commit(namespace, [
      begin("s1", "again"),
      begin("s4", "four"),
      begin("s4", "twice"),
      toLog("audit", logLine("of its own")),
      { ...begin("s5", "five"), signal: mail() },
    ]);
    assert.deepEqual(
      mixed.map((result) => result.type === "started" && result.created),
      [false, true, false, false, true],
    );
    const lines = await store.logLines(namespace, "audit", { limit: 10 });
    assert.deepEqual(
      lines.map(({ body }) => body),
      ["one", "three", "of its own", "four", "five"],
    );
    assert.equal(brokenLogLine("audit", lines), null);
  },
  "a run whose line cannot be written is not started, and the others are": async (store) => {
    const [bad, good] = await store.commit(namespace, [
      { ...start("s1"), line: { log: "audit", line: logLine("bad\u0000") } },
      { ...start("s2"), line: { log: "audit", line: logLine("good") } },
    ]);
    assert.deepEqual([bad.type, good.type], ["refused", "started"]);
    assert.equal(await store.run(namespace, "s1"), null);
    assert.deepEqual(await numbers(store, {}), [1]);
  },
  "a refused append leaves nothing": async (store) => {
    const [refused, nameless] = await store.commit(namespace, [
      toLog("audit", logLine("good"), logLine("bad\u0000")),
      toLog("", logLine("x")),
    ]);
    assert.deepEqual([refused.type, nameless.type], ["refused", "refused"]);
    assert.deepEqual(await numbers(store, {}), []);
    assert.equal((await logged(store, "audit", logLine("first")))[0]?.n, 1);
  },
});
