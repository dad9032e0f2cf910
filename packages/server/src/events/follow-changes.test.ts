import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine, memoryStore, type Store, workflow } from "@holdpoint/core";
import { sqlite } from "@holdpoint/sql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { Office, testSecret } from "../fixtures/office.ts";
import { Follower, serverSentEvents, type Transport, webSockets } from "../fixtures/transport.ts";
import { anything, echo, refund } from "../fixtures/workflows.ts";
import { apiKeys } from "../keys/api-keys.ts";
import type { ServerOptions } from "../options.ts";
import { type RunningServer, serve } from "../serve.ts";

const transports: Transport[] = [serverSentEvents, webSockets];

describe.each(transports)("over $name", (transport) => {
  let office: Office;
  let server: RunningServer;
  let key: string;
  const open: Follower[] = [];
  const begin = async (options: ServerOptions & { store?: Store } = {}): Promise<void> => {
    office = await new Office(options).open();
    server = await serve(office.engine, { keys: office.keys, port: 0, ...options });
    key = await office.key("operator", "olga");
  };
  const follow = async (query = ""): Promise<Follower> => {
    const follower = new Follower(transport, `/api/v1/events${query}`);
    open.push(follower);
    return follower.connect(server.url, key);
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
    await server.stop();
    await office.close();
  });

  test("whoever follows is told what happens to runs and holds from then on, in order", async () => {
    await begin();
    await (await office.engine.run("anything", 0, { id: "before" })).result();
    const follower = await follow();
    const run = await office.engine.run("refund", { orderId: "A-7", amount: 1 }, { id: "r1", attributes: { a: "b" } });
    const hold = await run.hold("approve refund");
    await follower.until(4);
    await office.engine.decide(hold, { approved: true }, { by: "ben" });
    await follower.until(7);
    expect(follower.said).toEqual([
      "run.started r1",
      "run.running r1",
      "hold.opened hold of r1",
      "run.parked r1",
      "hold.decided hold of r1",
      "run.running r1",
      "run.completed r1",
    ]);
    expect(follower.seen[2]).toMatchObject({
      run: { id: "r1", generation: 1, workflow: "refund", attributes: { a: "b" } },
      hold: { id: hold.id, name: "approve refund", severity: "medium" },
    });
  });

  test("a filter lets through what fits all of it, and nothing else", async () => {
    await begin();
    const wanted: [string, string[]][] = [
      ["?of=hold", ["hold.opened hold of r1"]],
      ["?of=run&run=r2", ["run.started r2", "run.running r2", "run.completed r2"]],
      ["?type=run.started&type=hold.opened", ["run.started r1", "hold.opened hold of r1", "run.started r2"]],
      ["?status=completed,failed", ["run.completed r2"]],
      ["?workflow=refund&type=run.started", ["run.started r1"]],
      ["?attribute=city=Ulm&type=run.started,run.completed", ["run.started r2", "run.completed r2"]],
    ];
    const followers = await Promise.all(wanted.map(([query]) => follow(query)));
    await (await office.engine.run("refund", { orderId: "A-7", amount: 1 }, { id: "r1" })).hold("approve refund");
    await (await office.engine.run("anything", 1, { id: "r2", attributes: { city: "Ulm" } })).result();
    for (const [i, [query, expected]] of wanted.entries())
      expect((await followers[i]?.until(expected.length))?.said, query).toEqual(expected);
  });

  test("a filter by tags lets through the changes of holds that have one of them", async () => {
    const tagged = workflow({ name: "tagged", input: z.array(z.string()) }, (ctx, tags) =>
      ctx.approve("look", { title: "Look", tags }),
    );
    await begin();
    const engine = createEngine({ store: { ...office.engine.store, close: async () => {} }, workflows: [tagged] });
    const [money, both] = [await follow("?tag=money"), await follow("?tag=money&tag=legal&type=hold.opened")];
    for (const [id, tags] of [
      ["r1", ["legal"]],
      ["r2", []],
      ["r3", ["money", "eu"]],
    ] as const)
      await engine.run(tagged, [...tags], { id });
    await engine.runUntilIdle();
    const [hold] = (await engine.holds({ runId: "r3" })).items;
    await engine.decide(hold?.id ?? "", { approved: true }, { by: "ben" });
    expect((await money.until(2)).said).toEqual(["hold.opened hold of r3", "hold.decided hold of r3"]);
    expect((await both.until(2)).said.toSorted()).toEqual(["hold.opened hold of r1", "hold.opened hold of r3"]);
    await engine.stop();
  });

  test("who may not read holds is told of runs alone", async () => {
    await begin();
    const person = { person: "rob", namespace: "default", roles: ["viewer"] } as const;
    key = (await office.keys.create({ name: "runs", ...person, scopes: ["runs:read"] }, null)).key;
    const follower = await follow();
    await (await office.engine.run("refund", { orderId: "A-7", amount: 1 }, { id: "r1" })).hold("approve refund");
    expect((await follower.until(3)).said).toEqual(["run.started r1", "run.running r1", "run.parked r1"]);
    await expect(follow("?of=hold")).rejects.toThrow("403");
  });

  test("many who follow share one reading of the store", async () => {
    const store = memoryStore();
    let read = 0;
    const counting: Store = {
      ...store,
      changes: async (namespace, page) => {
        const found = await store.changes(namespace, page);
        read += found.changes.length;
        return found;
      },
    };
    await begin({ store: counting });
    const followers = await Promise.all(Array.from({ length: 60 }, (_, i) => follow(i % 2 === 0 ? "" : "?of=run")));
    for (let n = 0; n < 30; n++) await (await office.engine.run("anything", n, { id: `r${n}` })).result();
    const types = ["run.started", "run.running", "run.completed"];
    const expected = Array.from({ length: 30 }, (_, n) => types.map((type) => `${type} r${n}`)).flat();
    for (const follower of followers) expect((await follower.until(90)).said).toEqual(expected);
    expect(read).toBe(90);
  });

  test("an idle stream says where it is: who was told nothing comes back to there", async () => {
    await begin({ heartbeat: "20ms" });
    const follower = await follow("?of=hold");
    const first = follower.place;
    await (await office.engine.run("anything", 1, { id: "r1" })).result();
    while (follower.place === first) await follower.frame();
    await follower.close();
    const { place } = follower;
    await (await office.engine.run("refund", { orderId: "A-7", amount: 1 }, { id: "r2" })).hold("approve refund");
    await (await follower.connect(server.url, key)).until(1);
    expect([follower.said, place === null]).toEqual([["hold.opened hold of r2"], false]);
  });

  test("who was away for longer than events are kept is told so, and goes on from now", async () => {
    await begin();
    const follower = new Follower(transport);
    open.push(follower);
    follower.place = "987654321";
    await follower.connect(server.url, key);
    await follower.until(1);
    await office.engine.run("anything", 1, { id: "r1" });
    await follower.until(2);
    expect(follower.seen.map(({ type }) => type)).toEqual(["lost", "run.started"]);
    await follower.close();
    follower.place = "yesterday";
    await expect(follower.connect(server.url, key)).rejects.toThrow(/no place in the feed/);
  });

  test("a store that is away for a while loses nobody anything", async () => {
    const store = memoryStore();
    let away = false;
    const shaky: Store = {
      ...store,
      changes: (namespace, page) =>
        away ? Promise.reject(new Error("the store is away")) : store.changes(namespace, page),
    };
    const complained = Promise.withResolvers<void>();
    const silent = (): void => {};
    await begin({
      store: shaky,
      log: { debug: silent, info: silent, warn: () => complained.resolve(), error: silent },
    });
    const follower = await follow("?type=run.completed");
    away = true;
    for (let n = 0; n < 5; n++) await (await office.engine.run("anything", n, { id: `r${n}` })).result();
    await complained.promise;
    away = false;
    expect((await follower.until(5)).said).toEqual([0, 1, 2, 3, 4].map((n) => `run.completed r${n}`));
  });

  test("streams of events end when the server stops", async () => {
    await begin();
    const follower = await follow();
    await server.stop();
    expect(await follower.frame()).toBe(false);
  });
});

