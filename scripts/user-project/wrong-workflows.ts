// A user's program: workflows that no replay could repeat. Prints, for each, the place that is complained about.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createEngine, HoldpointError, memoryStore, type WorkflowContext, workflow } from "holdpoint";

const wrong: Record<string, (ctx: WorkflowContext) => Promise<unknown>> = {
  clock: async () => Date.now(),
  uuid: async () => randomUUID(),
  timer: async () => new Promise((done) => setTimeout(done, 1)),
  file: async () => readFile("package.json", "utf8"),
};

const flows = Object.entries(wrong).map(([name, code]) =>
  workflow({ name }, async (ctx) => {
    // What the engine does for it, and what a step does, are not complained about.
    await ctx.step("before", () => Date.now(), { timeout: "5s" });
    await ctx.all({ slept: () => ctx.sleep(1), drawn: async () => [ctx.now(), ctx.random(), ctx.uuid()] });
    return code(ctx);
  }),
);
const engine = createEngine({ store: memoryStore(), workflows: flows, determinism: "error" });
await engine.start();
for (const flow of flows) {
  const run = await engine.run(flow, undefined);
  const reason: unknown = await run.result({ timeout: "10s" }).catch((error: unknown) => error);
  const cause = reason instanceof Error ? reason.cause : undefined;
  const where = cause instanceof HoldpointError ? cause.details.where : String(reason);
  console.log(`${flow.name}\t${where}`);
}
await engine.stop();
