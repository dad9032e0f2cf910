import assert from "node:assert";
import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { Reviewers } from "../hold/reviewers.ts";
import { checkTriggers, firedTriggers, type HoldFacts, type HoldTrigger } from "../hold/triggers.ts";
import { workflow } from "../workflow/definition.ts";
import { disciplines, World } from "./world.fixture.ts";

const stranger = { action: false, arguments: false, chance: 0.5 };
const friend = { action: true, arguments: true, chance: 0.5 };

describe("triggers", () => {
  test.each<[HoldTrigger, HoldFacts, string | null]>([
    [{ confidenceBelow: 0.8 }, { confidence: 0.62 }, "confidence 0.62 is below 0.8"],
    [{ confidenceBelow: 0.8 }, { confidence: 0.8 }, null],
    [{ confidenceBelow: 0.8 }, {}, "nobody said the confidence, which must not be below 0.8"],
    [{ confidenceBelow: 0.8 }, { confidence: Number.NaN }, "nobody said the confidence, which must not be below 0.8"],
    [{ costAbove: 2 }, { cost: 2.5 }, "cost 2.5 is above 2"],
    [{ costAbove: 2 }, { cost: 2 }, null],
    [{ tokensAbove: 100 }, { tokens: 101 }, "tokens 101 is above 100"],
    [{ amountAbove: 50 }, { amount: 51 }, "amount 51 is above 50"],
    [{ afterError: true }, { error: "no answer" }, "what led here failed: no answer"],
    [{ afterError: true }, {}, null],
    [{ sample: 0.6 }, {}, "chosen by chance, to look at"],
    [{ sample: 0.5 }, {}, null],
    [{ when: ({ country }) => country === "XX", says: "an unknown country" }, { country: "XX" }, "an unknown country"],
    [{ when: ({ country }) => country === "XX", says: "an unknown country" }, { country: "DE" }, null],
    [{ when: () => assert.fail("no idea") as never, says: "unclear" }, {}, "unclear (could not be told: no idea)"],
  ])("%j on %j: %s", (trigger, facts, says) => {
    expect(firedTriggers([trigger], facts, friend).map((one) => one.says)).toEqual(says === null ? [] : [says]);
  });

  test("a trigger of one's own shows what it was set to and the facts it looked at", () => {
    const trigger = { when: () => true, says: "far away", rule: "distance", limit: 5, shows: ["km", "road"] };
    expect(firedTriggers([trigger], { km: 7, cost: 1 }, friend)).toEqual([
      { rule: "distance", limit: 5, value: { km: 7, road: null }, says: "far away" },
    ]);
  });

  test("what was never approved fires, what was does not", () => {
    const triggers: HoldTrigger[] = [{ firstTime: true }, { novelArguments: true }];
    expect(firedTriggers(triggers, {}, stranger).map(({ rule }) => rule)).toEqual(["firstTime", "novelArguments"]);
    expect(firedTriggers(triggers, {}, friend)).toEqual([]);
  });

  test.each([
    [[], "holdWhen"],
    [[{ confidenceBelow: 2 }], "holdWhen.0.confidenceBelow"],
    [[{ amountAbove: 1, costAbove: 2 }], "holdWhen.0"],
    [[{ sometimes: true }], "holdWhen.0.sometimes"],
    [[{ firstTime: false }], "holdWhen.0.firstTime"],
    [[{ when: (): boolean => true }], "holdWhen.0"],
    [[{ when: (): boolean => true, says: "so", amountAbove: 1 }], "holdWhen.0"],
    [[{ cel: "amount > 1" }], "holdWhen.0.cel"],
  ])("%j is refused by name", (triggers, path) => {
    expect(checkTriggers(triggers, "holdWhen").map((issue) => issue.path)).toEqual([path]);
  });
});

