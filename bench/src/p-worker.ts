import { createEngine, postgres, workflow } from "holdpoint";

/** The worker process of P3 and P4. Says when it is ready, and of each held run when its next step begins. */
const [url = "", schema = "", listen = "yes"] = process.argv.slice(2);

/** On a clock that all processes of this machine share. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

const short = workflow({ name: "short" }, async (ctx) => {
  for (let i = 0; i < 5; i++) await ctx.step("one", () => i);
});
const held = workflow({ name: "held" }, async (ctx) => {
  await ctx.step("before", () => 1);
  await ctx.approve("go on", { title: "Go on?", severity: "low" });
  await ctx.step("after", () => {
    process.send?.({ began: ctx.run.id, at: now() });
  });
});

const engine = createEngine({
  determinism: "off",
  store: postgres(url, { schema, listen: listen === "yes" }),
  workflows: [short, held],
  concurrency: 50,
});
process.on("disconnect", () => process.exit(0));
process.on("message", (message) => {
  if (message === "stop") void engine.stop().then(() => process.exit(0));
});
await engine.start();
process.send?.({ ready: true });
