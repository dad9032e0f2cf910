import { describe, expect, test } from "vitest";
import { StoreError } from "../errors.ts";
import * as build from "../store/conformance/builders.ts";
import { memoryStore } from "../store/memory/memory-store.ts";
import type { Store } from "../store/store.ts";
import type { Fault, FaultPlan, FaultPoint } from "./faults.ts";
import { canHit, scriptedFaults, seededFaults } from "./faults.ts";
import { faultyStore, isInjected } from "./faulty-store.ts";

const { namespace } = build;

/** A store on which the next call goes wrong in this way. */
async function withFault(fault: Fault, point: FaultPoint, sleep?: (ms: number) => Promise<void>) {
  const store = memoryStore();
  await store.open();
  const hits: string[] = [];
  const faulty = faultyStore(store, scriptedFaults([{ point, nth: 1, fault }]), {
    ...(sleep && { sleep }),
    onFault: (at, { type }) => hits.push(`${at} ${type}`),
  });
  return { store, faulty, hits };
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

describe("a faulty store", () => {
  test("error before: nothing happened", async () => {
    const { store, faulty, hits } = await withFault({ type: "errorBefore" }, "commit:start");
    const error = await failure(faulty.commit(namespace, [build.start("r1"), build.deliver({ id: "r1" })]));
    expect(error).toBeInstanceOf(StoreError);
    expect(isInjected(error)).toBe(true);
    expect(await store.run(namespace, "r1")).toBeNull();
    expect(hits).toEqual(["commit:start errorBefore", "commit:deliver errorBefore"]);
    const [second] = await faulty.commit(namespace, [build.start("r1")]);
    expect(second).toMatchObject({ created: true });
  });

  test("error after: it happened, and the caller does not know", async () => {
    const { store, faulty } = await withFault({ type: "errorAfter" }, "commit:start");
    expect(isInjected(await failure(faulty.commit(namespace, [build.start("r1")])))).toBe(true);
    expect((await store.run(namespace, "r1"))?.seq).toBe(1);
  });

  test("duplicate: it is carried out twice, and the second answer is given", async () => {
    const { store, faulty } = await withFault({ type: "duplicate" }, "commit:deliver");
    await faulty.commit(namespace, [build.start("r1")]);
    const [delivered] = await faulty.commit(namespace, [build.deliver({ id: "r1" })]);
    expect(delivered).toMatchObject({ n: 3, duplicate: false });
    expect((await store.run(namespace, "r1"))?.seq).toBe(3);
  });

  test.each(["before", "after"] as const)("delay %s: on the simulation's clock", async (when) => {
    const order: string[] = [];
    const { store, faulty } = await withFault({ type: "delay", ms: 700, when }, "commit:start", async (ms) => {
      order.push(`slept ${ms}, ${(await store.run(namespace, "r1")) === null ? "not there" : "there"}`);
    });
    const [result] = await faulty.commit(namespace, [build.start("r1")]);
    expect(result).toMatchObject({ created: true });
    expect(order).toEqual([`slept 700, ${when === "before" ? "not there" : "there"}`]);
  });

  test("other methods have points of their own", async () => {
    const { faulty, hits } = await withFault({ type: "errorBefore" }, "history");
    await faulty.run(namespace, "r1");
    expect(isInjected(await failure(faulty.history(namespace, [])))).toBe(true);
    expect(hits).toEqual(["history errorBefore"]);
  });
});

describe("a plan of faults", () => {
  const calls = async (plan: FaultPlan): Promise<string[]> => {
    const hits: string[] = [];
    const store: Store = faultyStore(memoryStore(), plan, {
      sleep: () => Promise.resolve(),
      onFault: (point, fault) => hits.push(`${point} ${JSON.stringify(fault)}`),
    });
    await store.open();
    for (let i = 0; i < 300; i++) {
      await failure(store.commit(namespace, [build.start(`r${i}`)]));
      await failure(store.run(namespace, `r${i}`));
    }
    return hits;
  };

  test("from a seed gives the same faults for the same calls, others for another seed", async () => {
    const first = await calls(seededFaults({ seed: 7, rate: 0.2 }));
    expect(await calls(seededFaults({ seed: 7, rate: 0.2 }))).toEqual(first);
    expect(await calls(seededFaults({ seed: 8, rate: 0.2 }))).not.toEqual(first);
    expect(first.length).toBeGreaterThan(80);
    expect(first.length).toBeLessThan(160);
    for (const type of ["errorBefore", "errorAfter", "delay", "duplicate"]) {
      expect(first.some((hit) => hit.startsWith("commit:start") && hit.includes(type))).toBe(true);
    }
    expect(first.some((hit) => hit.startsWith("run ") && /errorAfter|duplicate/.test(hit))).toBe(false);
  });

  test("keeps to the points and kinds it was given", async () => {
    const only = await calls(seededFaults({ seed: 7, rate: 0.5, points: ["run"], types: ["errorBefore"] }));
    expect(new Set(only)).toEqual(new Set(['run {"type":"errorBefore"}']));
  });

  test("knows what can go wrong where", () => {
    expect(canHit("run", "errorAfter")).toBe(false);
    expect(canHit("run", "delay")).toBe(true);
    expect(canHit("claim", "errorAfter")).toBe(true);
    expect(canHit("commit:advance", "duplicate")).toBe(true);
  });
});
