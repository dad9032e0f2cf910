import { type Engine, type Hold, type Severity, staticDirectory, workflow } from "holdpoint";
import { timed, withEngine } from "./engines.ts";
import { type Figure, figure, median, percentile } from "./figures.ts";
import { rawCommits } from "./raw.ts";

const count = 10_000;
const groups = 100;

/** One hold each; severity, tags and reviewers as an organisation has them: most ordinary, few rare. */
const asking = workflow({ name: "asking" }, async (ctx, n: unknown) => {
  const at = n as number;
  const severity: Severity = at % 1000 === 0 ? "critical" : at % 10 === 0 ? "high" : "medium";
  await ctx.approve("pay", {
    title: `Pay invoice ${at}?`,
    consequence: `$${at} leave the account.`,
    severity,
    context: { invoice: at, customer: `customer ${at % 777}`, lines: ["one line", "another line"] },
    reviewers: { groups: [`team-${at % groups}`] },
    tags: at % 1000 === 1 ? ["invoice", "rare"] : ["invoice"],
  });
});

const directory = staticDirectory({
  groups: Object.fromEntries(Array.from({ length: groups }, (_, n) => [`team-${n}`, ["chief", `person-${n}`]])),
});

async function fill(engine: Engine): Promise<void> {
  for (let at = 0; at < count; at += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, n) => engine.run("asking", at + n)));
  }
  for (;;) {
    const { items } = await engine.runs({ status: ["ready", "running"] }, { limit: 1 });
    if (items.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Everything of a list, page by page: how long each page takes, and how many holds there are. */
async function pages(
  list: (cursor: string | null) => Promise<{ items: Hold[]; cursor: string | null }>,
  most: number,
): Promise<{ times: number[]; found: number; cpu: number }> {
  const times: number[] = [];
  const before = process.cpuUsage();
  let found = 0;
  let cursor: string | null = null;
  do {
    let page: { items: Hold[]; cursor: string | null } = { items: [], cursor: null };
    const from: string | null = cursor;
    times.push(await timed(async () => (page = await list(from))));
    found += page.items.length;
    cursor = page.cursor;
  } while (cursor !== null && times.length < most);
  const { user, system } = process.cpuUsage(before);
  return { times, found, cpu: (user + system) / 1000 / times.length };
}

/** Told by a run that goes on. */
const goingOn = new Map<string, () => void>();

const waiting = workflow({ name: "waiting" }, async (ctx, given: unknown) => {
  const reviewers = given === "two" ? { groups: ["team-1"], quorum: 2 } : undefined;
  await ctx.approve("go on", { title: "Go on?", ...(reviewers ? { reviewers } : {}) });
  goingOn.get(ctx.run.id)?.();
});

/** From the call of the decision that closes a hold until the run goes on, in ms, one after the other. */
function decisions(votes: "one" | "two"): Promise<number[]> {
  return withEngine("full", { workflows: [waiting], directory }, async (engine) => {
    const times: number[] = [];
    for (let n = 0; n < 250; n++) {
      const run = await engine.run("waiting", votes);
      const hold = await run.hold("go on");
      if (votes === "two") await engine.decide(hold, { approved: true }, { by: "person-1" });
      const went = new Promise<void>((resolve) => goingOn.set(run.id, resolve));
      const decided = async (): Promise<void> => {
        await Promise.all([engine.decide(hold, { approved: true }, { by: "chief" }), went]);
      };
      times.push(await timed(decided));
      goingOn.delete(run.id);
    }
    // The first ones compile.
    return times.slice(50);
  });
}

async function latency(rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const votes of ["one", "two"] as const) {
    const [p50, p99, raw]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      raw.push(1000 / rawCommits("full"));
      const times = await decisions(votes);
      p50.push(median(times));
      p99.push(percentile(times, 0.99));
    }
    const what = votes === "one" ? "a decision until its run goes on" : "the second of two votes until its run goes on";
    const note = `a bare commit of one row ${median(raw).toFixed(2)} ms`;
    figures.push(figure(`D5 ${votes} p50`, `${what}, p50`, "ms", { must: 5, aim: 2, less: true }, p50, note));
    figures.push(figure(`D5 ${votes} p99`, `${what}, p99`, "ms", { must: 20, aim: 5, less: true }, p99));
  }
  return figures;
}

/** How soon a run goes on after its decision, and how long a page of lists takes with 10,000 holds open. */
export async function d5(rounds: number): Promise<Figure[]> {
  const lists: [
    id: string,
    what: string,
    list: (engine: Engine, cursor: string | null) => ReturnType<Engine["holds"]>,
  ][] = [
    ["D5 all", "all", (engine, cursor) => engine.holds({ status: ["open"] }, { cursor })],
    [
      "D5 severity",
      "one in ten by severity",
      (engine, cursor) => engine.holds({ status: ["open"], severity: ["high"] }, { cursor }),
    ],
    [
      "D5 critical",
      "one in a thousand by severity",
      (engine, cursor) => engine.holds({ status: ["open"], severity: ["critical"] }, { cursor }),
    ],
    [
      "D5 tag",
      "one in a thousand by tag",
      (engine, cursor) => engine.holds({ status: ["open"], tag: "rare" }, { cursor }),
    ],
    ["D5 reviewer", "inbox of who may decide all", (engine, cursor) => engine.holds.inbox("chief", {}, { cursor })],
    [
      "D5 team",
      "inbox of who may decide one in a hundred",
      (engine, cursor) => engine.holds.inbox("person-7", {}, { cursor }),
    ],
  ];
  return withEngine("full", { workflows: [asking], directory, residence: { count: 0 } }, async (engine) => {
    await fill(engine);
    const figures = await latency(rounds);
    for (const [id, what, list] of lists) {
      const slowest: number[] = [];
      const middles: number[] = [];
      const cpus: number[] = [];
      let found = 0;
      for (let round = 0; round <= rounds; round++) {
        const { times, found: seen, cpu } = await pages((cursor) => list(engine, cursor), 20);
        found = seen;
        // The first round compiles.
        if (round === 0) continue;
        slowest.push(percentile(times, 0.95));
        middles.push(median(times));
        cpus.push(cpu);
      }
      figures.push(
        figure(
          id,
          `a page of 50 of 10,000 open holds: ${what}`,
          "ms",
          { must: 10, aim: 5, less: true },
          middles,
          `p95 ${median(slowest).toFixed(2)} ms, processor ${median(cpus).toFixed(2)} ms; ${found} found in 20 pages`,
        ),
      );
    }
    return figures;
  });
}
