import type { RunFilter, Store } from "@holdpoint/core";
import { storeBuilders as build } from "@holdpoint/core/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Cluster, missing, startCluster } from "../fixtures/cluster.ts";
import { postgres } from "./postgres-store.ts";

const { namespace } = build;
const page = { limit: 50, cursor: null };
/** The server explains what it has executed: the plans that the statements really had, with their parameters. */
const explaining = {
  session_preload_libraries: "auto_explain",
  "auto_explain.log_min_duration": "0",
  "auto_explain.log_analyze": "on",
};

/** 30,000 finished runs behind 3,000 older ones that wait for a person. */
const tables = (schema: string) => `
  set search_path to "${schema}";
  insert into run (namespace, id, generation, workflow, version, spec, status, waiting, queue, priority, key_held, ready_at,
    epoch, seq, stalls, seed, salt, head, entry_count, streamed, input_digest, attributes, created_at, updated_at, finished_at)
  select (select pk from namespace), 'run-' || i, 1, 'refund-' || i % 7, 1, 1, case when i <= 3000 then 3 when i % 100 = 0 then 7 else 6 end,
    case when i <= 3000 then 1 end, 'default', 0, 0, i, 1, 2, 0, 'seed', '\\x00', sha256('x'), 1, 0, sha256('x'),
    '{"customer":"c' || i % 3000 || '","vip":' || (i % 50 = 0)::text || '}', i, i, case when i > 3000 then i end
  from generate_series(1, 33000) as i;
  insert into journal (run_pk, seq, key, phase, kind, started_at, duration, attempt, mail_seen, hash)
  select pk, 1, 'run', 'o', 0, created_at, 0, 1, 0, head from run;
  insert into inbox (run_pk, n, kind, key, at) select pk, 2, 0, 'hold:approve#1', created_at from run where status <> 3;
  insert into hold (namespace, id, run_pk, key, name, origin, status, title, severity, request_codec, request_bytes,
    request_ref, evidence_hash, action_hash, revision, opened_at, closed_at)
  select namespace, 'hold-' || pk, pk, 'hold:approve#1', 'approve', 0, case when status = 3 then 0 else 2 end, 'Refund?', pk % 4,
    'j', '{}', 0, '\\x01', '\\x01', 0, created_at, case when status = 3 then null else finished_at end from run;
  analyze`;

/** What comes when nobody works for a while, in a database that has long been analysed. */
const backlog = (schema: string) => `
  set search_path to "${schema}";
  insert into run (namespace, id, generation, workflow, version, spec, status, queue, priority, key_held, ready_at,
    epoch, seq, stalls, seed, salt, head, entry_count, streamed, input_digest, created_at, updated_at)
  select (select pk from namespace), 'backlog-' || i, 1, 'refund', 1, 1, 0, 'default', 0, 0, i, 0, 1, 0, 'seed', '\\x00',
    sha256('x'), 1, 0, sha256('x'), i, i
  from generate_series(1, 40000) as i;
  insert into hold (namespace, id, run_pk, key, name, origin, status, title, severity, request_codec, request_bytes,
    request_ref, evidence_hash, action_hash, revision, next_at, opened_at)
  select namespace, 'later-' || pk, pk, 'hold:later#1', 'later', 0, 0, 'Later?', 1, 'j', '{}', 0, '\\x01', '\\x01', 0,
    case when ready_at <= 200 then 999 + ready_at end, created_at from run where status = 0`;

