import { createEngine } from "holdpoint";
import { storeOf, timed, withEngine } from "./engines.ts";
import { type Figure, figure, median, percentile } from "./figures.ts";
import { held } from "./held.ts";
import { place } from "./place.ts";
import { rawCommits } from "./raw.ts";
import { s4Idle } from "./s4-idle.ts";

const count = 1000;

async function untilHeld(engine: ReturnType<typeof createEngine>, wanted: number): Promise<void> {
  for (;;) {
    const page = await engine.runs({ status: ["ready", "running"] }, { limit: 1 });
    if (page.items.length === 0 && (await engine.holds({ status: ["open"] }, { limit: 1 })).items.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (wanted < 0) return;
  }
}

const heapNow = (): number => {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** Bytes of database and heap per held run. */
async function space(cached: boolean): Promise<{ database: number; heap: number }> {
  const residence = cached ? {} : { residence: { count: 0 } };
  return withEngine("full", { workflows: [held], ...residence }, async (engine, bytes) => {
    // The first run pays for everything that is there once: tables, shared forms, compiled code.
    await engine.run(held, undefined);
    await untilHeld(engine, 1);
    const heapBefore = heapNow();
    const bytesBefore = bytes();
    for (let at = 0; at < count; at += 100) {
      await Promise.all(Array.from({ length: 100 }, () => engine.run(held, undefined)));
    }
    await untilHeld(engine, count);
    await engine.anchors({ status: ["completed"] });
    const heap = (heapNow() - heapBefore) / count;
    return { database: (bytes() - bytesBefore) / count, heap };
  });
}

/** Database bytes per held run once the WAL is folded in. */
async function databaseBytes(): Promise<number> {
  const where = place();
  const sizes: number[] = [];
  for (const runs of [1, count]) {
    const engine = createEngine({ determinism: "off", workflows: [held], store: storeOf("full", where.file) });
    await engine.start();
    for (let i = 0; i < runs; i += 100)
      await Promise.all(Array.from({ length: Math.min(100, runs) }, () => engine.run(held, undefined)));
    await untilHeld(engine, runs);
    await engine.stop();
    sizes.push(where.bytes());
  }
  where.remove();
  return ((sizes[1] ?? 0) - (sizes[0] ?? 0)) / count;
}

/** From the call of `decide` to the completed run, one decision at a time. */
async function decisions(): Promise<number[]> {
  return withEngine("full", { workflows: [held] }, async (engine) => {
    const runs = await Promise.all(Array.from({ length: 300 }, () => engine.run(held, undefined)));
    await untilHeld(engine, 300);
    const holds = (await engine.holds({ status: ["open"] }, { limit: 1000 })).items;
    const byRun = new Map(runs.map((run) => [run.id, run]));
    const times: number[] = [];
    for (const hold of holds) {
      times.push(
        await timed(async () => {
          await engine.decide(hold, { approved: true }, { by: "ana" });
          await byRun.get(hold.runId)?.result();
        }),
      );
    }
    return times.slice(50);
  });
}

export async function s4(rounds: number, idleSeconds: number): Promise<Figure[]> {
  await space(false); // uncounted: code that is compiled while it runs for the first time weighs more than all the runs
  const evicted = await space(false);
  const cached = await space(true);
  const sizes: number[] = [];
  const p50: number[] = [];
  const p99: number[] = [];
  for (let round = 0; round < rounds; round++) {
    sizes.push(await databaseBytes());
    const raw = 1000 / rawCommits("full");
    const times = await decisions();
    p50.push(median(times) / raw);
    p99.push(percentile(times, 0.99));
  }
  const less = true;
  return [
    figure("S4 database", "a held run in the database", "bytes", { must: 1024, aim: 600, less }, sizes),
    figure("S4 evicted", "a held run in the heap, evicted", "bytes", { must: 205, aim: 205, less }, [evicted.heap]),
    figure("S4 cached", "a held run in the heap, cached", "bytes", { must: 6144, aim: 6144, less }, [cached.heap]),
    figure("S4 p50", "decision to completed run, p50", "× raw", { must: 7, aim: 5, less }, p50),
    figure("S4 p99", "decision to completed run, p99", "ms", { must: 5, aim: 3, less }, p99),
    ...(await s4Idle(idleSeconds)),
  ];
}