describe.each(disciplines)("a gate in a run (%s)", (discipline) => {
  let world: World;
  afterEach(() => world.stop());

  const Input = z.object({ confidence: z.number().optional(), to: z.string().default("a") });
  const gated = (holdWhen: readonly HoldTrigger[], reviewers?: Reviewers) =>
    workflow({ name: "sending", input: Input }, async (ctx, { confidence, to }) => {
      const { approved, by, automatic, args } = await ctx.approve("send", {
        title: "Send?",
        holdWhen,
        facts: confidence === undefined ? {} : { confidence },
        ...(reviewers ? { reviewers } : {}),
        action: { name: "mail", arguments: { to }, schema: z.object({ to: z.string() }) },
      });
      await ctx.step("act", () => world.did(`${approved} ${by} ${args?.to}`));
      return { approved, by, automatic: automatic ?? false, to: args?.to };
    });
  const opened = async (flow: ReturnType<typeof gated>) => {
    world = new World([flow], { discipline });
    await world.engine.start();
    return (input: z.input<typeof Input>) => world.begin(flow, input as never);
  };

  test("nobody is asked when nothing fires; the hold shows what fired", async () => {
    const begin = await opened(gated([{ confidenceBelow: 0.8 }]));
    const sure = await begin({ confidence: 0.9 });
    expect(await world.result(sure)).toEqual({ approved: true, by: null, automatic: true, to: "a" });
    expect(await world.clock.until(sure.holds())).toEqual([]);
    await world.check(sure);
    const unsure = await begin({ confidence: 0.3 });
    const hold = await world.clock.until(unsure.hold("send"));
    expect(hold.facts).toEqual({ confidence: 0.3 });
    expect(hold.fired).toEqual([
      { rule: "confidenceBelow", limit: 0.8, value: 0.3, says: "confidence 0.3 is below 0.8" },
    ]);
    await world.clock.until(world.engine.decide(hold, { approved: true }, { by: "ana" }));
    expect(await world.result(unsure)).toEqual({ approved: true, by: "ana", automatic: false, to: "a" });
    await world.check(unsure);
    expect(await world.keptResult(unsure)).toMatchObject({ by: "ana" });
  });

  test("what a person approved once passes by itself; with other arguments it does not", async () => {
    const begin = await opened(gated([{ novelArguments: true }]));
    const first = await begin({ to: "x" });
    const hold = await world.clock.until(first.hold("send"));
    await world.clock.until(world.engine.decide(hold, { approved: true, args: { to: "y" } }, { by: "ana" }));
    expect(await world.result(first)).toMatchObject({ to: "y" });
    expect(await world.result(await begin({ to: "y" }))).toMatchObject({ automatic: true });
    // It was proposed, and not what was approved.
    const again = await begin({ to: "x" });
    const second = await world.clock.until(again.hold("send"));
    await world.clock.until(world.engine.decide(second, { approved: false }, { by: "ana" }));
    expect(await world.result(again)).toMatchObject({ approved: false });
    expect((await world.clock.until((await begin({ to: "x" })).holds())).map(({ status }) => status)).toEqual(["open"]);
    await world.check(first);
  });

  test.each([
    ["whoever comes", undefined],
    ["people whose votes count", { people: ["ana", "ben"], exclude: ["ben"] }],
  ])("the answers of %s teach, and changed triggers are tried on what has passed", async (_, reviewers) => {
    const begin = await opened(gated([{ confidenceBelow: 0.8 }], reviewers));
    const answers = [
      { approved: true },
      { approved: true },
      { approved: false },
      { approved: true, args: { to: "b" } },
    ];
    for (const [index, answer] of answers.entries()) {
      const run = await begin({ confidence: 0.5 + index / 20 });
      await world.clock.until(world.engine.decide(await world.clock.until(run.hold("send")), answer, { by: "ana" }));
      await world.result(run);
    }
    await world.result(await begin({ confidence: 0.95 }));
    const { holds } = world.engine;
    const pages = vi.spyOn(world.store, "holds");
    const events = vi.spyOn(world.store, "holdEvents");
    expect(await world.clock.until(holds.lessons({ workflow: "sending" }))).toEqual([
      { rule: "confidenceBelow", decided: 4, unchanged: 2, edited: 1, rejected: 1 },
    ]);
    // The rows tell it all: a screen that shows this reads a page, not each hold.
    expect([pages.mock.calls.length, events.mock.calls.length]).toEqual([1, 0]);
    const tried = (holdWhen: readonly HoldTrigger[]) =>
      world.clock.until(holds.dryRun({ workflow: "sending", name: "send", holdWhen }));
    expect(await tried([{ confidenceBelow: 0.6 }])).toMatchObject({ looked: 5, held: { before: 4, after: 2 } });
    const { held, changes } = await tried([{ confidenceBelow: 0.99 }]);
    expect(held).toEqual({ before: 4, after: 5 });
    expect(changes).toMatchObject([{ before: [], after: [{ value: 0.95 }] }]);
    await expect(tried([{ sample: 2 }])).rejects.toThrow("dryRun.holdWhen.0.sample: must be a number from 0 to 1");
  });

  test("an edit that another person approved was an edit, and a vote for what was proposed is none", async () => {
    const begin = await opened(gated([{ confidenceBelow: 0.8 }], { people: ["ana", "ben"], quorum: 2 }));
    for (const first of [{ approved: true, args: { to: "b" } }, { approved: true }]) {
      const run = await begin({ confidence: 0.5 });
      const hold = await world.clock.until(run.hold("send"));
      await world.clock.until(world.engine.decide(hold, first, { by: "ana" }));
      await world.clock.until(
        world.engine.decide(await world.clock.until(run.hold("send")), { approved: true }, { by: "ben" }),
      );
      await world.result(run);
    }
    const events = vi.spyOn(world.store, "holdEvents");
    expect(await world.clock.until(world.engine.holds.lessons({ workflow: "sending" }))).toEqual([
      { rule: "confidenceBelow", decided: 2, unchanged: 1, edited: 1, rejected: 0 },
    ]);
    expect(events).not.toHaveBeenCalled();
  });
});
