import { workflow } from "holdpoint";
import { type StoreKind, timed, withEngine } from "./engines.ts";
import { type Figure, figure, median } from "./figures.ts";
import { rawCommits } from "./raw.ts";

const steps = 1000;

const sequential = workflow({ name: "sequential" }, async (ctx) => {
  for (let i = 0; i < steps; i++) await ctx.step("one", () => i);
  return steps;
});

/** Steps per second of one run with 1,000 trivial steps. */
async function rate(kind: StoreKind): Promise<number> {
  return withEngine(kind, { workflows: [sequential] }, async (engine) => {
    const ms = await timed(async () => (await engine.run(sequential, undefined)).result());
    return (steps / ms) * 1000;
  });
}

export async function s1(rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [kind, must, aim] of [
    ["full", 0.6, 0.7],
    ["relaxed", 0.4, 0.5],
  ] as const) {
    const rates: number[] = [];
    const raws: number[] = [];
    const inRoom: number[] = [];
    for (let warm = 0; warm < 3; warm++) await rate(kind); // uncounted: a worker is a process that has been up for a while
    for (let round = 0; round < rounds; round++) {
      raws.push(rawCommits(kind));
      inRoom.push(rawCommits(kind, true));
      rates.push(await rate(kind));
    }
    const ratios = rates.map((one, round) => one / (raws[round] ?? Number.NaN));
    const note = `${Math.round(median(rates))} steps/s, raw ${Math.round(median(raws))} commits/s, ${Math.round(median(inRoom))} where the WAL need not grow`;
    figures.push(
      figure(
        `S1 ${kind}`,
        "one run, 1,000 trivial steps, against raw single rows",
        "× raw",
        { must, aim },
        ratios,
        note,
      ),
    );
  }
  await longMemoryRate();
  await longMemoryRate();
  const memory: number[] = [];
  for (let round = 0; round < rounds; round++) memory.push(await longMemoryRate());
  figures.push(figure("S1 memory", "one run in memory", "steps/s", { must: 100_000, aim: 140_000 }, memory));
  return figures;
}

const long = workflow({ name: "long" }, async (ctx) => {
  for (let i = 0; i < 20_000; i++) await ctx.step("one", () => i);
});

/** In memory 1,000 steps are over before the code is compiled: 20,000 are measured. */
async function longMemoryRate(): Promise<number> {
  return withEngine("memory", { workflows: [long] }, async (engine) => {
    const ms = await timed(async () => (await engine.run(long, undefined)).result());
    return (20_000 / ms) * 1000;
  });
}