describe.each(transports)("of several servers of one store, over $name", (transport) => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "holdpoint-events-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** A server with an engine and a connection to the store of its own, as another process has them. */
  async function another(): Promise<{ engine: Engine; server: RunningServer; stop(): Promise<void> }> {
    const store = sqlite(join(directory, "runs.db"), { durability: "relaxed" });
    const engine = createEngine({ store, workflows: [refund, echo, anything] });
    await engine.start();
    const keys = apiKeys({ engine, secret: testSecret });
    const server = await serve(engine, { keys, port: 0 });
    const stop = async (): Promise<void> => {
      await server.stop();
      await engine.stop();
    };
    return { engine, server, stop };
  }

  test("who is cut off at any event goes on at any server, or the same started anew, and misses nothing and sees nothing twice", async () => {
    const servers = [await another(), await another()];
    const { key } = await apiKeys({ engine: servers[0]!.engine, secret: testSecret }).create(
      { name: "k", person: "olga", namespace: "default", roles: ["operator"] },
      null,
    );
    const follower = await new Follower(transport).connect(servers[0]!.server.url, key);
    const runs = 40;
    const working = (async () => {
      for (let n = 0; n < runs; n++) {
        const { engine } = servers[n % 2]!;
        const run = await engine.run("refund", { orderId: `${n}`, amount: 1 }, { id: `r${n}` });
        await engine.decide(await run.hold("approve refund"), { approved: false }, { by: "ben" });
      }
    })();
    const expected = [
      "run.started",
      "run.running",
      "hold.opened",
      "run.parked",
      "hold.decided",
      "run.running",
      "run.completed",
    ];
    // A fixed sequence of breaks, from connections of one event to those of many.
    const breaks = [1, 2, 3, 5, 8, 13, 1, 1, 21, 4, 2, 34, 7];
    for (let n = 0; follower.seen.length < runs * expected.length; n++) {
      await follower.until(Math.min(runs * expected.length, follower.seen.length + (breaks[n % breaks.length] ?? 1)));
      await follower.close();
      if (n % 8 === 5) {
        await servers[2]?.stop();
        servers[2] = await another();
      }
      await follower.connect(servers[n % servers.length]!.server.url, key);
    }
    await working;
    for (let n = 0; n < runs; n++)
      expect(follower.seen.filter(({ run }) => run?.id === `r${n}`).map(({ type }) => type)).toEqual(expected);
    expect(new Set(follower.seen.map(({ id }) => id)).size).toBe(follower.seen.length);
    await follower.close();
    await Promise.all(servers.map(({ stop }) => stop()));
  });
});
