import { createEngine, type Engine, memoryStore, type Store } from "@holdpoint/core";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { afterEach, expect, test, vi } from "vitest";
import { addressKey } from "./address-key.ts";
import { RateLimits } from "./rate-limits.ts";
import { RecordWindows } from "./record-windows.ts";
import { Shares } from "./shares.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** A store that several processes work, as a database is, and how often something was written to it. */
function database() {
  const memory = memoryStore();
  const written = { commits: 0, down: false };
  const store: Store = {
    ...memory,
    shared: true,
    close: async () => {},
    commit: async (...sent) => {
      if (written.down) throw new Error("the database is away");
      written.commits++;
      return memory.commit(...sent);
    },
  };
  return { store, written };
}

const engineOn = (store: Store): Engine => createEngine({ store, workflows: [] });
const sharesOn = (store: Store, limit: number): Shares =>
  new Shares(
    new RecordWindows(engineOn(store), { name: "test", limit, per: 3_600_000 }),
    new RateLimiterMemory({ points: limit, duration: 3600 }),
  );

const passes = (shares: Shares, key = "ana"): Promise<boolean> =>
  shares.consume(key).then(
    () => true,
    () => false,
  );

test("processes that count together let through exactly the limit, however they ask", async () => {
  for (const limit of [1, 2, 7, 100, 333]) {
    const { store } = database();
    const processes = Array.from({ length: 4 }, () => sharesOn(store, limit));
    let through = 0;
    // Uneven, many at once, until each has been refused: then no share is left anywhere.
    for (let round = 0; round < limit + 5; round++) {
      const asked = processes.flatMap((one, n) => Array.from({ length: n + 1 }, () => passes(one)));
      const answers = await Promise.all(asked);
      through += answers.filter(Boolean).length;
      expect(through).toBeLessThanOrEqual(limit);
      if (!answers.includes(true)) break;
    }
    expect(through, `limit ${limit}`).toBe(limit);
  }
});

test("what a process has taken and does not use is at most a tenth of what was left", async () => {
  const { store } = database();
  const [idle, busy] = [sharesOn(store, 1000), sharesOn(store, 1000)];
  await passes(idle);
  let through = 1;
  while (await passes(busy)) through++;
  expect(through).toBe(1000 - 99);
});

test("counting together costs few writes, and who is refused costs none", async () => {
  const { store, written } = database();
  const shares = sharesOn(store, 1000);
  let through = 0;
  while (await passes(shares)) through++;
  expect(through).toBe(1000);
  expect(written.commits).toBeLessThan(80);
  const before = written.commits;
  const read = vi.spyOn(store, "record");
  for (let n = 0; n < 50; n++) expect(await passes(shares)).toBe(false);
  expect([written.commits, read.mock.calls.length]).toEqual([before, 0]);
  expect(await passes(shares, "ben")).toBe(true);
});

test("a window that is over begins anew, for all processes", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const { store } = database();
  const [one, two] = [sharesOn(store, 2), sharesOn(store, 2)];
  expect([await passes(one), await passes(two), await passes(one), await passes(two)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  vi.setSystemTime(Date.now() + 3_600_001);
  expect([await passes(two), await passes(one), await passes(two), await passes(one)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("while the store does not answer each process counts for itself", async () => {
  const { store, written } = database();
  const shares = sharesOn(store, 3);
  written.down = true;
  const answers = [await passes(shares), await passes(shares), await passes(shares), await passes(shares)];
  expect(answers).toEqual([true, true, true, false]);
});

test("servers of one store count keys, people and addresses together, and say where one stands", async () => {
  const { store } = database();
  const rates = {
    perKey: { limit: 2, per: "1h" },
    perPrincipal: { limit: 3, per: "1h" },
    perAddress: { limit: 2, per: "1h" },
  };
  const [one, two] = [new RateLimits(rates, engineOn(store)), new RateLimits(rates, engineOn(store))];
  const ana = (key: string) => ({ id: "ana", namespace: "default", roles: [], key });
  expect((await one.ofPrincipal(ana("hp_a")))["ratelimit-remaining"]).toBe("2");
  await two.ofPrincipal(ana("hp_a"));
  const refused = one.ofPrincipal(ana("hp_a"));
  await expect(refused).rejects.toMatchObject({
    status: 429,
    headers: { "retry-after": expect.stringMatching(/^\d{4}$/), "ratelimit-limit": "2" },
  });
  await two.ofPrincipal(ana("hp_b"));
  await expect(one.ofPrincipal(ana("hp_b"))).rejects.toMatchObject({ headers: { "ratelimit-limit": "3" } });
  await one.ofPrincipal({ ...ana("hp_c"), namespace: "other" });
  await one.ofAddress({ address: "2001:db8::1" });
  await two.ofAddress({ address: "2001:db8::2" });
  await expect(one.ofAddress({ address: "2001:DB8:0:0:ffff::3" })).rejects.toMatchObject({ status: 429 });
  await two.ofAddress({ address: "2001:db8:0:1::1" });
  await one.ofAddress({ address: null });
});

test("an address counts as its network, however it is written", () => {
  const keys = [
    "::1",
    "fe80::1%eth0",
    "2001:db8:1:2:3:4:5:6",
    "1:2:3::",
    "::ffff:10.0.0.7",
    "::ffff:a00:7",
    "10.0.0.7",
  ];
  expect(keys.map(addressKey)).toEqual([
    "0:0:0:0::/64",
    "fe80:0:0:0::/64",
    "2001:db8:1:2::/64",
    "1:2:3:0::/64",
    "10.0.0.7",
    "10.0.0.7",
    "10.0.0.7",
  ]);
});
