import { type Engine, type Hold, type Severity, staticDirectory, workflow } from "holdpoint";
import { timed, withEngine } from "./engines.ts";
import { type Figure, figure, median, percentile } from "./figures.ts";

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
): Promise<{ times: number[]; found: number }> {
  const times: number[] = [];
  let found = 0;
  let cursor: string | null = null;
  do {
    let page: { items: Hold[]; cursor: string | null } = { items: [], cursor: null };
    const from: string | null = cursor;
    times.push(await timed(async () => (page = await list(from))));
    found += page.items.length;
    cursor = page.cursor;
  } while (cursor !== null && times.length < most);
  return { times, found };
}

/** The page of a list that takes longest among the first twenty, with 10,000 holds open. */
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
    const figures: Figure[] = [];
    for (const [id, what, list] of lists) {
      const slowest: number[] = [];
      const middles: number[] = [];
      let found = 0;
      for (let round = 0; round <= rounds; round++) {
        const { times, found: seen } = await pages((cursor) => list(engine, cursor), 20);
        found = seen;
        // The first round compiles.
        if (round === 0) continue;
        slowest.push(percentile(times, 0.95));
        middles.push(median(times));
      }
      figures.push(
        figure(
          id,
          `a page of 50 of 10,000 open holds: ${what}`,
          "ms",
          { must: 10, aim: 5, less: true },
          middles,
          `p95 ${median(slowest).toFixed(2)} ms; ${found} found in 20 pages`,
        ),
      );
    }
    return figures;
  });
}
