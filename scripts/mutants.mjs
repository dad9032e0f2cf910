// `npm run mutants`: plants twelve bugs, one by one, and sees to it that the simulation catches each within its default seeds.
//
//   npm run mutants                     all twelve
//   npm run mutants -- epoch lease      those whose name contains one of the words
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { mutants } from "./mutants/catalogue.mjs";
import { plant } from "./mutants/plant.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
/** As many as `npm test` lives. */
const seeds = 2000;
/** A bug that makes a world go round for ever is caught, too. */
const patienceMs = 300_000;

const words = process.argv.slice(2);
const chosen = mutants.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const sane = plant(root, []);
const results = [];
let next = 0;
await Promise.all(Array.from({ length: Math.min(availableParallelism(), chosen.length) }, lane));
sane.remove();

const green = results.filter((result) => !result.caught);
console.log(`\n${results.length - green.length} of ${results.length} bugs were caught`);
for (const { name, why } of green) console.log(`  not caught: ${name} (${why})`);
if (green.length > 0) process.exitCode = 1;

async function lane() {
  while (next < chosen.length) {
    const result = await examine(chosen[next++]);
    results.push(result);
    console.log(
      `${result.caught ? "caught" : "NOT CAUGHT"}  ${result.name.padEnd(42)} ${result.caught ? `seed ${result.seed}, ${result.seconds} s: ${result.violation}` : result.why}`,
    );
  }
}

async function examine({ name, edits }) {
  const began = performance.now();
  const mutated = plant(root, edits);
  try {
    const found = await hunt(mutated.source, 1, seeds);
    if (found.seed === null) return { name, caught: false, why: `green for ${found.seeds} seeds` };
    // The same world without the bug must be in order, or the bug was not what was caught.
    const control = await hunt(sane.source, found.seed, 1);
    if (control.seed !== null) return { name, caught: false, why: `seed ${found.seed} goes wrong without it, too` };
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    return { name, caught: true, seconds, ...found, violation: found.violation?.split("\n")[0].slice(0, 120) };
  } finally {
    mutated.remove();
  }
}

function hunt(source, from, count) {
  const script = join(root, "scripts/mutants/hunt.mjs");
  const child = spawn(
    process.execPath,
    ["--experimental-strip-types", "--no-warnings", script, source, String(from), String(count)],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  return new Promise((done, fail) => {
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      if (signal === "SIGKILL") return done({ seed: from, seeds: count, violation: "never came to an end" });
      if (code === 0 && out) return done(JSON.parse(out));
      fail(new Error(`the hunt ended with code ${code}: ${err.slice(-2000)}`));
    });
  });
}
