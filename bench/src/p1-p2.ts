import { createEngine, type Engine, mysql, postgres, type Store, workflow } from "holdpoint";
import { timed } from "./engines.ts";
import { type Figure, figure, median } from "./figures.ts";
import { mariadbRates } from "./mariadb-raw.ts";
import { startMariadb, withoutMariadb } from "./mariadb-server.ts";
import { startPostgres, withoutPostgres } from "./p-server.ts";
import { postgresRates } from "./postgres-raw.ts";
import type { RawRates } from "./raw-rows.ts";

const sequential = workflow({ name: "sequential" }, async (ctx) => {
  for (let i = 0; i < 1000; i++) await ctx.step("one", () => i);
});
const short = workflow({ name: "short" }, async (ctx) => {
  for (let i = 0; i < 5; i++) await ctx.step("one", () => i);
});
const runs = 2000;
/** Runs that are not counted: as with the yardsticks, connections are open and statements prepared when it begins. */
const warming = 300;

interface Rate {
  /** Steps per second. */
  rate: number;
  /** Processor seconds of this process and of the server, of those that passed. */
  own: number;
  server: number;
}

/** A database server, and how it is measured. */
interface Subject {
  name: string;
  /** A store of its own, each time. */
  store(): Store;
  raw(): Promise<RawRates>;
  cpuSeconds(): number;
  stop(): Promise<void>;
}

let schemas = 0;

async function onPostgres(): Promise<Subject> {
  const server = await startPostgres();
  return {
    name: "PostgreSQL",
    store: () => postgres(server.url, { schema: `bench_${++schemas}` }),
    raw: () => postgresRates(server.url),
    cpuSeconds: server.cpuSeconds,
    stop: server.stop,
  };
}

async function onMariadb(): Promise<Subject> {
  const server = await startMariadb();
  return {
    name: "MariaDB",
    store: () => mysql(`${server.url}/bench_${++schemas}`),
    raw: () => mariadbRates(server.url),
    cpuSeconds: server.cpuSeconds,
    stop: server.stop,
  };
}

/** Steps per second of `work` on a fresh store. */
async function measured(server: Subject, steps: number, work: (engine: Engine) => Promise<unknown>): Promise<Rate> {
  const engine = createEngine({
    determinism: "off",
    store: server.store(),
    workflows: [sequential, short],
    concurrency: 50,
  });
  await engine.start();
  await Promise.all(Array.from({ length: warming }, async () => (await engine.run(short, undefined)).result()));
  const [own, before] = [process.cpuUsage(), server.cpuSeconds()];
  const ms = await timed(() => work(engine));
  const used = process.cpuUsage(own);
  const rate = { rate: (steps / ms) * 1000, own: (used.user + used.system) / 1000 / ms };
  const seconds = server.cpuSeconds() - before;
  await engine.stop();
  return { ...rate, server: (seconds * 1000) / ms };
}

const long = (server: Subject) =>
  measured(server, 1000, async (engine) => (await engine.run(sequential, undefined)).result());
const many = (server: Subject) =>
  measured(server, runs * 5, async (engine) => {
    const started = await Promise.all(Array.from({ length: runs }, () => engine.run(short, undefined)));
    await Promise.all(started.map((run) => run.result()));
  });

const whole = (values: number[]): string => Math.round(median(values)).toLocaleString("en-GB");

/** P1 and P2: one worker process, against a loop of inserts on one connection, in the same round. */
async function measure(server: Subject, suffix: string, rounds: number): Promise<Figure[]> {
  // Uncounted: a worker and a server are processes that have been up for a while.
  for (let i = 0; i < 2; i++) {
    await server.raw();
    await long(server);
    await many(server);
  }
  const raws: RawRates[] = [];
  const p1: Rate[] = [];
  const p2: Rate[] = [];
  for (let round = 0; round < rounds; round++) {
    raws.push(await server.raw());
    p1.push(await long(server));
    p2.push(await many(server));
  }
  await server.stop();
  const single = raws.map((raw) => raw.single);
  const grouped = raws.map((raw) => raw.grouped);
  const against = (rates: Rate[], raw: number[]) => rates.map(({ rate }, i) => rate / (raw[i] ?? Number.NaN));
  const rate = (rates: Rate[]) => `${whole(rates.map((one) => one.rate))} steps/s`;
  const share = (of: (one: Rate) => number) => `${Math.round(median(p2.map(of)) * 100)} %`;
  const cpu = `processors: worker ${share(({ own }) => own)}, server ${share((one) => one.server)} of one`;
  const what = `2,000 runs × 5 steps, 50 at once, one worker, on ${server.name}`;
  return [
    figure(
      `P1${suffix}`,
      `one run, 1,000 trivial steps, on ${server.name}`,
      "× raw",
      { must: 0.7, aim: 0.9 },
      against(p1, single),
      `${rate(p1)}, raw ${whole(single)} commits/s`,
    ),
    figure(`P2${suffix} single`, what, "× raw", { must: 4, aim: 6 }, against(p2, single), `${rate(p2)}, ${cpu}`),
    figure(
      `P2${suffix} grouped`,
      what,
      "× raw",
      { must: 0.15, aim: 0.3 },
      against(p2, grouped),
      `raw ${whole(grouped)} rows/s`,
    ),
  ];
}

/** On PostgreSQL. */
export async function p1p2(rounds: number): Promise<Figure[]> {
  return withoutPostgres === null ? measure(await onPostgres(), "", rounds) : [];
}

/** The same on MariaDB. */
export async function p1p2OnMariadb(rounds: number): Promise<Figure[]> {
  return withoutMariadb === null ? measure(await onMariadb(), "m", rounds) : [];
}
