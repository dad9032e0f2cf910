import { expect, test } from "vitest";
import { z } from "zod";
import { readExportedRun } from "../journal/exported-run.ts";
import { verifyRun } from "../journal/verify.ts";
import { memoryStore } from "../store/index.ts";
import { workflow } from "../workflow/definition.ts";
import { createEngine, type ObservedRun } from "./engine.ts";

const work = workflow({ name: "work", input: z.object({ size: z.number() }) }, async (ctx, { size }) => {
  const text = await ctx.step("make", () => "x".repeat(size));
  const { approved } = await ctx.approve("ok?", { title: "Go on?" });
  return { length: text.length, approved };
});

test("an exported run read back has a chain that verifies, large values included", async () => {
  const engine = createEngine({ store: memoryStore(), workflows: [work] });
  await engine.start();
  const run = await engine.run(work, { size: 400_000 });
  await engine.decide(await run.hold("ok?", { timeout: "60s" }), { approved: true }, { by: "ana" });
  await run.result({ timeout: "60s" });
  const exported = await engine.export(run.id);
  const text = JSON.stringify(exported);
  const [generation] = readExportedRun(text);
  expect(generation?.chunks.length).toBeGreaterThan(1);
  expect(verifyRun(generation!)).toMatchObject({ verdict: "intact", problems: [] });
  expect(exported.generations[0]?.holds[0]).toMatchObject({ status: "decided", decidedBy: "ana" });
  expect(exported.generations[0]?.holds[0]?.events.map((event) => event.action)).toEqual(["opened", "decided"]);

  const edited = readExportedRun(text.replace('"key":"step:make#1"', '"key":"step:fake#1"'));
  expect(verifyRun(edited[0]!).verdict).toBe("broken");
  expect(() => readExportedRun("{}")).toThrow("is not a file made by `holdpoint export RUN`");
  await engine.stop();
});

test("an observer hears of every run that was written to, and reads on from where it was", async () => {
  const engine = createEngine({ store: memoryStore(), workflows: [work] });
  const seen: ObservedRun[] = [];
  const stop = engine.observe((run) => seen.push(run));
  await engine.start();
  const run = await engine.run(work, { size: 1 }, { id: "one" });
  await run.hold("ok?", { timeout: "60s" });
  expect(seen[0]).toMatchObject({ id: "one", workflow: "work", version: 1 });
  const before = await run.journal();
  stop();
  seen.length = 0;
  await engine.decide(await run.hold("ok?"), { approved: true }, { by: "ana" });
  await run.result({ timeout: "60s" });
  expect(seen).toEqual([]);
  const after = await run.journal({ after: before.at(-1)!.seq });
  expect(after.map((event) => event.type)).toEqual(["mail.decision", "run.settled"]);
  await engine.stop();
});

test("workers lists who is alive, and nobody once they have stopped", async () => {
  const store = memoryStore();
  const engine = createEngine({ store, workflows: [work] });
  expect(await engine.workers()).toEqual([]);
  await engine.start();
  const other = createEngine({ store, workflows: [] });
  expect(await other.workers()).toMatchObject([
    { pid: process.pid, here: true, capabilities: [{ workflow: "work", version: 1 }] },
  ]);
  const gone = createEngine({
    store,
    workflows: [],
    process: { ...(await identityOf(other)), isAlive: () => false },
  });
  expect(await gone.workers()).toEqual([]);
  await engine.stop();
  expect(await createEngine({ store, workflows: [] }).workers()).toEqual([]);
});

async function identityOf(engine: ReturnType<typeof createEngine>) {
  const [worker] = await engine.workers();
  const { bootId } = (await import("./identity.ts")).thisProcess();
  return { host: worker!.host, bootId, pid: worker!.pid };
}
