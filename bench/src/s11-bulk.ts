import { spawnSync } from "node:child_process";
import { bulk, createEngine, type SourceGiven, sqlite } from "holdpoint";
import { type Figure, figure, median } from "./figures.ts";
import { place } from "./place.ts";

/** What a process that worked through so many items says of itself. */
interface Measured {
  peakMb: number;
  cpuMs: number;
  itemsPerSecond: number;
  results: number;
}

/** Megabytes of heap that every size must do with: what is kept is bounded, or it does not get through. */
const heapMb = 48;

/** S11 Bulk: a million items in the memory that a hundred thousand need. Each size in a process of its own. */
export function s11(rounds: number): Figure[] {
  const small: Measured[] = [];
  const large: Measured[] = [];
  for (let i = 0; i < rounds; i++) {
    small.push(inItsOwnProcess(100_000));
    large.push(inItsOwnProcess(1_000_000));
  }
  const of = (all: readonly Measured[], what: keyof Measured): number =>
    Math.round(median(all.map((one) => one[what])));
  return [
    figure(
      "S11 bulk",
      "a million items in bulk: peak memory",
      "MB",
      { must: 160, aim: 125, less: true },
      large.map(({ peakMb }) => peakMb),
      `of ${of(small, "peakMb")} MB for 100,000; heap of at most ${heapMb} MB; batches of 1,000, results kept and streamed, SQLite relaxed; ${of(large, "itemsPerSecond")} items/s, ${of(large, "cpuMs")} ms CPU`,
    ),
  ];
}

function inItsOwnProcess(items: number): Measured {
  const ended = spawnSync(
    process.execPath,
    ["--no-warnings", `--max-old-space-size=${heapMb}`, import.meta.filename, String(items)],
    {
      encoding: "utf8",
    },
  );
  if (ended.status !== 0) throw new Error(`bulk of ${items} items: ${ended.stderr}`);
  const measured = JSON.parse(ended.stdout) as Measured;
  if (measured.results !== items) throw new Error(`${measured.results} results of ${items} items`);
  return measured;
}

async function* numbers({ input }: SourceGiven<number>): AsyncGenerator<number> {
  for (let n = 0; n < input; n++) yield n;
}

async function measure(items: number): Promise<Measured> {
  const doubling = bulk({
    name: "double",
    source: numbers,
    process: (batch) => batch.map((n) => n * 2),
    batchSize: 1000,
    concurrency: 4,
    window: 25,
  });
  const where = place();
  const engine = createEngine({ store: sqlite(where.file, { durability: "relaxed" }), workflows: [doubling.workflow] });
  await engine.start();
  const operation = doubling.operation(engine, "million");
  let results = 0;
  for await (const batch of operation.execute(items)) if (batch.ok) results += batch.results.length;
  const { itemsPerSecond } = operation.metrics;
  await engine.stop();
  where.remove();
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return { peakMb: maxRSS / 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000, itemsPerSecond, results };
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await measure(Number(process.argv[2]))));