describe.skipIf(missing !== null)(`plans on PostgreSQL${missing === null ? "" : ` (skipped: ${missing})`}`, () => {
  let cluster: Cluster;
  let store: Store;
  let schema: string;
  beforeAll(async () => {
    cluster = await startCluster(explaining);
    schema = cluster.schema();
    store = postgres(cluster.url, { schema, clock: "caller", listen: false });
    await store.open();
    await store.register(namespace, build.worker("w1"));
    const client = new pg.Client(cluster.url);
    await client.connect();
    await client.query(tables(schema));
    await client.end();
  });
  afterAll(async () => {
    await store.close();
    await cluster.stop();
  });

  /** The plans of what `ask` has executed, without the server's own reading of its catalogue. */
  const plansOf = async (ask: () => Promise<unknown>): Promise<string> => {
    const from = cluster.log().length;
    await ask();
    await vi.waitFor(() => expect(cluster.log().slice(from)).toContain("plan:"));
    return cluster.log().slice(from);
  };
  const readsAll = /Seq Scan on (run|journal|inbox|hold|hold_event)\b/;
  const passedOver = (plans: string): number =>
    Math.max(0, ...[...plans.matchAll(/Rows Removed by Filter: (\d+)/g)].map(([, rows]) => Number(rows)));

  const lists: [string, RunFilter][] = [
    ["newest", {}],
    ["parked", { status: ["parked"] }],
    ["parked of a workflow", { status: ["parked"], workflow: "refund-3" }],
    ["failed", { status: ["failed"] }],
    ["running", { status: ["running"] }],
    ["a customer's", { attributes: { customer: "c777" } }],
    ["a customer's parked", { status: ["parked"], attributes: { customer: "c777" } }],
    ["begin with an id", { idPrefix: "run-42" }],
  ];
  test.each(lists)("a page of the runs that are %s reads no table and passes few over", async (_name, filter) => {
    let found = 0;
    const plans = await plansOf(async () => {
      found = (await store.runs(namespace, filter, page)).items.length;
    });
    expect(found).toBe(filter.status?.[0] === "running" ? 0 : Math.min(50, filter.attributes ? found : 50));
    if (filter.attributes) expect(found).toBeGreaterThan(0);
    expect(plans).not.toMatch(readsAll);
    expect(passedOver(plans)).toBeLessThan(1_000);
  });

  test.each([
    ["open", {}],
    ["high and critical", { severity: ["high" as const, "critical" as const] }],
    ["of a workflow", { workflow: "refund-3" }],
  ])("an inbox page of what is %s reads no table and passes few over", async (_name, filter) => {
    const plans = await plansOf(async () => {
      expect((await store.holds(namespace, { status: ["open"], ...filter }, page)).items).toHaveLength(50);
    });
    expect(plans).not.toMatch(readsAll);
    expect(passedOver(plans)).toBeLessThan(1_000);
  });

  test("figures of a time read what is in it, by the index of its times", async () => {
    const span = { from: 20_000, to: 20_100, limit: 50 };
    const plans = await plansOf(async () => {
      expect((await store.finishedTimes(namespace, span)).count).toBe(100);
      expect((await store.closedTimes(namespace, span)).count).toBe(100);
      expect(await store.openTimes(namespace, 50)).toHaveLength(50);
    });
    expect(plans).toMatch(/using run_finished_root/);
    expect(plans).toMatch(/using hold_closed/);
    expect(plans).not.toMatch(readsAll);
    expect(passedOver(plans)).toBeLessThan(1_000);
  });

  test("a claim, with something ready and without, reads no table", async () => {
    await store.commit(
      namespace,
      Array.from({ length: 20 }, (_, i) => build.start(`ready-${i}`)),
    );
    const plans = await plansOf(async () => {
      const { runs } = await store.claim(namespace, build.claimRequest("w1"));
      expect(runs).toHaveLength(20);
      await store.history(
        namespace,
        runs.map(({ pk }) => ({ pk, after: 0 })),
      );
      await store.claim(namespace, build.claimRequest("w1"));
    });
    expect(plans).toContain("skip locked");
    expect(plans).not.toMatch(readsAll);
  });

  test("with 40,000 ready runs and as many holds that the statistics know nothing of, what looks for work reads no more than it takes", async () => {
    const client = new pg.Client(cluster.url);
    await client.connect();
    await client.query(backlog(schema));
    await client.end();
    const plans = await plansOf(async () => {
      // More often than a plan is made for the values at hand.
      for (let i = 0; i < 8; i++) {
        const { runs } = await store.claim(namespace, build.claimRequest("w1", { limit: 10 }));
        expect(runs.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, n) => `backlog-${10 * i + n + 1}`));
        expect(await store.nextHoldAt(namespace)).toBe(1_000);
        expect(await store.dueHolds(namespace, 1_009, 20)).toHaveLength(10);
      }
    });
    expect(plans).toContain("skip locked");
    const most = Math.max(...[...plans.matchAll(/actual time=[\d.]+ rows=(\d+)/g)].map(([, rows]) => Number(rows)));
    expect(passedOver(plans)).toBeLessThan(1_000);
    expect(most).toBeLessThan(1_000);
  });

  test("on new tables without statistics, what the hot path writes and reads is found by its key", async () => {
    const schema = cluster.schema();
    const fresh = postgres(cluster.url, { schema, clock: "caller", listen: false, connections: 1 });
    await fresh.open();
    await fresh.register(namespace, build.worker("w1"));
    const ids = Array.from({ length: 300 }, (_, i) => `fresh-${i}`);
    const plans = await plansOf(async () => {
      for (let i = 0; i < ids.length; i += 30) {
        await fresh.commit(
          namespace,
          ids.slice(i, i + 30).map((id) => build.start(id)),
        );
      }
      // More often than a plan is made for the values at hand: the last ones have the plan that is kept.
      for (let i = 0; i < 10; i++) {
        const { runs } = await fresh.claim(namespace, build.claimRequest("w1", { limit: 10 }));
        await fresh.history(
          namespace,
          runs.map(({ pk }) => ({ pk, after: 0 })),
        );
        await fresh.commit(
          namespace,
          runs.map((run) => build.advance(run, [build.entry("step:a#1")])),
        );
        const after = await Promise.all(runs.map(({ id }) => fresh.run(namespace, id)));
        const waiting = after.flatMap((run, n) => {
          if (run === null) return [];
          const holds = [build.newHold(`h-${i}-${n}`, "hold:go#1")];
          return [build.advance(run, [build.entry("hold:go#1")], { holds, then: build.parked({ waiting: "hold" }) })];
        });
        await fresh.commit(namespace, waiting);
        const moved = await fresh.commit(
          namespace,
          runs.map((_, n) => build.decide(`h-${i}-${n}`, 0)),
        );
        expect(moved.map(({ type }) => type)).toEqual(runs.map(() => "moved"));
        await fresh.unread(
          namespace,
          runs.map(({ pk, epoch, seq }) => ({ pk, epoch, seq })),
        );
        await fresh.hold(namespace, `h-${i}-0`);
      }
    });
    await fresh.close();
    const wholeNamespace =
      /using (run_by_id|run_running|hold_by_id) on [^\n]*\n[^\n]*Index Cond: \(namespace = [^ ]+\)\n/;
    const bad = plans.split("LOG:").filter((plan) => readsAll.test(plan) || wholeNamespace.test(plan));
    expect(bad).toEqual([]);
  });

  test("attributes are found whatever stands in them", async () => {
    const odd = {
      'a"b': 'x","customer":"c777',
      "n\u0000": "\u0000,}{\\",
      number: -1.5e300,
      "": "",
      yes: true,
      none: null,
    };
    await store.commit(namespace, [build.start("odd", { attributes: odd })]);
    for (const [name, value] of Object.entries(odd)) {
      const filter = { attributes: { [name]: value }, idPrefix: "odd" };
      expect((await store.runs(namespace, filter, page)).items.map(({ id }) => id)).toEqual(["odd"]);
    }
    for (const attributes of [{ customer: "c777" }, { number: "-1.5e+300" }, { yes: "true" }, { a: "x" }]) {
      expect((await store.runs(namespace, { attributes, idPrefix: "odd" }, page)).items).toEqual([]);
    }
  });
});
