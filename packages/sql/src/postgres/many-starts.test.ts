import { brokenLogLine, createEngine, type Engine, encrypted, keyring, type Store, workflow } from "@holdpoint/core";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { postgres } from "./postgres-store.ts";

const note = workflow({ name: "note", input: z.string() }, (ctx, text) => ctx.step("keep", () => text));
const keys = keyring({ current: "k1", keys: { k1: Buffer.alloc(32, 1) } });
const line = ({ id }: { id: string }) => ({ log: "audit", body: JSON.stringify({ started: id }) });

describe.skipIf(missing !== null)(`many starts at once${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  /** An engine nobody works for, in a schema of its own. */
  async function opened(schema: string, wrap: (store: Store) => Store): Promise<{ engine: Engine; store: Store }> {
    const store = postgres(cluster.url, { schema });
    const engine = createEngine({ store: wrap(store), workflows: [note] });
    await engine.open();
    // The namespace, its key and the log are made with the first one.
    await engine.run(note, "first", { id: "first", line });
    return { engine, store };
  }

  /** How many statements it takes to start these together. */
  async function statements(engine: Engine, ids: readonly string[]): Promise<{ sent: number; created: boolean[] }> {
    const spy = vi.spyOn(pg.Client.prototype, "query");
    const runs = await Promise.all(ids.map((id) => engine.run(note, `of ${id}`, { id, line })));
    const sent = spy.mock.calls.length;
    spy.mockRestore();
    return { sent, created: runs.map(({ created }) => created) };
  }

  const fifty = Array.from({ length: 50 }, (_, n) => `r${n}`);
  const kinds: [string, (store: Store) => Store][] = [
    ["readable", (store) => store],
    ["encrypted", (store) => encrypted(store, { keys })],
  ];

  test.each(kinds)(
    "fifty %s starts with their lines are as many statements as one, and one is not there without the other",
    async (kind, wrap) => {
      const { engine, store } = await opened(`many_${kind}`, wrap);
      const alone = await statements(engine, ["alone"]);
      const together = await statements(engine, fifty);
      // The first on a connection says how it is to be, too.
      expect(together.sent).toBeLessThanOrEqual(alone.sent);
      expect(new Set(together.created)).toEqual(new Set([true]));
      // Those that are there are found, and the one that is not has its line and can be read.
      const again = await statements(engine, [...fifty, "late"]);
      expect(again.created).toEqual([...fifty.map(() => false), true]);
      const lines = await store.logLines(engine.namespace, "audit", { limit: 1000 });
      const started = lines.map(({ body }) => (JSON.parse(body) as { started: string }).started);
      expect(started.slice(0, 2)).toEqual(["first", "alone"]);
      expect(started.slice(2).sort()).toEqual([...fifty, "late"].sort());
      expect(brokenLogLine("audit", lines)).toBeNull();
      await engine.runUntilIdle();
      const results = await Promise.all([...fifty, "late"].map(async (id) => (await engine.get(id)).result()));
      expect(results).toEqual([...fifty, "late"].map((id) => `of ${id}`));
      await engine.stop();
    },
  );

  test("a line that cannot be written keeps its own run from being there, and no other", async () => {
    const { engine, store } = await opened("many_refused", (given) => given);
    const broken = () => ({ log: "audit", body: '"\u0000"' });
    const starts = [
      engine.run(note, "a", { id: "a", line }),
      engine.run(note, "b", { id: "b", line: broken }),
      engine.run(note, "c", { id: "c", line }),
    ];
    const ended = await Promise.allSettled(starts);
    expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const lines = await store.logLines(engine.namespace, "audit", { limit: 10 });
    expect(lines.map(({ body }) => body)).toEqual(["first", "a", "c"].map((id) => JSON.stringify({ started: id })));
    expect(await store.run(engine.namespace, "b")).toBeNull();
    await engine.stop();
  });
});
