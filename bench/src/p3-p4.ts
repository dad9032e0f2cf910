import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createEngine, type Engine, postgres, workflow } from "holdpoint";
import pg from "pg";
import { timed } from "./engines.ts";
import { type Figure, figure, median, percentile } from "./figures.ts";
import { type PostgresServer, startPostgres, withoutPostgres } from "./p-server.ts";

const script = fileURLToPath(new URL("./p-worker.js", import.meta.url));
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

// Never executed here: this process starts runs and decides.
const short = workflow({ name: "short" }, async () => undefined);
const held = workflow({ name: "held" }, async () => undefined);

let schemas = 0;

/** A client, workers in processes of their own, and a way to ask how many runs have not come to rest. */
async function office(server: PostgresServer, workers: number, listen: boolean) {
  const schema = `bench_p_${++schemas}`;
  const engine = createEngine({
    determinism: "off",
    store: postgres(server.url, { schema, listen }),
    workflows: [short, held],
  });
  await engine.open();
  const client = new pg.Client(server.url);
  await client.connect();
  const count = async (where: string): Promise<number> => {
    const { rows } = await client.query<{ count: string }>(`select count(*) from "${schema}".run where ${where}`);
    return Number(rows[0]?.count);
  };
  const children = await Promise.all(
    Array.from({ length: workers }, async () => {
      const child = fork(script, [server.url, schema, listen ? "yes" : "no"], { stdio: "inherit" });
      await new Promise((resolve) => child.once("message", resolve));
      return child;
    }),
  );
  const close = async (): Promise<void> => {
    await Promise.all(children.map(ended));
    await engine.stop();
    await client.end();
  };
  return { engine, count, children, close };
}

function ended(child: ChildProcess): Promise<unknown> {
  const over = new Promise((resolve) => child.once("exit", resolve));
  child.send("stop");
  return over;
}

/** Steps per second of 2,000 runs of five steps, from the first start to the last end. */
async function rate(server: PostgresServer, workers: number): Promise<number> {
  const { engine, count, close } = await office(server, workers, true);
  const ms = await timed(async () => {
    await Promise.all(Array.from({ length: 2000 }, () => engine.run(short, undefined)));
    while ((await count("finished_at is null")) > 0) await delay(20);
  });
  await close();
  return 10_000 / (ms / 1000);
}

export async function p3(rounds: number): Promise<Figure[]> {
  if (withoutPostgres !== null) return [];
  const server = await startPostgres();
  await rate(server, 1);
  const one: number[] = [];
  const two: number[] = [];
  for (let round = 0; round < rounds; round++) {
    one.push(await rate(server, 1));
    two.push(await rate(server, 2));
  }
  await server.stop();
  const scaling = two.map((many, i) => many / (one[i] ?? Number.NaN));
  const note = `${Math.round(median(one))} steps/s with one, ${Math.round(median(two))} with two; they share the processors with the server`;
  return [figure("P3", "the same by two worker processes, against one", "×", { must: 1, aim: 1.5 }, scaling, note)];
}

const parkedRuns = 10_000;
const perSecond = 100;

/** What the disk did meanwhile, without which a tail says nothing: how long a bare commit took, one every 20 ms, until it is stopped. */
async function bareCommits(server: PostgresServer): Promise<() => Promise<number[]>> {
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query("create table if not exists bare (at double precision not null)");
  const taken: number[] = [];
  let goesOn = true;
  const all = (async () => {
    while (goesOn) {
      const from = now();
      await client.query({ name: "bare", text: "insert into bare values ($1)", values: [from] });
      taken.push(now() - from);
      await delay(20);
    }
  })();
  return async () => {
    goesOn = false;
    await all;
    await client.end();
    return taken;
  };
}

interface Latencies {
  /** Milliseconds from each decision to the beginning of the next step, in another process. */
  decided: number[];
  /** Milliseconds of bare commits in the same seconds. */
  bare: number[];
}

async function latencies(server: PostgresServer, listen: boolean, seconds: number): Promise<Latencies> {
  const { engine, count, children, close } = await office(server, 1, listen);
  for (let i = 0; i < parkedRuns; i += 1000) {
    await Promise.all(Array.from({ length: 1000 }, (_, n) => engine.run(held, undefined, { id: `run-${i + n}` })));
  }
  while ((await count("status = 3")) < parkedRuns) await delay(50);
  const holds = await openHolds(engine, perSecond * seconds);
  const decided = new Map<string, number>();
  const delays: number[] = [];
  children[0]?.on("message", (message) => {
    const { began, at } = message as { began: string; at: number };
    delays.push(at - (decided.get(began) ?? Number.NaN));
  });
  const deciding: Promise<unknown>[] = [];
  const bare = await bareCommits(server);
  const from = performance.now();
  for (const [i, { id, runId }] of holds.entries()) {
    await delay(Math.max(0, from + (i * 1000) / perSecond - performance.now()));
    decided.set(runId, now());
    deciding.push(engine.decide(id, { approved: true }, { by: "ana" }));
  }
  await Promise.all(deciding);
  while (delays.length < holds.length) await delay(20);
  const latencies = { decided: delays, bare: await bare() };
  await close();
  return latencies;
}

async function openHolds(engine: Engine, count: number): Promise<{ id: string; runId: string }[]> {
  const found = [];
  for (let cursor: string | null = null; found.length < count; ) {
    const page: Awaited<ReturnType<Engine["holds"]>> = await engine.holds(
      { status: ["open"] },
      { limit: 1000, cursor },
    );
    found.push(...page.items);
    cursor = page.cursor;
    if (cursor === null) break;
  }
  return found.slice(0, count);
}

export async function p4(rounds: number): Promise<Figure[]> {
  if (withoutPostgres !== null) return [];
  const server = await startPostgres();
  const figures: Figure[] = [];
  for (const [name, listen, must] of [
    ["NOTIFY", true, 50],
    ["polling alone", false, 500],
  ] as const) {
    const p50: number[] = [];
    const p99: number[] = [];
    const bare99: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const { decided, bare } = await latencies(server, listen, 10);
      p50.push(percentile(decided, 0.5));
      p99.push(percentile(decided, 0.99));
      bare99.push(percentile(bare, 0.99));
    }
    const what = `decision to next step, ${parkedRuns.toLocaleString("en-GB")} parked, ${perSecond}/s, ${name}`;
    const note = `half within ${median(p50).toFixed(1)} ms; p99 of bare commits beside it ${median(bare99).toFixed(1)} ms`;
    figures.push(
      figure(`P4 ${listen ? "notify" : "poll"}`, what, "ms p99", { must, aim: must / 2, less: true }, p99, note),
    );
  }
  await server.stop();
  return figures;
}
