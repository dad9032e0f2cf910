/**
 * `npm run chaos -- [--minutes 3] [--rate 20] [--every 5] [--seed N] [--slow 0.03] [--faults kill,cut] [--plant fence]
 * [--store mysql]`: workers on PostgreSQL (or MariaDB), and everything that can happen to them; then what the database has is held against what happened outside. Ends with 1 when something is wrong;
 * with a planted bug, when nothing is.
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Ledger } from "../crash/ledger.ts";
import { freshDirectory } from "../crash/program.ts";
import { seeded } from "../crash/seeded.ts";
import { Client } from "./client.ts";
import { injectFaults } from "./faults.ts";
import { makeGround } from "./ground.ts";
import { judge } from "./judge.ts";
import { Desk } from "./team.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "3" },
    rate: { type: "string", default: "20" },
    every: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    slow: { type: "string", default: "0.03" },
    faults: { type: "string" },
    plant: { type: "string" },
    store: { type: "string", default: "postgres" },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const leaseMs = 3_000;
/** Runs in the works at most: when all workers are cut off, what waits must not grow without a bound. */
const mostAtOnce = 600;
/** How long everything may take to end once nobody does anything to it any more. */
const patienceMs = 150_000;

const ground = await makeGround(values.store);
if (typeof ground === "string") {
  console.error(ground);
  process.exit(2);
}

const seed = Number(values.seed);
const random = seeded(seed);
const began = performance.now();
const elapsed = (): number => (performance.now() - began) / 1000;
const directory = freshDirectory("chaos");
const ledger = new Ledger(join(directory.path, "ledger.jsonl"));
const { audit } = ground;
const client = new Client(ground.clientStore(), ledger, random, Number(values.slow));
await client.engine.open();
await audit.install();
const team = {
  ...{ workers: 4, ground, ledger, lease: `${leaseMs}ms`, leaseMs, random },
  plant: values.plant ?? null,
};
const desks = await Promise.all(Array.from({ length: team.workers }, (_, i) => Desk.set(i, team)));
say(
  `${ground.name}, seed ${seed}, ${team.workers} workers, lease ${leaseMs} ms${team.plant ? `, with a bug planted: ${team.plant}` : ""}`,
);

const end = Number(values.minutes) * 60;
let working = true;
const people = client.decideEverything(() => working);
const scene = { desks, ground, ledger, leaseMs, random };
const faults = injectFaults(
  scene,
  Number(values.every) * 1000,
  values.faults?.split(",") ?? null,
  () => elapsed() < end,
);
let unfinished = 0;
let mostInQueue = 0;
const reporting = setInterval(() => {
  say(`${elapsed().toFixed(0).padStart(5)} s: ${client.started} started, ${unfinished} in the works`);
}, 30_000);
const watchQueue = async (): Promise<void> => {
  while (working) {
    const now = `select count(*) from ${audit.table("run")} where status = 2 and queue = 'narrow'`;
    mostInQueue = Math.max(mostInQueue, await audit.number(now));
    unfinished = await audit.unfinished();
    await delay(300);
  }
};
const watching = watchQueue();

let owed = 0;
for (let last = performance.now(); elapsed() < end; ) {
  await delay(200);
  const now = performance.now();
  owed = Math.min(owed + ((now - last) / 1000) * Number(values.rate), mostAtOnce);
  last = now;
  const count = Math.min(Math.floor(owed), mostAtOnce - unfinished);
  if (count <= 0) continue;
  owed -= count;
  await client.startSome(count);
}
const counts = await faults;
await client.settle();
const quietSince = performance.now();
while ((await audit.unfinished()) > 0 && performance.now() - quietSince < patienceMs) await delay(250);
const drained = (performance.now() - quietSince) / 1000;
clearInterval(reporting);
working = false;
await people;
await watching;
await client.settle();

const violations: string[] = [];
const left = await audit.ask(`
  select id, status, waiting, note, seq, stalls, owner, exists (
    select 1 from ${audit.table("inbox")} where run_pk = run.pk and n > coalesce((select max(mail_seen) from
      ${audit.table("journal")} where run_pk = run.pk), 0)) as mail
  from ${audit.table("run")} as run where finished_at is null limit 20`);
for (const row of left) {
  const parked = row.status === 3 && row.mail === 1 ? ", parked and with mail" : "";
  violations.push(`${row.id} never ended${parked}: ${JSON.stringify(row)}`);
}
if (mostInQueue > 6) violations.push(`${mostInQueue} runs of a queue that takes 6 were executing at once`);
await Promise.all(desks.map((desk) => desk.close()));
for (const { deaths } of desks) violations.push(...deaths.map((death) => `a worker ended by itself: ${death}`));
say(`${elapsed().toFixed(0)} s: everything has ended ${drained.toFixed(0)} s after the last fault; comparing`);
const verdict = await judge(client.engine, audit, ledger.lines());
violations.push(...verdict.violations);

const { kill, freeze, cut, backends, restart, clock, reset, silence, late, deaf } = counts;
say(
  `${verdict.runs} runs, ${verdict.results} results of steps, ${verdict.decisions} decisions, ${verdict.messages} messages, ` +
    `${verdict.payments} transactions`,
);
say(
  `${kill} kills, ${freeze} freezes past the lease, ${restart} restarts of the database, ${cut} cuts of the network ` +
    `(${reset} reset, ${silence} silent, ${late} late, ${deaf} deaf), ${backends} times killed backends, ${clock} clocks set wrong`,
);
const falseStarts = desks.reduce((sum, desk) => sum + desk.falseStarts, 0);
say(
  `${verdict.repeated} steps done again, ${falseStarts} starts of a worker without a database, ${mostInQueue} of 6 in the narrow queue`,
);
say(`${violations.length} violations, ${elapsed().toFixed(0)} s`);
for (const violation of violations.slice(0, 40)) say(`  ${violation}`);

await client.engine.stop();
await audit.close();
await ground.stop();
const caught = violations.length > 0;
if (caught && team.plant === null) say(`The ledger is in ${directory.path}`);
else directory.remove();
process.exit(caught === (team.plant !== null) ? 0 : 1);
