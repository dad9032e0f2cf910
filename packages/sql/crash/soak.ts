/**
 * `npm run soak [-- MINUTES]`: workers killed while they work, over and over, with one to three of them at a time. Prints a
 * line for each round, and stops at the first that does not add up, leaving its files where it says.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { killWhileWorking } from "./killing.ts";
import { freshDirectory } from "./program.ts";

const { positionals } = parseArgs({ allowPositionals: true });
const minutes = Number(positionals[0] ?? 10);
const end = performance.now() + minutes * 60_000;
const directory = freshDirectory("soak");
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const total = { kills: 0, runs: 0, repeated: 0 };

for (let round = 1; performance.now() < end; round++) {
  const workers = 1 + (round % 3);
  const runs = 100 * (1 + (round % 4));
  const here = join(directory.path, String(round));
  const account = await killWhileWorking({
    directory: here,
    runs,
    kills: 20 + 10 * (round % 4),
    workers,
    random: Math.random,
  });
  const { inFlightAtCuts, lost, recordedTwice, unexcused, repeated, damage, seconds } = account;
  total.kills += inFlightAtCuts.length;
  total.runs += runs;
  total.repeated += repeated;
  const [least, most] = [Math.min(...inFlightAtCuts), Math.max(...inFlightAtCuts)];
  say(
    `round ${round}: ${runs} runs, workers ${workers}, kills ${inFlightAtCuts.length}, in flight ${least} to ${most}, ` +
      `executed again ${repeated}, ${seconds.toFixed(0)} s`,
  );
  const wrong = [...lost, ...recordedTwice, ...unexcused, ...damage];
  if (wrong.length > 0) {
    console.error(`${wrong.join("\n")}\nThe database and the ledger are in ${here}`);
    process.exit(1);
  }
}
directory.remove();
say(
  `${total.kills} kills, ${total.runs} runs of ten steps: lost 0, recorded twice 0, executed again ${total.repeated}, ` +
    "all of them in flight at a kill",
);
