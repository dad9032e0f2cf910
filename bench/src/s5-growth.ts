import { workflow } from "holdpoint";
import { z } from "zod";
import { timed, withEngine } from "./engines.ts";
import { type Figure, figure, median } from "./figures.ts";

const steps = workflow({ name: "steps", input: z.number() }, async (ctx, count) => {
  for (let i = 0; i < count; i++) await ctx.step("one", () => i);
});
const leaf = workflow({ name: "leaf" }, async () => 1);
const parent = workflow({ name: "parent", input: z.number() }, async (ctx, count) => {
  const items = Array.from({ length: count }, (_, i) => i);
  await ctx.map(items, () => ctx.child(leaf, undefined));
});
const held = workflow({ name: "held" }, async (ctx) => {
  await ctx.approve("go on", { title: "Go on?" });
});
const replayed = workflow({ name: "replayed", input: z.number() }, async (ctx, count) => {
  for (let i = 0; i < count; i++) await ctx.step("one", () => i);
  await ctx.approve("go on", { title: "Go on?" });
});

const workflows = [steps, leaf, parent, held, replayed];

const one = (count: number, which: typeof steps | typeof parent): Promise<number> =>
  withEngine("relaxed", { workflows }, (engine) => timed(async () => (await engine.run(which, count)).result()));

/** Holds and finishes `count` runs that are all alive at once. */
const live = (count: number): Promise<number> =>
  withEngine("relaxed", { workflows }, (engine) =>
    timed(async () => {
      const runs = await Promise.all(Array.from({ length: count }, () => engine.run(held, undefined)));
      for (;;) {
        const { items } = await engine.holds({ status: ["open"] }, { limit: 1000 });
        if (
          items.length === 0 &&
          (await engine.runs({ status: ["ready", "running", "parked"] }, { limit: 1 })).items.length === 0
        )
          break;
        await Promise.all(items.map((hold) => engine.decide(hold, { approved: true })));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await Promise.all(runs.map((run) => run.result()));
    }),
  );

/** Entries replayed per second: a check of one run with 50,000 recorded steps. */
const replay = (): Promise<number> =>
  withEngine("relaxed", { workflows }, async (engine) => {
    const count = 50_000;
    const run = await engine.run(replayed, count);
    await run.hold("go on");
    await engine.check();
    const ms = await timed(() => engine.check());
    return (count / ms) * 1000;
  });

async function growth(
  rounds: number,
  small: number,
  large: number,
  cost: (count: number) => Promise<number>,
): Promise<number[]> {
  await cost(small);
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const few = median([await cost(small), await cost(small), await cost(small)]);
    ratios.push((await cost(large)) / few);
  }
  return ratios;
}

export async function s5(rounds: number): Promise<Figure[]> {
  const less = true;
  return [
    figure(
      "S5 steps",
      "1,000 → 10,000 steps in one run",
      "×",
      { must: 11, aim: 10, less },
      await growth(rounds, 1000, 10_000, (n) => one(n, steps)),
    ),
    figure(
      "S5 runs",
      "100 → 10,000 live runs",
      "×",
      { must: 110, aim: 100, less },
      await growth(rounds, 100, 10_000, live),
    ),
    figure(
      "S5 children",
      "a parent with 1,000 → 10,000 children",
      "×",
      { must: 11, aim: 10, less },
      await growth(rounds, 1000, 10_000, (n) => one(n, parent)),
    ),
    figure(
      "S5 replay",
      "replay",
      "entries/s",
      { must: 200_000, aim: 500_000 },
      await Promise.all([replay()]).then(async (first) => {
        const values = [...first];
        for (let round = 1; round < rounds; round++) values.push(await replay());
        return values;
      }),
    ),
  ];
}
