import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createEngine } from "../engine/engine.ts";
import type { EngineOptions } from "../engine/options.ts";
import type { HoldRequest } from "../workflow/context.ts";
import { workflow } from "../workflow/definition.ts";
import type { AskedQuestion } from "../workflow/hold.ts";
import { disciplines, World } from "./world.fixture.ts";

type OnQuestion = (question: AskedQuestion, order: string) => string | null | Promise<string | null>;

describe.each(disciplines)("a run that answers what reviewers ask (%s)", (discipline) => {
  let world: World;
  afterEach(() => world.stop());

  const deciding = (onQuestion: OnQuestion) =>
    workflow({ name: "payout", input: z.object({ order: z.string() }) }, async (ctx, { order }) => {
      const number = await ctx.step("load", () => world.did("load", `${order}-17`));
      const request: HoldRequest<z.ZodObject<{ account: z.ZodString }>> = {
        title: "Which account?",
        form: z.object({ account: z.string() }),
        reviewers: { people: ["ana", "ben"], pauseWhileAsking: "2d" },
        deadline: [{ after: "1d", expire: true }],
        onQuestion: (question) => onQuestion(question, number),
      };
      return (await ctx.hold("sign", request)).value;
    });
  const begin = async (onQuestion: OnQuestion, options: Partial<EngineOptions> = {}) => {
    const flow = deciding(onQuestion);
    world = new World([flow], { discipline, ...options });
    const run = await world.begin(flow, { order: "A" }, { by: "rita" });
    const hold = await world.clock.until(run.hold("sign"));
    const ask = async (text: string) => {
      await world.clock.until(world.engine.holds.ask(hold, text, { by: "ana" }));
      await world.clock.advance(0);
      return world.engine.hold(hold.id);
    };
    return { run, hold, ask };
  };

  test("its code answers with what it had in hand; the answer is evidence, and the clock goes on", async () => {
    const { run, hold, ask } = await begin(({ n, text, by, holdId }, number) => {
      expect([n, by, holdId.startsWith("h_")]).toEqual([1, "ana", true]);
      return `${text} ${number}`;
    });
    const after = await ask("Which invoice?");
    expect(after.progress.questions).toMatchObject([
      { n: 1, text: "Which invoice?", answer: { by: null, text: "Which invoice? A-17", byRun: true } },
    ]);
    expect([after.progress.pausedAt, after.revision]).toEqual([null, hold.revision + 1]);
    expect(after.dueAt).toEqual(hold.dueAt);
    await expect(world.clock.until(world.engine.decide(hold, { account: "1" }, { by: "ben" }))).rejects.toThrow(
      "has changed since it was read (answers.0)",
    );
    await world.clock.until(world.engine.decide(after, { account: "1" }, { by: "ben" }));
    expect(await world.result(run)).toEqual({ account: "1" });
    expect(world.count("load")).toBe(1);
    const events = await world.store.holdEvents("default", hold.id);
    expect(events.map(({ action, actor, channel, address }) => [action, actor, channel, address])).toEqual([
      ["opened", null, "engine", null],
      ["asked", "ana", "api", null],
      ["run-asked", null, "run", run.id],
      ["answered-question", null, "run", run.id],
      ["voted", "ben", "api", null],
      ["decided", "ben", "api", null],
    ]);
    await world.check(run);
    expect(await world.keptResult(run)).toEqual({ account: "1" });
  });

  test("what it does not know is left to whoever started the run", async () => {
    const { run, hold, ask } = await begin(() => null);
    expect((await ask("Who called?")).progress.questions[0]).toMatchObject({ answer: null });
    await world.clock.until(world.engine.holds.answer(hold, 1, "the shop", { by: "rita" }));
    const [question] = (await world.engine.hold(hold.id)).progress.questions;
    expect(question).toMatchObject({ answer: { by: "rita", text: "the shop" } });
    await world.check(run);
  });

  test("a failure is tried again, three times in all; then it is people's", async () => {
    let tries = 0;
    const { hold, ask } = await begin(() => {
      tries++;
      throw new Error("the model is down");
    });
    await ask("Which invoice?");
    await world.clock.advance(60_000);
    expect(tries).toBe(3);
    const [question] = (await world.engine.hold(hold.id)).progress.questions;
    expect([question?.answer, question?.run]).toEqual([null, undefined]);
    const events = await world.store.holdEvents("default", hold.id);
    expect(events.map(({ action }) => action).slice(2)).toEqual([
      ...["run-asked", "run-answer-failed", "run-asked", "run-answer-failed", "run-asked", "left-to-people"],
    ]);
  });

  test("one that hangs is given up after five minutes; a decision meanwhile waits for nothing", async () => {
    const signals: AbortSignal[] = [];
    const { run, hold, ask } = await begin(({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    await ask("Which invoice?");
    await world.clock.advance(5 * 60_000);
    expect(signals[0]?.aborted).toBe(true);
    await world.clock.until(world.engine.decide(hold, { account: "2" }, { by: "ben" }));
    expect(await world.result(run)).toEqual({ account: "2" });
  });
});

test("it does nothing to its run: what it calls of ctx fails, and nothing is recorded", async () => {
  const flow = workflow({ name: "payout" }, (ctx) =>
    ctx.approve("sign", { title: "Pay?", onQuestion: () => ctx.step("look it up", () => world.did("looked", "so")) }),
  );
  const world = new World([flow]);
  const run = await world.begin(flow, undefined, { by: "rita" });
  const hold = await world.clock.until(run.hold("sign"));
  await world.clock.until(world.engine.holds.ask(hold, "why?", { by: "ana" }));
  await world.clock.advance(60_000);
  expect(world.effects).toEqual([]);
  expect((await world.engine.hold(hold.id)).progress.questions[0]?.run).toBeUndefined();
  await world.clock.until(world.engine.decide(hold, { approved: true }, { by: "ana" }));
  await world.result(run);
  await world.check(run);
  await world.stop();
});

test("nobody's code took it for a minute: people are to answer", async () => {
  const flow = workflow({ name: "payout" }, (ctx) => ctx.approve("sign", { title: "Pay?", onQuestion: () => "so" }));
  const world = new World([flow]);
  const run = await world.begin(flow, undefined, { by: "rita" });
  const hold = await world.clock.until(run.hold("sign"));
  await world.clock.until(world.engine.stop());
  const elsewhere = createEngine({ store: world.store, workflows: [], clock: world.clock, lease: "3650d" });
  await elsewhere.start();
  await world.clock.until(elsewhere.holds.ask(hold, "why?", { by: "ana" }));
  await world.clock.advance(30_000);
  expect((await elsewhere.hold(hold.id)).progress.questions[0]?.run).toBeDefined();
  await world.clock.advance(45_000);
  expect((await elsewhere.hold(hold.id)).progress.questions[0]?.run).toBeUndefined();
  await world.clock.until(elsewhere.stop());
});

test("what answers questions is a function", async () => {
  const flow = workflow({ name: "payout" }, (ctx) => ctx.approve("sign", { title: "Pay?", onQuestion: "so" as never }));
  const world = new World([flow]);
  const run = await world.begin(flow, undefined);
  expect((await world.failure(run)).message).toContain("onQuestion: must be a function");
  await world.stop();
});
