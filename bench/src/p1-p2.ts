import { createEngine, type Engine, postgres, workflow } from "holdpoint";
import { timed } from "./engines.ts";
import { type Figure, figure, median } from "./figures.ts";
import { type RawRates, rawRates } from "./p-raw.ts";
import { type PostgresServer, startPostgres, withoutPostgres } from "./p-server.ts";

const sequential = workflow({ name: "sequential" }, async (ctx) => {
  for (let i = 0; i < 1000; i++) await ctx.step("one", () => i);
});
const short = workflow({ name: "short" }, async (ctx) => {
  for (let i = 0; i < 5; i++) await ctx.step("one", () => i);
});
const runs = 2000;

interface Rate {
  /** Steps per second. */
  rate: number;
  /** Processor seconds of this process and of the server, of those that passed. */
  own: number;
  server: number;
}

let schemas = 0;

/** Steps per second of `work` on a fresh schema. */
async function measured(
  server: PostgresServer,
  steps: number,
  work: (engine: Engine) => Promise<unknown>,
): Promise<Rate> {
  const store = postgres(server.url, { schema: `bench_${++schemas}` });
  const engine = createEngine({ determinism: "off", store, workflows: [sequential, short], concurrency: 50 });
  await engine.start();
  const [own, before] = [process.cpuUsage(), server.cpuSeconds()];
  const ms = await timed(() => work(engine));
  const used = process.cpuUsage(own);
  const rate = { rate: (steps / ms) * 1000, own: (used.user + used.system) / 1000 / ms };
  const seconds = server.cpuSeconds() - before;
  await engine.stop();
  return { ...rate, server: (seconds * 1000) / ms };
}

const long = (server: PostgresServer) =>
  measured(server, 1000, async (engine) => (await engine.run(sequential, undefined)).result());
const many = (server: PostgresServer) =>
  measured(server, runs * 5, async (engine) => {
    const started = await Promise.all(Array.from({ length: runs }, () => engine.run(short, undefined)));
    await Promise.all(started.map((run) => run.result()));
  });

const whole = (values: number[]): string => Math.round(median(values)).toLocaleString("en-GB");

/** P1 and P2: one worker process on PostgreSQL, against a loop of inserts on one connection, in the same round. */
export async function p1p2(rounds: number): Promise<Figure[]> {
  if (withoutPostgres !== null) return [];
  const server = await startPostgres();
  // Uncounted: a worker and a server are processes that have been up for a while.
  for (let i = 0; i < 2; i++) {
    await rawRates(server.url);
    await long(server);
    await many(server);
  }
  const raws: RawRates[] = [];
  const p1: Rate[] = [];
  const p2: Rate[] = [];
  for (let round = 0; round < rounds; round++) {
    raws.push(await rawRates(server.url));
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
  const what = "2,000 runs × 5 steps, 50 at once, one worker";
  return [
    figure(
      "P1",
      "one run, 1,000 trivial steps, on PostgreSQL",
      "× raw",
      { must: 0.7, aim: 0.9 },
      against(p1, single),
      `${rate(p1)}, raw ${whole(single)} commits/s`,
    ),
    figure("P2 single", what, "× raw", { must: 4, aim: 6 }, against(p2, single), `${rate(p2)}, ${cpu}`),
    figure("P2 grouped", what, "× raw", { must: 0.15, aim: 0.3 }, against(p2, grouped), `raw ${whole(grouped)} rows/s`),
  ];
}
