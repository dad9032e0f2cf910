import { createEngine, type Engine, postgres, workflow } from "holdpoint";
import { type Figure, figure } from "./figures.ts";
import { startPostgres, withoutPostgres } from "./p-server.ts";
import { fill, finished, parked } from "./p5-tables.ts";

/** As the server itself explains what it has just executed: `auto_explain`, with the times of every statement. */
const explained = {
  session_preload_libraries: "auto_explain",
  "auto_explain.log_min_duration": "0",
  "auto_explain.log_analyze": "on",
  "auto_explain.log_timing": "off",
};

/** What is asked for of each kind. */
const questions: [kind: string, what: string, ask: (engine: Engine) => Promise<unknown>][] = [
  ["run list", "the newest", (engine) => engine.runs()],
  ["run list", "parked", (engine) => engine.runs({ status: ["parked"] })],
  ["run list", "parked, of a workflow", (engine) => engine.runs({ status: ["parked"], workflow: "refund-3" })],
  ["run list", "failed", (engine) => engine.runs({ status: ["failed"] })],
  ["run list", "running", (engine) => engine.runs({ status: ["running"] })],
  ["run list", "of a customer", (engine) => engine.runs({ attributes: { customer: "c777" } })],
  [
    "run list",
    "of a customer, parked",
    (engine) => engine.runs({ attributes: { customer: "c777" }, status: ["parked"] }),
  ],
  ["run list", "with an attribute many have", (engine) => engine.runs({ attributes: { vip: true } })],
  ["run list", "by the beginning of the id", (engine) => engine.runs({ idPrefix: "run-4242" })],
  ["inbox", "open", (engine) => engine.holds()],
  ["inbox", "open, high and critical", (engine) => engine.holds({ status: ["open"], severity: ["high", "critical"] })],
  ["inbox", "open, of a workflow", (engine) => engine.holds({ status: ["open"], workflow: "refund-3" })],
  ["inbox", "of a run", (engine) => engine.holds({ runId: "run-4242" })],
];

const work = workflow({ name: "work" }, (ctx) => ctx.step("one", () => 1));

interface Plan {
  ms: number;
  text: string;
}

const tables = "run|journal|hold|inbox|payload|hold_event|stream";

function plansIn(log: string): Plan[] {
  return [...log.matchAll(/duration: ([\d.]+) ms {2}plan:\n((?:\t.*\n)+)/g)].map(([, ms = "", text = ""]) => ({
    ms: Number(ms),
    text,
  }));
}

export async function p5(): Promise<Figure[]> {
  if (withoutPostgres !== null) return [];
  const server = await startPostgres(explained);
  const schema = "holdpoint";
  const engine = createEngine({ store: postgres(server.url), workflows: [work], determinism: "off" });
  await engine.open();
  await fill(server.url, schema);
  const worst = new Map<string, { ms: number; what: string }>();
  const scans: string[] = [];
  const show = process.argv.includes("--plans");
  const measure = async (kind: string, what: string, ask: () => Promise<unknown>): Promise<void> => {
    await ask();
    const from = server.log().length;
    await ask();
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const { ms, text } of plansIn(server.log().slice(from))) {
      // What the claimed runs then write has figures of its own.
      if (kind === "claim" && !/skip locked|with recursive lane/.test(text)) continue;
      if (ms > (worst.get(kind)?.ms ?? 0)) worst.set(kind, { ms, what });
      if (new RegExp(`Seq Scan on (${tables})\\b`).test(text)) scans.push(`${kind} (${what})`);
      if (show) console.log(`${kind}, ${what}: ${ms} ms\n${text}`);
    }
  };
  for (const [kind, what, ask] of questions) await measure(kind, what, () => ask(engine));
  const claims = async (): Promise<void> => {
    const started = await Promise.all(Array.from({ length: 50 }, () => engine.run(work, undefined)));
    await engine.start();
    for (const run of started) await run.result();
  };
  await measure("claim", "fifty ready among all others", claims);
  await measure("claim", "nothing ready", () => new Promise((resolve) => setTimeout(resolve, 3_000)));
  await engine.stop();
  await server.stop();
  const counts = `${finished.toLocaleString("en-GB")} finished and ${parked.toLocaleString("en-GB")} parked runs`;
  const less = true;
  return [
    ...["claim", "inbox", "run list"].map((kind) => {
      const { ms, what } = worst.get(kind) ?? { ms: Number.NaN, what: "" };
      return figure(`P5 ${kind}`, `slowest statement on ${counts}`, "ms", { must: 5, aim: 2, less }, [ms], what);
    }),
    figure(
      "P5 scans",
      "statements with a sequential scan",
      "",
      { must: 0, aim: 0, less },
      [scans.length],
      scans.join(", "),
    ),
  ];
}
