import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { World } from "../run/world.fixture.ts";
import { memoryStore, type Store } from "../store/index.ts";
import { wrapStore } from "../testing/store-calls.ts";
import { workflow } from "../workflow/definition.ts";
import type { RunEvent } from "./watch.ts";

const waiting = workflow({ name: "waiting" }, async (ctx) => {
  await ctx.signal("go", z.unknown());
  await ctx.step("went", () => 1);
});

let world: World;
afterEach(() => world.stop());

test("what a run writes while a watcher is looking is not left for later", async () => {
  let looked: (() => Promise<void>) | null = null;
  const store = wrapStore(memoryStore(), async (call, proceed) => {
    const result = await proceed();
    const then = looked;
    if (call.method === "history" && then) {
      looked = null;
      // The watcher's look is over for the store, and its answer on the way.
      await then();
    }
    return result;
  });
  world = new World([waiting], { store });
  const run = await world.begin(waiting, undefined);
  const seen: RunEvent[] = [];
  const watcher = (async () => {
    for await (const event of run.watch()) seen.push(event);
  })();
  await world.clock.settle();
  const before = seen.length;
  looked = async () => {
    await run.signal("go");
    await world.clock.settle();
  };
  // The next look is the one in which everything else happens.
  await world.clock.advance(1000);
  await world.clock.settle();
  await watcher;
  expect(seen.length).toBeGreaterThan(before);
  expect(seen.at(-1)?.type).toBe("run.settled");
});

const counting = workflow({ name: "counting", input: z.object({ n: z.number() }) }, async (ctx, { n }) => {
  await ctx.step("count", () => n);
  await ctx.signal("next", z.unknown());
  if (n < 3) await ctx.continueAsNew({ n: n + 1 });
  return n;
});

test("a watcher that was away goes on where it was, through every generation since", async () => {
  world = new World([counting], {});
  const run = await world.begin(counting, { n: 1 });
  const whole: string[] = [];
  const watcher = (async () => {
    for await (const event of run.watch()) whole.push(event.id);
  })();
  for (let n = 1; n <= 3; n++) {
    await world.clock.settle();
    await run.signal("next");
    await world.clock.advance(1000);
  }
  await world.clock.settle();
  await watcher;
  expect(whole.some((id) => id.endsWith(".3.1"))).toBe(true);
  for (const [index, id] of whole.entries()) {
    const [generation, after] = id.split(".").slice(-2).map(Number);
    const rest = await run.journal({ generation: generation!, after: after! });
    expect(rest.map((event) => event.id)).toEqual(whole.slice(index + 1));
  }
});

const busy = workflow({ name: "busy" }, async (ctx) => {
  for (let n = 0; n < 1400; n++) await ctx.step(`part ${n}`, () => n);
  await ctx.signal("go", z.unknown());
});

test("a long journal is read in pages, the first of them small, and what comes meanwhile follows them", async () => {
  const asked: (number | undefined)[] = [];
  const inner = memoryStore();
  const store: Store = {
    ...inner,
    history: (namespace, ranges, options) => {
      asked.push(...ranges.map(({ after, until }) => until && until - after));
      return inner.history(namespace, ranges, options);
    },
  };
  world = new World([busy], { store });
  const run = await world.begin(busy, undefined);
  await world.clock.settle();
  asked.length = 0;
  const pages = run.watchPages();
  const { value: first } = await pages.next();
  expect(first?.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
  expect(asked).toEqual([100]);
  // The run goes on while somebody is in the middle of its journal.
  await run.signal("go");
  await world.clock.settle();
  const seen = [...(first ?? [])];
  for await (const page of pages) {
    expect(page.length).toBeLessThanOrEqual(1000);
    seen.push(...page);
  }
  const all = await run.journal();
  expect(seen.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  expect(all.at(-1)?.type).toBe("run.settled");
  expect((await run.journal({ after: 1390, limit: 5 })).map(({ seq }) => seq)).toEqual([1391, 1392, 1393, 1394, 1395]);
});
