// Child process of `npm run mutants`: lives worlds on the sources of core in a directory until one goes wrong.
//
//   node --experimental-strip-types hunt.mjs SOURCE FROM SEEDS        prints { seed, seeds, violation } as JSON
import { pathToFileURL } from "node:url";

const [source, from, seeds] = process.argv.slice(2);
const { simulateMany } = await import(pathToFileURL(`${source}/testing/simulation/index.ts`).href);

let current = Number(from);
let report;
// A planted bug may end the process, or keep it busy for ever: that is red too.
process.on("uncaughtException", (error) => tell(current, `the process would have ended: ${error.message}`));
report = await simulateMany({
  from: Number(from),
  seeds: Number(seeds),
  atMost: 1,
  onSeed: ({ seed }) => {
    current = Number(seed) + 1;
  },
});
const [failed] = report.failed;
tell(failed?.seed ?? null, failed?.violations[0] ?? null);

function tell(seed, violation) {
  process.stdout.write(JSON.stringify({ seed, seeds: report?.seeds ?? current - Number(from), violation }));
  process.exit(0);
}
