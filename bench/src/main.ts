import { a1 } from "./a1-agent.ts";
import { d5 } from "./d5-holds.ts";
import { e1 } from "./e1-encryption.ts";
import { type Figure, line, reached } from "./figures.ts";
import { p1p2, p1p2OnMariadb } from "./p1-p2.ts";
import { p3, p4 } from "./p3-p4.ts";
import { p5 } from "./p5-plans.ts";
import { p6 } from "./p6-retention.ts";
import { s1 } from "./s1-sequential.ts";
import { s2 } from "./s2-many-runs.ts";
import { s3 } from "./s3-parallel.ts";
import { s4 } from "./s4-held.ts";
import { s5 } from "./s5-growth.ts";
import { s6 } from "./s6-takeover.ts";
import { s7 } from "./s7-document.ts";
import { s8 } from "./s8-start.ts";
import { s9 } from "./s9-flow.ts";
import { s10 } from "./s10-flow.ts";
import { s11 } from "./s11-bulk.ts";
import { tasksSuite } from "./tasks.ts";

/**
 * npm run bench -- [--json] [--plans] [--only s1,p1] [--rounds 5] [--idle 60] [--rows 10000000]
 *
 * Reports; asserts nothing. Each figure is the median of its rounds, with the raw yardstick measured in the same round.
 */
const args = process.argv.slice(2);
const option = (name: string): string | undefined => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? undefined : args[at + 1];
};
const rounds = Number(option("rounds") ?? 5);
const idle = Number(option("idle") ?? 60);
const only = option("only")?.toLowerCase().split(",");
const json = args.includes("--json");

const suites: [string, () => Promise<Figure[]>][] = [
  ["s1", () => s1(rounds)],
  ["s2", () => s2(rounds)],
  ["s3", () => s3(rounds)],
  ["s4", () => s4(rounds, idle)],
  ["s5", () => s5(Math.min(rounds, 3))],
  ["s6", () => s6(Math.min(rounds, 3))],
  ["s7", () => s7(rounds)],
  ["s8", () => s8(rounds)],
  ["s9", async () => s9(rounds)],
  ["s10", () => s10(rounds)],
  ["s11", async () => s11(Math.min(rounds, 3))],
  ["p1", () => p1p2(rounds)],
  ["p1m", () => p1p2OnMariadb(rounds)],
  ["p3", () => p3(rounds)],
  ["p4", () => p4(Math.min(rounds, 3))],
  ["p5", () => p5()],
  ["p6", () => p6(Number(option("rows") ?? 1_000_000))],
  ["a1", () => a1(rounds)],
  ["d5", () => d5(rounds)],
  ["e1", () => e1(rounds)],
  ["tasks", () => tasksSuite(Math.min(rounds, 3))],
];

const all: Figure[] = [];
for (const [name, suite] of suites) {
  if (only && !only.includes(name)) continue;
  const figures = await suite();
  all.push(...figures);
  if (!json) for (const one of figures) console.log(line(one));
}
if (json) {
  console.log(
    JSON.stringify(
      {
        node: process.version,
        figures: all.map((one) => ({ ...one, reached: reached(one.value, one.must, one.less) })),
      },
      null,
      2,
    ),
  );
}
process.exit(0);
