import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type AnyWorkflow, makeFlow, workflow } from "holdpoint";
import { type StoreKind, timed, withEngine } from "./engines.ts";
import { type Figure, figure } from "./figures.ts";

const steps = 100;
const ids = Array.from({ length: steps }, (_, i) => `step${i}`);

const byHand = workflow({ name: "by-hand" }, async (ctx) => {
  let value = 0;
  for (const id of ids) value = await ctx.step(id, () => value + 1);
  return value;
});

/** The same work as a flow: a row of steps, each of which gets what the one before it gave. */
const asFlow = makeFlow(
  {
    name: "as-flow",
    nodes: ids.map((id) => ({ id, kind: "step", uses: "add" })),
    edges: ids.slice(1).map((id, i) => ({ from: ids[i] as string, to: id })),
    entry: [ids[0] as string],
  },
  { steps: { add: { run: ({ input }: { input: unknown }) => (Number(input) || 0) + 1 } } },
);

/** Milliseconds for `runs` runs, one after the other. */
async function duration(kind: StoreKind, made: AnyWorkflow, runs: number): Promise<number> {
  return withEngine(kind, { workflows: [made] }, async (engine) => {
    await (await engine.run(made, undefined)).result();
    return timed(async () => {
      for (let i = 0; i < runs; i++) await (await engine.run(made, undefined)).result();
    });
  });
}

/** What it costs to run a flow, against the same work written by hand; and how long a long chain takes to type-check. */
export async function s10(rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [kind, runs] of [
    ["full", 10],
    ["memory", 300],
  ] as const) {
    const ratios: number[] = [];
    for (let round = -2; round < rounds; round++) {
      // In turn, so that what disturbs the machine disturbs both.
      const hand = await duration(kind, byHand, runs);
      const flow = await duration(kind, asFlow, runs);
      if (round >= 0) ratios.push(flow / hand);
    }
    const what = `a flow of ${steps} steps against ctx.step by hand`;
    figures.push(figure(`S10 ${kind}`, what, "×", { must: 1.15, aim: 1.05, less: true }, ratios));
  }
  const what = "a chain of 50 steps, type-checked, compiler start and all";
  figures.push(figure("S10 types", what, "s", { must: 2, aim: 1, less: true }, typeChecks(rounds)));
  return figures;
}

/** Seconds that the compiler takes. */
function typeChecks(rounds: number): number[] {
  const root = resolve(import.meta.dirname, "../..");
  const place = mkdtempSync(join(root, "bench/.types-"));
  try {
    const links = Array.from(
      { length: 50 },
      (_, i) => `  .then("step${i}", ({ input }) => ({ ...input, n${i}: input.n + ${i} }))`,
    );
    const chain = [
      'import { flow } from "holdpoint";',
      'import { z } from "zod";',
      'const made = flow("long", { input: z.object({ n: z.number() }) })',
      ...links,
      "  .map(({ n49 }, { step25 }) => n49 + step25.n25)",
      "  .build();",
      'export const typed: number | undefined = made["~types"]?.out;',
    ];
    writeFileSync(join(place, "chain.ts"), chain.join("\n"));
    const compilerOptions = { noEmit: true, composite: false, declaration: false, emitDeclarationOnly: false };
    writeFileSync(
      join(place, "tsconfig.json"),
      JSON.stringify({ extends: "../../tsconfig.base.json", compilerOptions, include: ["chain.ts"] }),
    );
    return Array.from({ length: rounds }, () => {
      const began = performance.now();
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", place], { encoding: "utf8" });
      if (status !== 0) throw new Error(stdout);
      return (performance.now() - began) / 1000;
    });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
