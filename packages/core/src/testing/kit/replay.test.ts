import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { DivergedError } from "../../errors.ts";
import { type AnyWorkflow, workflow } from "../../workflow/definition.ts";
import { service } from "../../workflow/service.ts";
import { createTestEngine, type TestEngine, type TestEngineOptions } from "./index.ts";

const engines: TestEngine[] = [];
function testEngine(options: TestEngineOptions): TestEngine {
  const engine = createTestEngine(options);
  engines.push(engine);
  return engine;
}
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});

const input = z.object({ size: z.number() });
const mailer = service<{ send(text: string): string }>("mailer");

const report = workflow({ name: "report", input }, async (ctx, { size }) => {
  const text = await ctx.step("write", () => "x".repeat(size));
  await ctx.sleep("7d");
  const { approved } = await ctx.approve("publish", { title: "Publish?" });
  const mail = ctx.service(mailer);
  if (approved) await ctx.step("send", () => mail.send(text));
  return text.length;
});

const services = [mailer.provide({ send: () => "sent" })];

/** The record of a run of `report`, which has ended or waits for its hold. */
async function recorded(engine: TestEngine, size = 10, ends = true): Promise<string> {
  const run = await engine.run(report, { size });
  if (ends) await engine.answer("publish", { approved: true }, { run });
  else await run.hold("publish");
  if (ends) await run.result();
  return JSON.stringify(await engine.export(run.id));
}

describe("replay", () => {
  test("the code that made a record follows it to its end, executing nothing", async () => {
    const journal = await recorded(testEngine({ workflows: [report], services }));
    const engine = testEngine({ workflows: [], services });
    expect(await engine.replay(journal, report)).toMatchObject({
      recorded: "completed",
      ended: true,
      at: [],
      result: 10,
      recordedResult: 10,
    });
    expect(engine.executed()).toEqual([]);
  });

  test("a waiting run is followed to where it waits", async () => {
    const engine = testEngine({ workflows: [report], services });
    const journal = await recorded(engine, 10, false);
    expect(await engine.replay(JSON.parse(journal), report)).toMatchObject({
      recorded: "parked",
      ended: false,
      at: ["hold:publish#1"],
      result: undefined,
      recordedResult: undefined,
    });
  });

  test("large values are read from the export itself", async () => {
    const journal = await recorded(testEngine({ workflows: [report], services }), 300_000);
    expect(journal).toContain('"ref":true');
    expect(await testEngine({ workflows: [], services }).replay(journal, report)).toMatchObject({ result: 300_000 });
  });

  test("code that asks for something else than was recorded diverges, and is told where", async () => {
    const engine = testEngine({ workflows: [report], services });
    const journal = await recorded(engine);
    const renamed = workflow({ name: "report", version: 2, input }, async (ctx, { size }) => {
      await ctx.step("compose", () => "x".repeat(size));
      await ctx.approve("publish", { title: "Publish?" });
    });
    const failure = await engine.replay(journal, renamed).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DivergedError);
    expect((failure as Error).message).toContain("step:compose#1");
  });

  test("code that does more after the record's end is seen by where it goes on", async () => {
    const engine = testEngine({ workflows: [report], services });
    const journal = await recorded(engine);
    const longer: AnyWorkflow = workflow({ name: "report", input }, async (ctx, given) => {
      const length = await (report.run as (ctx: unknown, input: unknown) => Promise<number>)(ctx, given);
      await ctx.step("archive", () => "done");
      return length;
    });
    expect(await engine.replay(journal, longer)).toMatchObject({ ended: false, at: ["step:archive#1"] });
  });

  test("a run that was continued as new is replayed in all its generations", async () => {
    const counted: number[] = [];
    const counter = workflow({ name: "counter", input: z.number() }, async (ctx, left) => {
      counted.push(left);
      await ctx.step("count", () => left);
      if (left > 0) ctx.continueAsNew(left - 1);
      return "done";
    });
    const engine = testEngine({ workflows: [counter] });
    const run = await engine.run(counter, 2);
    await run.result();
    counted.length = 0;
    const journal = await engine.export(run.id);
    expect(journal.generations).toHaveLength(3);
    expect(await engine.replay(journal, counter)).toMatchObject({ ended: true, result: "done" });
    expect(counted).toEqual([2, 1, 0]);
  });

  test("a failed run is followed to the error it failed with", async () => {
    const failing = workflow({ name: "failing" }, async (ctx) => {
      await ctx.step("try", () => {
        throw new TypeError("no such thing");
      });
    });
    const engine = testEngine({ workflows: [failing] });
    const run = await engine.run(failing, undefined);
    await run.result().catch(() => {});
    const replay = await engine.replay(await engine.export(run.id), failing);
    expect(replay).toMatchObject({ recorded: "failed", ended: true });
    expect(replay.result).toMatchObject({ code: "STEP_FAILED" });
    expect(replay.recordedResult).toMatchObject({ code: "STEP_FAILED" });
  });

  test("what is no export, or one of another workflow, or erased, is refused", async () => {
    const engine = testEngine({ workflows: [report], services });
    await expect(engine.replay("{}", report)).rejects.toThrow("is not a file made by `holdpoint export RUN`");
    const other = workflow({ name: "other" }, async () => {});
    await expect(engine.replay(await recorded(engine), other)).rejects.toThrow(
      'is one of "report", and cannot be replayed with "other"',
    );
    const run = await engine.run(report, { size: 1 }, { id: "gone" });
    await engine.answer("publish", { approved: false });
    await run.result();
    await engine.erase({ run: "gone" });
    await expect(engine.replay(await engine.export("gone"), report)).rejects.toThrow("was erased");
  });
});
