import { createEngine, type Engine, memoryStore, type Store, workflow } from "@holdpoint/core";
import { type CountingStore, countingStore } from "@holdpoint/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Channel, createOutbox, type Notice } from "../index.ts";
import { Relay } from "./relay.ts";

const pay = workflow({ name: "pay" }, async (ctx) => {
  const { approved } = await ctx.approve("pay", { title: "Pay?", severity: "low", reviewers: { people: ["ana"] } });
  return approved;
});

interface Desk {
  engine: Engine;
  relay: Relay;
  store: CountingStore;
  /** What was told, as action and run. */
  told: string[];
  /** One look, and all that comes of it; gives how often the look listed holds. */
  look(): Promise<number>;
}

/** An engine that works only when it is told to, with a relay that looks only when it is told to. */
async function desk(inner: Store = memoryStore()): Promise<Desk> {
  const store = countingStore(inner);
  const told: string[] = [];
  const channel: Channel = {
    private: true,
    async send({ happening, hold }: Notice) {
      told.push(`${happening.action} ${hold.runId}`);
      return undefined;
    },
  };
  const outbox = createOutbox({ channels: { memo: channel }, route: () => [{ channel: "memo" }] });
  const engine = createEngine({ store, workflows: [pay, ...outbox.workflows], queues: outbox.queues });
  await engine.open();
  onTestFinished(() => engine.stop());
  outbox.attach(engine);
  const relay = new Relay(engine, { store });
  const look = async (): Promise<number> => {
    store.reset();
    await relay.look();
    const listed = store.counts.methods.holds;
    await engine.runUntilIdle();
    return listed;
  };
  return { engine, relay, store, told, look };
}

async function wait(engine: Engine, id: string): Promise<void> {
  await engine.run(pay, undefined, { id });
  await engine.runUntilIdle();
}

async function decide(engine: Engine, id: string): Promise<void> {
  await engine.decide(await (await engine.get(id)).hold("pay"), { approved: true }, { by: "ana" });
  await engine.runUntilIdle();
}

describe("a relay", () => {
  test("that finds nothing changed asks the store one question, however many holds wait", async () => {
    const { engine, relay, store, look } = await desk();
    for (let i = 0; i < 30; i++) await wait(engine, `r${i}`);
    await look();
    await look();
    store.reset();
    await relay.look();
    expect(store.counts.methods.changes).toBe(1);
    expect(store.counts.reads + store.counts.writes).toBe(1);
  });

  test("that has compared all holds once looks at those that changed, and lists the others no more", async () => {
    const { engine, told, look } = await desk();
    await wait(engine, "before");
    expect(await look()).toBeGreaterThan(0);
    await wait(engine, "after");
    expect(await look()).toBe(0);
    await decide(engine, "before");
    expect(await look()).toBe(0);
    await wait(engine, "short");
    await decide(engine, "short");
    expect(await look()).toBe(0);
    expect(told).toEqual(["opened before", "opened after", "decided before", "decided short"]);
  });

  test("that has missed changes the store keeps no more compares all holds", async () => {
    const inner = memoryStore();
    let forgets = false;
    const { engine, told, look } = await desk({
      ...inner,
      changes: async (namespace, page) => {
        const changes = await inner.changes(namespace, page);
        return forgets ? { ...changes, changes: [], lost: true } : changes;
      },
    });
    await look();
    forgets = true;
    await wait(engine, "r1");
    expect(await look()).toBeGreaterThan(0);
    forgets = false;
    await decide(engine, "r1");
    await look();
    expect(told).toEqual(["opened r1", "decided r1"]);
  });

  test("that could not compare all holds does so the next time", async () => {
    const inner = memoryStore();
    let broken = true;
    const { engine, relay, told, look } = await desk({
      ...inner,
      holds: (namespace, filter, page) =>
        broken ? Promise.reject(new Error("the store is away")) : inner.holds(namespace, filter, page),
    });
    await wait(engine, "r1");
    await expect(relay.look()).rejects.toThrow("the store is away");
    broken = false;
    await look();
    expect(told).toEqual(["opened r1"]);
  });
});
