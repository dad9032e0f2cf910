import { appendFileSync } from "node:fs";
import { createEngine, sqlite, workflow } from "holdpoint";

/** The process that S6 kills: 2,000 runs in flight, each with a few quick steps done and a slow one running. */
const [file, ledger, mode] = process.argv.slice(2);
if (!file || !ledger) throw new Error("usage: s6-worker DATABASE LEDGER start|again");

const note = (text: string): void => appendFileSync(ledger, `${text}\n`);

export const crashed = workflow({ name: "crashed" }, async (ctx) => {
  for (let i = 0; i < 3; i++) await ctx.step("quick", () => note(`${ctx.run.id} quick${i}`));
  await ctx.step("slow", async ({ signal }) => {
    note(`${ctx.run.id} slow`);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, mode === "start" ? 60_000 : 10);
      signal.addEventListener("abort", () => clearTimeout(timer));
    });
  });
});

const engine = createEngine({ store: sqlite(file), workflows: [crashed], concurrency: 2000, determinism: "off" });
if (mode === "start") {
  await engine.start();
  await Promise.all(Array.from({ length: 2000 }, (_, i) => engine.run(crashed, undefined, { id: `run-${i}` })));
} else {
  const began = performance.now();
  await engine.start();
  const running = async (): Promise<number> => (await engine.runs({ status: ["ready"] }, { limit: 1 })).items.length;
  // Claimed means: none waits for a worker any more, and every one has been seen by this one.
  while ((await running()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  process.send?.({ claimedMs: performance.now() - began });
  await Promise.all(Array.from({ length: 2000 }, async (_, i) => (await engine.get(`run-${i}`)).result()));
  await engine.stop();
}
