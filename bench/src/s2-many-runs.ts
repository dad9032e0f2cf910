import { workflow } from "holdpoint";
import { timed, withEngine } from "./engines.ts";
import { type Figure, figure, median } from "./figures.ts";
import { rawCommits } from "./raw.ts";

const runs = 2000;
const steps = 5;

const short = workflow({ name: "short" }, async (ctx) => {
  for (let i = 0; i < steps; i++) await ctx.step("one", () => i);
});

/** Steps per second of 2,000 runs, 50 at once, from the first start to the last finish. */
async function rate(): Promise<number> {
  return withEngine("full", { workflows: [short], concurrency: 50 }, async (engine) => {
    const ms = await timed(async () => {
      const started = await Promise.all(Array.from({ length: runs }, () => engine.run(short, undefined)));
      await Promise.all(started.map((run) => run.result()));
    });
    return ((runs * steps) / ms) * 1000;
  });
}

export async function s2(rounds: number): Promise<Figure[]> {
  const rates: number[] = [];
  const raws: number[] = [];
  const inRoom: number[] = [];
  await rate(); // uncounted: a worker is a process that has been up for a while
  await rate();
  for (let round = 0; round < rounds; round++) {
    raws.push(rawCommits("full"));
    inRoom.push(rawCommits("full", true));
    rates.push(await rate());
  }
  const ratios = rates.map((one, round) => one / (raws[round] ?? Number.NaN));
  const note = `${Math.round(median(rates))} steps/s, raw ${Math.round(median(raws))} commits/s, ${Math.round(median(inRoom))} where the WAL need not grow`;
  return [figure("S2 full", "2,000 runs × 5 steps, 50 at once", "× raw", { must: 5, aim: 7 }, ratios, note)];
}
