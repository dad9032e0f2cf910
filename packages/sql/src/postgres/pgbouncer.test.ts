import { createEngine, type Engine, workflow } from "@holdpoint/core";
import { storeBuilders as build, storeConformance } from "@holdpoint/core/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Cluster, missing as noPostgres, startCluster } from "../fixtures/cluster.ts";
import { emptiedStores, emptySchema } from "../fixtures/emptied.ts";
import { type PgBouncer, pgbouncerMissing, startPgBouncer } from "../fixtures/pgbouncer.ts";
import { postgres } from "./postgres-store.ts";

const { namespace } = build;
const missing = noPostgres ?? pgbouncerMissing;

describe.skipIf(missing !== null)(
  `behind PgBouncer in transaction mode${missing === null ? "" : ` (skipped: ${missing})`}`,
  () => {
    let cluster: Cluster;
    let pooler: PgBouncer;
    const engines: Engine[] = [];
    beforeAll(async () => {
      cluster = await startCluster({ log_statement: "all" });
      pooler = await startPgBouncer(cluster.url, 3);
    });
    afterEach(async () => {
      for (const engine of engines.splice(0)) await engine.stop();
    });
    afterAll(async () => {
      await pooler.stop();
      await cluster.stop();
    });

    const makeStore = emptiedStores(
      (schema) => postgres(pooler.url, { schema, clock: "caller", pooled: true }),
      () => cluster.schema(),
      emptySchema(() => cluster.url),
    );
    for (const rule of storeConformance("postgres behind PgBouncer", makeStore)) test(rule.name, rule.run);

    test("workers of two schemas share its connections, each in its own, and everything is done once", async () => {
      const done: string[] = [];
      const small = workflow({ name: "small" }, async (ctx) => {
        for (let i = 1; i <= 3; i++) {
          await ctx.step(`step ${i}`, () => {
            done.push(`${ctx.run.id}/${i}`);
          });
        }
        return ctx.child(leaf, undefined);
      });
      const leaf = workflow({ name: "leaf" }, (ctx) => ctx.step("leaf", () => ctx.run.id));
      const schemas = [cluster.schema(), cluster.schema()];
      const started = [];
      for (const [i, schema] of [...schemas, ...schemas].entries()) {
        const engine = createEngine({
          store: postgres(pooler.url, { schema, pooled: true }),
          workflows: [small, leaf],
        });
        engines.push(engine);
        await engine.start();
        started.push(
          ...Array.from({ length: 30 }, (_, n) => engine.run(small, undefined, { id: `${schema}-${i}-${n}` })),
        );
      }
      for (const run of await Promise.all(started)) await run.result({ timeout: "60s" });
      expect(new Set(done).size).toBe(360);
      expect(done).toHaveLength(360);
      // Statements with a name would be those of whoever had the connection before.
      expect(cluster.log()).not.toMatch(/execute (append_many|append_single|take|look):/);
    });

    test("without a direct address nobody listens, and everybody looks four times a second", async () => {
      const schema = cluster.schema();
      const store = postgres(pooler.url, { schema, pooled: true });
      await store.open();
      const heard: string[] = [];
      store.watch(namespace, ({ type }) => heard.push(type));
      await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(3));
      expect(new Set(heard)).toEqual(new Set(["foreign"]));
      expect(cluster.log()).not.toContain(`listen "holdpoint_${schema}"`);
      await store.close();
    });

    test("with a direct address it is woken by name", async () => {
      const schema = cluster.schema();
      const options = { schema, pooled: true, listenUrl: cluster.url };
      const [one, two] = [postgres(pooler.url, options), postgres(pooler.url, { schema, pooled: true })];
      await one.open();
      await two.open();
      const heard: string[] = [];
      one.watch(namespace, ({ type }) => heard.push(type));
      await vi.waitFor(() => expect(cluster.log()).toContain(`listen "holdpoint_${schema}"`));
      heard.length = 0;
      // Whoever cannot listen tells the others all the same.
      await two.commit(namespace, [build.start("r1")]);
      await vi.waitFor(() => expect(heard).toContain("ready"));
      await one.close();
      await two.close();
    });
  },
);
