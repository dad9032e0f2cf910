// `npm run simulate`: deterministic simulation of the engine, as many worlds as you like.
//
//   npm run simulate -- --seeds 1000000 [--from N] [--jobs N] [--store memory|sqlite] [--encrypted]
//   npm run simulate -- --seeds 1 --from 42 --trace      what happened in one world
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const usage =
  "usage: npm run simulate -- --seeds N [--from N] [--jobs N] [--store memory|sqlite] [--encrypted] [--trace]";
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "2000" },
    from: { type: "string", default: "1" },
    jobs: { type: "string", default: String(availableParallelism()) },
    store: { type: "string", default: "memory" },
    encrypted: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
    worker: { type: "boolean", default: false },
  },
});
const seeds = whole(values.seeds, "--seeds");
const from = whole(values.from, "--from");
const jobs = Math.min(whole(values.jobs, "--jobs"), seeds);
const encryptedFlag = values.encrypted ? ["--encrypted"] : [];
/** Worlds a child process lives before it hands in what it saw. */
const batch = 250;

if (values.worker) await work();
else if (values.trace) await trace();
else await lead();

/** Splits the worlds among child processes, and adds up what they report. */
async function lead() {
  const { Coverage } = await testing();
  const coverage = new Coverage();
  const failed = [];
  const began = performance.now();
  let next = from;
  let done = 0;
  let said = 0;
  const lane = async () => {
    while (next < from + seeds && failed.length < 10) {
      const first = next;
      const count = Math.min(batch, from + seeds - first);
      next += count;
      const report = await child(first, count);
      coverage.add(report.coverage);
      failed.push(...report.failed);
      done += count;
      if (performance.now() - said > 10_000) {
        said = performance.now();
        const rate = done / ((performance.now() - began) / 1000);
        console.error(`${done} of ${seeds} worlds, ${failed.length} failed, ${rate.toFixed(0)} per second`);
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  console.log(coverage.table());
  console.log(
    `${done} worlds from seed ${from}, ${coverage.storeCalls} store calls, ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
  failed.sort((a, b) => a.seed - b.seed);
  for (const { seed, violations } of failed.slice(0, 20)) {
    console.log(`\nseed ${seed}: ${violations[0]}`);
    console.log(
      `  npm run simulate -- --seeds 1 --from ${seed} --store ${values.store}${values.encrypted ? " --encrypted" : ""} --trace`,
    );
  }
  if (failed.length > 0) {
    console.log(`\n${failed.length} worlds went wrong`);
    process.exitCode = 1;
  }
}

function child(first, count) {
  const args = [
    "--worker",
    "--from",
    String(first),
    "--seeds",
    String(count),
    "--store",
    values.store,
    ...encryptedFlag,
  ];
  const own = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  own.stdout.on("data", (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    own.on("exit", (code) => {
      if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`worlds ${first} to ${first + count - 1} ended with code ${code}`));
    });
  });
}

async function work() {
  const { simulateMany } = await testing();
  const report = await simulateMany({
    from,
    seeds,
    atMost: seeds,
    encrypted: () => values.encrypted,
    ...(await storeOption()),
  });
  process.stdout.write(JSON.stringify({ failed: report.failed, coverage: report.coverage }));
}

async function trace() {
  const { readableTrace } = await testing();
  const { store } = await storeOption();
  console.log(await readableTrace(from, store, { encrypted: values.encrypted }));
}

function testing() {
  return import("../packages/core/dist/testing/index.js");
}

async function storeOption() {
  if (values.store === "memory") return {};
  if (values.store !== "sqlite") throw new Error(usage);
  const { sqlite } = await import("../packages/sql/dist/index.js");
  return { store: () => sqlite(":memory:") };
}

function whole(text, name) {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  console.error(`${name} ${text} must be a whole number from 1\n${usage}`);
  process.exit(2);
}
