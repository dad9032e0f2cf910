import { createEngine, type Engine, memoryStore } from "@holdpoint/core";
import { afterAll, expect, test } from "vitest";
import { lookAt } from "./presence.ts";

const store = memoryStore();
const servers = [1, 2].map(() => createEngine({ store, workflows: [] })) as [Engine, Engine];
afterAll(() => Promise.all(servers.map((engine) => engine.stop())));

const [here, there] = servers;
const t = Date.parse("2026-05-04T10:20:00Z");
const names = async (engine: Engine, hold: string, person: string, at: number): Promise<string[]> =>
  (await lookAt(engine, hold, person, at)).map((one) => one.person);

test("who looks at a hold is seen at another server, never by oneself, and for 45 s after they last said so", async () => {
  expect(await lookAt(here, "h1", "ana", t)).toEqual([]);
  expect(await lookAt(there, "h1", "ben", t + 1000)).toEqual([{ person: "ana", since: t }]);
  expect(await names(here, "h1", "ana", t + 20_000)).toEqual(["ben"]);
  expect(await names(there, "h2", "ben", t + 20_000)).toEqual([]);
  expect(await names(here, "h1", "ana", t + 45_999)).toEqual(["ben"]);
  expect(await names(here, "h1", "ana", t + 46_000)).toEqual([]);
  // Somebody who stays was there since they came.
  expect(await lookAt(there, "h1", "ben", t + 64_000)).toEqual([{ person: "ana", since: t }]);
});

test("saying it again within 10 s writes nothing, and of a crowd 50 are kept", async () => {
  let writes = 0;
  const { commit } = store;
  store.commit = ((...sent: Parameters<typeof commit>) => {
    writes++;
    return commit.apply(store, sent);
  }) as typeof commit;
  await lookAt(here, "h3", "p0", t);
  await lookAt(here, "h3", "p0", t + 9999);
  expect(writes).toBe(1);
  await lookAt(here, "h3", "p0", t + 10_000);
  expect(writes).toBe(2);
  for (let n = 1; n < 60; n++) await lookAt(here, "h3", `p${n}`, t + 10_000 + n);
  expect(writes).toBe(51);
  store.commit = commit;
  const crowd = await names(there, "h3", "zoe", t + 11_000);
  expect(crowd).toHaveLength(50);
  expect(crowd.slice(0, 3)).toEqual(["p0", "p1", "p2"]);
  // Who is among them stays, crowd or not.
  expect(await names(there, "h3", "p0", t + 40_000)).toHaveLength(49);
  expect(await names(there, "h3", "zoe", t + 60_000)).toEqual(["p0"]);
});
