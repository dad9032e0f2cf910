import { memoryStore } from "../store/index.ts";
import { workflow } from "../workflow/definition.ts";
import { createEngine } from "./engine.ts";

/** A process whose workflows leave promises floating in every way; prints what became of each run. Run by `floating.test.ts`. */
const [way] = process.argv.slice(2);
const boom = () => Promise.reject(new Error("boom"));
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const late = workflow({ name: "late" }, async (ctx) => {
  const b = (async () => ctx.step("b", boom))();
  await ctx.step("a", () => soon(30));
  return b.catch(() => "caught late");
});
const never = workflow({ name: "never" }, async (ctx) => {
  void (async () => {
    await ctx.step("b", boom);
  })();
  void ctx.step("c", boom);
  void ctx.all({ a: () => ctx.step("d", boom), b: () => ctx.sleep(5) });
  void ctx.map([1], () => boom());
  void ctx.shield(() => boom());
  void ctx.race({}).then(() => 1);
  await ctx.sleep(60);
  return "done";
});
const inStep = workflow({ name: "inStep" }, async (ctx) =>
  ctx.step("a", async () => {
    void boom();
    void (async () => {
      await soon(5);
      throw new Error("later");
    })();
    await soon(20);
    return "stepped";
  }),
);
const cancelled = workflow({ name: "cancelled" }, async (ctx) => {
  void (async () => {
    await ctx.sleep("1d");
  })();
  await ctx.sleep("1d");
});
const odd = workflow({ name: "odd" }, async (ctx) => {
  await ctx.step("a", () => Promise.reject("only a text"));
});

const warnings: string[] = [];
const silent = (): void => {};
const log = {
  debug: silent,
  info: silent,
  warn: (_fields: object, message: string) => void warnings.push(message),
  error: (_fields: object, message: string) => void warnings.push(`ERROR ${message}`),
};
const engine = createEngine({ store: memoryStore(), workflows: [late, never, inStep, cancelled, odd], log });
await engine.start();
if (way === "foreign") {
  void Promise.reject(new Error("the application's own"));
  await soon(1000);
}
const results: unknown[] = [];
for (const one of [late, never, inStep, odd]) {
  const run = await engine.run(one, undefined);
  results.push(await run.result({ timeout: "60s" }).catch((error: Error) => error.message));
}
const run = await engine.run(cancelled, undefined);
while ((await run.status()) !== "parked") await soon(5);
await run.cancel("stop");
results.push(await run.result({ timeout: "60s" }).catch((error: Error) => (error.cause as Error).message));
await soon(20);
await engine.stop();
process.stdout.write(JSON.stringify({ results, warnings, listeners: process.listenerCount("unhandledRejection") }));
