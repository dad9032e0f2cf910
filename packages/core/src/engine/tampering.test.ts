import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { entryHash, genesis, mailDigest, payloadDigest } from "../journal/chain.ts";
import { encodePayload } from "../journal/payload.ts";
import type { Entry, History, RunRow, Store } from "../store/store.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments } from "./deployments.fixture.ts";
import { createEngine, type Engine } from "./engine.ts";

const order = workflow({ name: "order", input: z.string() }, async (ctx, what) => {
  await ctx.step("load", () => ({ what, price: 100 }));
  const words = await ctx.signal("words", z.string());
  const { by } = await ctx.approve("pay", { title: "Pay?" });
  await ctx.step("pay", () => `${words} ${by}`);
  await ctx.step("pack", () => 1);
  return ctx.step("ship", () => 2);
});

const chainKeys = { "without a key": undefined, "with a chain key": createHash("sha256").update("secret").digest() };

describe.each(Object.entries(chainKeys))("somebody writes to the database (%s)", (_, chainKey) => {
  const world = new Deployments("normal", chainKey ? { chainKey } : {});
  afterEach(() => world.stop());

  async function ordered(engine: Engine, what: string): Promise<string> {
    const run = await engine.run(order, what);
    await run.signal("words", "thanks");
    await engine.decide(await run.hold("pay", { timeout: "60s" }), { approved: true }, { by: "ana" });
    await run.result({ timeout: "60s" });
    return run.id;
  }

  /** The same data, with the rows of one run changed as somebody with the database's password could. */
  function changed(id: string, change: (history: History, run: RunRow) => History | Promise<History>): Store {
    const { store } = world;
    const history: Store["history"] = async (namespace, wanted) => {
      const read = await store.history(namespace, wanted);
      return Promise.all(
        wanted.map(async ({ pk }, i) => {
          const row = await store.runByPk(namespace, pk);
          const rows = structuredClone(read[i] ?? { entries: [], mail: [] });
          return row?.id === id ? change(rows, row) : rows;
        }),
      );
    };
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = name === "history" ? history : Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  const looking = (store: Store): Engine =>
    createEngine({ store, workflows: [order], ...(chainKey ? { chainKey } : {}) });
  const at = (history: History, key: string): Entry => {
    const found = history.entries.find((entry) => entry.key === key && entry.phase === "settled");
    if (!found) throw new Error(`no ${key}`);
    return found;
  };
  const value = (given: unknown) => encodePayload(given, { subject: "value" }).payload;

  const changes: Record<string, { kind: string; message: RegExp; change: (history: History) => History }> = {
    "edits a step's result": {
      kind: "edited",
      message: /entry \d+ \(step:load#1, settled\).* was edited/,
      change: (history) => {
        at(history, "step:load#1").payload = value({ what: "book", price: 1 });
        return history;
      },
    },
    "edits when a step ended": {
      kind: "edited",
      message: /entry \d+ \(step:pay#1, settled\)/,
      change: (history) => {
        at(history, "step:pay#1").endedAt += 60_000;
        return history;
      },
    },
    "edits what measures say": {
      kind: "edited",
      message: /entry \d+ \(step:ship#1, settled\)/,
      change: (history) => {
        at(history, "step:ship#1").measures = '{"confidence":1}';
        return history;
      },
    },
    "edits who decided": {
      kind: "edited",
      message: /mail it covers \(\d+\)\) was edited|mail it covers \(.*\d+\)/,
      change: (history) => {
        for (const mail of history.mail) if (mail.kind === "decision") mail.sender = "eve";
        return history;
      },
    },
    "edits a signal": {
      kind: "edited",
      message: /was edited/,
      change: (history) => {
        for (const mail of history.mail) if (mail.kind === "signal") mail.payload = value("never");
        return history;
      },
    },
    "deletes an entry": {
      kind: "deleted",
      message: /number \d+ is gone: an entry or mail was deleted/,
      change: ({ entries, mail }) => ({ entries: entries.filter(({ key }) => key !== "step:pay#1"), mail }),
    },
    "deletes an entry and closes the gap": {
      kind: "deleted",
      message: /an entry is gone/,
      change: (history) => {
        const gone = at(history, "step:pay#1");
        const entries = history.entries.filter((entry) => entry !== gone);
        for (const entry of entries) if (entry.seq > gone.seq) entry.seq--;
        return { entries, mail: history.mail };
      },
    },
    "deletes a decision": {
      kind: "deleted",
      message: /number \d+ is gone/,
      change: ({ entries, mail }) => ({ entries, mail: mail.filter(({ kind }) => kind !== "decision") }),
    },
    "inserts an entry": {
      kind: "inserted",
      message: /was never recorded/,
      change: (history) => {
        const before = at(history, "step:pay#1");
        for (const entry of history.entries) if (entry.seq > before.seq) entry.seq++;
        const more = {
          ...structuredClone(before),
          key: "step:refund#1",
          seq: before.seq + 1,
          hash: new Uint8Array(32),
        };
        return { entries: [...history.entries, more].sort((a, b) => a.seq - b.seq), mail: history.mail };
      },
    },
    "inserts a decision": {
      kind: "inserted",
      message: /above the run's own count|was given out twice|was never recorded/,
      change: (history) => {
        const decision = history.mail.find(({ kind }) => kind === "decision");
        const last = Math.max(...history.entries.map(({ seq }) => seq));
        if (decision) history.mail.push({ ...decision, n: last + 1, sender: "eve" });
        return history;
      },
    },
    "puts two entries in another order": {
      kind: "reordered",
      message: /was recorded after entry/,
      change: (history) => {
        const [one, other] = [at(history, "step:pay#1"), at(history, "step:pack#1")];
        [one.seq, other.seq] = [other.seq, one.seq];
        history.entries.sort((a, b) => a.seq - b.seq);
        return history;
      },
    },
    "cuts the tail": {
      kind: "truncated",
      message: /the last 2 entries are gone/,
      change: ({ entries, mail }) => ({ entries: entries.slice(0, -2), mail }),
    },
  };

  test.each(Object.entries(changes))(
    "who %s is found out, and it is named",
    async (_name, { kind, message, change }) => {
      const engine = await world.deploy([order]);
      const id = await ordered(engine, "book");
      expect(await engine.verify(id)).toMatchObject({ verdict: "intact", problems: [] });
      const { verdict, problems } = await looking(changed(id, change)).verify(id);
      expect(verdict).toBe("broken");
      const named = problems.filter((problem) => problem.kind === kind);
      expect(named.map((problem) => problem.message).join("\n")).toMatch(message);
    },
  );

  test("who swaps the records of two runs is found out, and both are named", async () => {
    const engine = await world.deploy([order]);
    const one = await ordered(engine, "book");
    const other = await ordered(engine, "pen");
    const { store } = world;
    const theirs = async () => {
      const row = await store.run("default", other);
      const [history] = await store.history("default", [{ pk: row?.pk ?? 0, after: 0 }]);
      return history ?? { entries: [], mail: [] };
    };
    const { problems } = await looking(changed(one, theirs)).verify(one);
    expect(problems.map(({ kind, message }) => `${kind}: ${message}`)).toContain(
      `swapped: this is the chain of run ${other}, not of ${one}`,
    );
  });

  /** Writes the whole chain anew over an edited entry, as somebody who has this code could. */
  function recomputed(
    history: History,
    run: RunRow,
    key: Uint8Array | undefined,
  ): { history: History; head: Uint8Array } {
    at(history, "step:load#1").payload = value({ what: "book", price: 1 });
    const origin = genesis(run, key);
    let head = origin;
    let seen = 0;
    for (const entry of history.entries) {
      const covered = history.mail.filter(({ n }) => n > seen && n <= entry.mailSeen).map(mailDigest);
      head = entryHash(head, entry, payloadDigest(run.salt, entry.payload), covered, origin);
      entry.hash = head;
      seen = entry.mailSeen;
    }
    return { history, head };
  }

  function rewritten(id: string, key: Uint8Array | undefined): Store {
    const store = changed(id, (history, run) => recomputed(history, run, key).history);
    const generations: Store["generations"] = async (namespace, wanted) => {
      const rows = await world.store.generations(namespace, wanted);
      if (wanted !== id) return rows;
      return Promise.all(
        rows.map(async (row) => {
          const [history] = await world.store.history(namespace, [{ pk: row.pk, after: 0 }]);
          return { ...row, head: recomputed(structuredClone(history ?? { entries: [], mail: [] }), row, key).head };
        }),
      );
    };
    return new Proxy(store, {
      get: (target, name) => (name === "generations" ? generations : Reflect.get(target, name)),
    });
  }

  test("who recomputes the whole chain is found out by an anchor", async () => {
    const engine = await world.deploy([order]);
    const id = await ordered(engine, "book");
    const anchors = await engine.anchors();
    const forged = looking(rewritten(id, chainKey));
    expect(await forged.verify(id)).toMatchObject({ verdict: "intact" });
    expect(await engine.verify(id, anchors)).toMatchObject({ verdict: "intact" });
    const { verdict, problems } = await forged.verify(id, anchors);
    expect(verdict).toBe("broken");
    expect(problems[0]).toMatchObject({ kind: "recomputed", message: expect.stringContaining(id) });
  });

  if (chainKey) {
    test("who recomputes the whole chain without the key is found out without one", async () => {
      const engine = await world.deploy([order]);
      const id = await ordered(engine, "book");
      expect(await looking(rewritten(id, undefined)).verify(id)).toMatchObject({ verdict: "broken" });
    });
  }

  test("who removes a run altogether is found out by an anchor", async () => {
    const engine = await world.deploy([order]);
    const id = await ordered(engine, "book");
    const anchors = await engine.anchors();
    const without = new Proxy(world.store, {
      get: (target, name) => (name === "generations" ? async () => [] : Reflect.get(target, name)),
    });
    expect(await looking(without).verify(id, anchors)).toMatchObject({
      verdict: "broken",
      problems: [{ kind: "deleted", message: `run ${id} is gone and left no tombstone` }],
    });
  });

  test("who removes one generation of a run is found out", async () => {
    const loop = workflow({ name: "loop", input: z.number() }, async (ctx, n) => {
      await ctx.step("one", () => n);
      return n < 3 ? ctx.continueAsNew(n + 1) : n;
    });
    const engine = await world.deploy([loop]);
    const run = await engine.run(loop, 1);
    await run.result({ timeout: "60s" });
    expect(await engine.verify(run.id)).toMatchObject({ verdict: "intact", problems: [] });
    const generations: Store["generations"] = async (namespace, id) =>
      (await world.store.generations(namespace, id)).filter(({ generation }) => generation !== 2);
    const without = new Proxy(world.store, {
      get: (target, name) => (name === "generations" ? generations : Reflect.get(target, name)),
    });
    const { problems } = await looking(without).verify(run.id);
    expect(problems.map(({ message }) => message)).toContain(`generation 2 of run ${run.id} is gone`);
  });
});
