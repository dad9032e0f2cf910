import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { memoryStore } from "../store/index.ts";
import { type AnyWorkflow, workflow } from "../workflow/definition.ts";
import { quietLog, reaches } from "./deployments.fixture.ts";
import { createEngine, type Engine } from "./engine.ts";

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});

async function working(...workflows: AnyWorkflow[]): Promise<Engine> {
  const engine = createEngine({ store: memoryStore(), workflows, log: quietLog });
  engines.push(engine);
  await engine.start();
  return engine;
}

const letter = (version: number): AnyWorkflow =>
  workflow({ name: "letter", version }, async (ctx) => {
    await ctx.signal("go", z.unknown());
    return `v${version}`;
  });

test("a workflow registered at work is started at once, and each run stays on the version it began with", async () => {
  const engine = await working();
  await expect(engine.run("letter", undefined)).rejects.toThrow('no workflow "letter"');
  engine.register(letter(1));
  const first = await engine.run("letter", undefined, { id: "first" });
  await reaches(engine, "first", "parked");
  engine.register(letter(2));
  const second = await engine.run("letter", undefined, { id: "second" });
  for (const run of [first, second]) await run.signal("go");
  expect([await first.result(), await second.result()]).toEqual(["v1", "v2"]);
  expect(() => engine.register(letter(2))).toThrow("version 2 is registered twice");
});

test("a retired workflow begins no run, ends those it has, and is back with its next version", async () => {
  const engine = await working(letter(1));
  const run = await engine.run("letter", undefined, { id: "first" });
  await reaches(engine, "first", "parked");
  engine.retire("letter");
  await expect(engine.run("letter", undefined)).rejects.toThrow("it was retired: its runs go on");
  const daily = { id: "daily", workflow: "letter", when: { every: "1d" } } as const;
  await expect(engine.schedules.create(daily)).rejects.toThrow("it was retired");
  await run.signal("go");
  expect(await run.result()).toBe("v1");
  engine.register(letter(2));
  const again = await engine.run("letter", undefined, { id: "again" });
  await again.signal("go");
  expect(await again.result()).toBe("v2");
});

test("a run that another process left is taken over once its workflow is registered", async () => {
  const store = memoryStore();
  const other = createEngine({ store, workflows: [letter(3)], log: quietLog });
  await other.run("letter", undefined, { id: "left" });
  const engine = createEngine({ store, workflows: [], log: quietLog });
  engines.push(engine);
  await engine.start();
  expect((await (await engine.get("left")).describe()).status).toBe("ready");
  engine.register(letter(3));
  const run = await engine.get("left");
  await run.signal("go");
  expect(await run.result()).toBe("v3");
});
