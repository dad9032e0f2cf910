import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { createEngine } from "../engine/engine.ts";
import type { EngineOptions } from "../engine/options.ts";
import { HoldConflictError, HoldExpiredError, NotAllowedError } from "../errors.ts";
import type { ApproveRequest } from "../workflow/context.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { workflow } from "../workflow/definition.ts";
import { disciplines, World } from "./world.fixture.ts";

let world: World;
const open = (workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}): World => {
  world = new World(workflows, options);
  return world;
};
afterEach(() => world.stop());

const approving = (request: ApproveRequest) =>
  workflow({ name: "approving" }, async (ctx) => ctx.approve("sign", request));

describe.each(disciplines)("a hold, %s", (discipline) => {
  test("an approval is given back with who, when, note and option", async () => {
    const flow = approving({
      title: "Pay 7?",
      consequence: "7 is paid",
      context: { amount: 7n, at: new Date(0) },
      options: ["all", { value: "half", outcome: "approved" }, { value: "none", outcome: "rejected" }],
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("sign"));
    expect(hold).toMatchObject({
      kind: "approval",
      severity: "medium",
      consequence: "7 is paid",
      context: { amount: 7n, at: new Date(0) },
      revision: 0,
      people: null,
    });
    await world.clock.advance(5000);
    const decided = await world.engine.decide(hold, { approved: true }, { by: "ana", note: "fine", option: "half" });
    expect(decided).toMatchObject({ status: "decided", decidedBy: "ana", decision: { note: "fine", option: "half" } });
    expect(await world.result(run)).toEqual({
      outcome: "approved",
      approved: true,
      by: "ana",
      at: new Date(world.clock.now()),
      note: "fine",
      option: "half",
    });
    expect((await run.describe()).waiting).toBe(null);
    await world.check(run);
  });

  test("a form's answer is parsed before it is recorded, and typed", async () => {
    const form = z.object({ amount: z.coerce.number().min(1), why: z.string().default("no reason") });
    const flow = workflow({ name: "asking" }, async (ctx) => {
      const { value, by } = await ctx.hold("how much", { title: "How much?", form });
      expectTypeOf(value).toEqualTypeOf<{ amount: number; why: string }>();
      await ctx.sleep("1m");
      return { value, by };
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("how much"));
    expect(hold.kind).toBe("form");
    expect(hold.form).toMatchObject({ type: "object", required: ["amount"] });
    await expect(world.engine.decide(hold, { amount: 0 })).rejects.toThrow(/^answer to hold "how much"\.amount: /);
    await world.engine.decide(hold, { amount: "12" }, { by: "ana" });
    expect(await world.result(run)).toEqual({ value: { amount: 12, why: "no reason" }, by: "ana" });
    await world.check(run);
  });

  test("the same answer again is no error, another is a conflict that names the winner", async () => {
    const form = z.object({ n: z.coerce.number() });
    const flow = workflow({ name: "asking" }, async (ctx) => (await ctx.hold("n", { title: "n?", form })).value.n);
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("n"));
    await world.engine.decide(hold, { n: "4" }, { by: "ana" });
    expect(await world.result(run)).toBe(4);
    expect(await world.engine.decide(hold, { n: "4" }, { by: "ana" })).toMatchObject({ status: "decided" });
    expect(await world.engine.decide(hold.id, { n: 4 }, { by: "ana" })).toMatchObject({ decidedBy: "ana" });
    for (const [answer, by] of [
      [{ n: 5 }, "ana"],
      [{ n: "4" }, "eve"],
    ] as const) {
      const error = await world.engine.decide(hold, answer, { by }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(HoldConflictError);
      expect((error as Error).message).toBe(
        `"n?" was already decided by "ana" at ${new Date(world.clock.now()).toISOString()}`,
      );
    }
    expect((await world.engine.holdEvents(hold.id)).map(({ action }) => action)).toEqual(["opened", "decided"]);
  });

  test("a deadline that decides, and a decision in time that wins", async () => {
    const flow = approving({
      title: "Pay?",
      options: [{ value: "later", outcome: "rejected" }],
      deadline: [{ after: "1d", decide: { approved: false, note: "nobody answered", option: "later" } }],
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const late = await world.begin(flow, undefined);
    const hold = await world.clock.until(late.hold("sign"));
    expect(hold.dueAt).toEqual(new Date(hold.openedAt.getTime() + 86_400_000));
    await world.clock.advance(86_399_000);
    await world.engine.decide(hold, { approved: true }, { by: "ana" });
    expect(await world.result(late)).toMatchObject({ approved: true, by: "ana" });
    expect(await world.result(run)).toMatchObject({
      outcome: "rejected",
      by: null,
      note: "nobody answered",
      option: "later",
    });
    const [expired] = await run.holds();
    expect(expired).toMatchObject({ status: "decided", decidedBy: null, decision: { channel: "deadline" } });
    await world.check(run);
  });

  test("a deadline that expires throws, and can be caught", async () => {
    const flow = workflow({ name: "asking" }, async (ctx) => {
      try {
        await ctx.approve("sign", { title: "Pay?", deadline: [{ after: "1h", expire: true }] });
      } catch (error) {
        await ctx.sleep("1m");
        return error;
      }
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const error = (await world.result(run)) as HoldExpiredError;
    expect(error).toBeInstanceOf(HoldExpiredError);
    expect(error.message).toBe('hold "sign" expired without an answer');
    expect((await run.holds())[0]?.status).toBe("expired");
    await world.check(run);
  });

  test("a decision committed after the time but before the sweeper came wins", async () => {
    const flow = approving({ title: "Pay?", deadline: [{ after: "1h", decide: { approved: false } }] });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("sign"));
    const { dueHolds } = world.store;
    world.store.dueHolds = async () => [];
    await world.clock.advance(3_600_001);
    await world.engine.decide(hold, { approved: true }, { by: "ana" });
    world.store.dueHolds = dueHolds;
    expect(await world.result(run)).toMatchObject({ approved: true, by: "ana" });
  });

  test("several holds of one name are told apart, and one is decided by its id", async () => {
    const flow = workflow({ name: "asking" }, async (ctx) => {
      const all = await Promise.all([1, 2].map((n) => ctx.approve("sign", { title: `${n}?` })));
      return all.map(({ by }) => by);
    });
    open([flow], { discipline });
    const run = await world.begin(flow, undefined);
    const holds = (await run.holds()).sort((a, b) => a.title.localeCompare(b.title));
    await world.engine.decide(holds[1]?.id ?? "", { approved: true }, { by: "second" });
    await world.clock.settle();
    await world.engine.decide(holds[0]?.id ?? "", { approved: true }, { by: "first" });
    expect(await world.result(run)).toEqual(["first", "second"]);
    await world.check(run);
  });
});

describe("what an author asks", () => {
  const refusal = async (request: object): Promise<string> => {
    const flow = approving(request as ApproveRequest);
    open([flow]);
    const run = await world.begin(flow, undefined);
    const { message } = await world.failure(run);
    await world.stop();
    return message;
  };

  test.each([
    [{ title: "x", quorum: 2 }, /^hold "sign"\.quorum: is not something a hold has in this version/],
    [{ title: "x", remind: "1h" }, /^hold "sign"\.remind: /],
    [{ title: "x", reviewers: { groups: [] } }, /^hold "sign"\.reviewers\.groups: must be a list of at least one name/],
    [{ title: "x", reviewers: { people: ["a"], quorom: 2 } }, /^hold "sign"\.reviewers\.quorom: /],
    [
      { title: "x", reviewers: { people: ["a"], quorum: 2 } },
      /^hold "sign"\.reviewers\.quorum: asks for 2 of 1 people/,
    ],
    [{ title: "x", reviewers: { people: ["a"], veto: 0 } }, /^hold "sign"\.reviewers\.veto: must be "any", "none" or/],
    [{ title: "x", reviewers: { need: [{ count: 2 }] } }, /^hold "sign"\.reviewers\.need\.0: must be a `group`/],
    [{ title: "x", reviewers: { stages: [] } }, /^hold "sign"\.reviewers\.stages: must be a list of at least one/],
    [
      { title: "x", reviewers: { people: ["a"], stages: [{ people: ["a"] }] } },
      /^hold "sign"\.reviewers\.people: stands in each of `stages` instead/,
    ],
    [
      { title: "x", deadline: [{ after: "1h", escalate: { people: ["a"], quorum: 2 } }] },
      /^hold "sign"\.deadline\.0\.escalate\.quorum: must be a whole number from 1, and goes with `replace: true`/,
    ],
    [
      { title: "x", calendar: { timeZone: "Mars/Base" } },
      /^hold "sign"\.calendar\.timeZone: "Mars\/Base" is no time zone/,
    ],
    [{ title: "x", attachments: [{ name: "a", sha256: "12" }] }, /^hold "sign"\.attachments: must be a list of/],
    [{ title: "x", action: { name: "send" } }, /^hold "sign"\.action: must have a `name` and its `arguments`/],
    [{ title: "x", reviewers: { people: [] } }, /^hold "sign"\.reviewers\.people: must be a list of at least one name/],
    [
      { title: "x", deadline: [{ after: "1h", remind: true, expire: true }] },
      /^hold "sign"\.deadline\.0: must have exactly one of/,
    ],
    [{ title: "x", deadline: [{ after: "1h", escalate: {} }] }, /^hold "sign"\.deadline\.0\.escalate\.people: /],
    [{ title: "x", deadline: [{ expire: true }] }, /^hold "sign"\.deadline\.0\.after: is missing/],
    [
      { title: "x", deadline: [{ after: "soon", expire: true }] },
      /^hold "sign" deadline\.0\.after: "soon" is not a duration/,
    ],
    [
      { title: "x", deadline: [{ after: "1h", decide: { approved: "yes" } }] },
      /deadline\.0\.decide\.approved: must be true or false/,
    ],
    [
      { title: "x", options: ["a"], deadline: [{ after: "1h", decide: { approved: true, option: "b" } }] },
      /deadline\.0\.decide\.option: "b" is not one of a/,
    ],
    [
      {
        title: "x",
        options: [{ value: "a", outcome: "rejected" }],
        deadline: [{ after: "1h", decide: { approved: true, option: "a" } }],
      },
      /deadline\.0\.decide\.option: "a" means rejected/,
    ],
    [
      { title: "x", options: [{ value: "a", outcome: "approve" }] },
      /^hold "sign"\.options\.0\.outcome: must be "approved" or "rejected"/,
    ],
    [
      { title: "x", options: [{ value: "a", outcome: "approved", colour: "red" }] },
      /^hold "sign"\.options\.0\.colour: /,
    ],
    [{ title: "x", options: ["a", "a"] }, /^hold "sign"\.options\.1: "a" is there twice/],
    [{ title: "x", form: z.string() }, /^hold "sign"\.form: /],
    [{ title: "x", severity: "urgent" }, /^hold "sign"\.severity: "urgent" must be one of low, medium, high, critical/],
    [{ title: "  " }, /^hold "sign"\.title: must say what is to be decided/],
    [{ title: "x", context: { run: () => 1 } }, /at context\.run: is a function/],
  ])("%j is refused by name", async (request, message) => {
    expect(await refusal(request)).toMatch(message);
  });

  test("types refuse what this version does not have", () => {
    expectTypeOf<ApproveRequest>().not.toHaveProperty("quorum");
    expectTypeOf<ApproveRequest>().not.toHaveProperty("remind");
  });

  test("a form that cannot say its JSON Schema needs one beside it", async () => {
    const form = {
      "~standard": {
        version: 1 as const,
        vendor: "own",
        validate: (value: unknown) =>
          value === 7 ? { value: "seven" } : { issues: [{ message: "must be seven", path: [] }] },
        types: undefined as unknown as { input: number; output: string },
      },
    };
    const bare = workflow({ name: "bare" }, async (ctx) => ctx.hold("n", { title: "n?", form }));
    const said = workflow({ name: "said" }, async (ctx) =>
      ctx.hold("n", { title: "n?", form, jsonSchema: { type: "number" } }),
    );
    open([bare, said]);
    expect((await world.failure(await world.begin(bare, undefined))).message).toMatch(
      /form: cannot say its JSON Schema/,
    );
    const run = await world.begin(said, undefined);
    const hold = await world.clock.until(run.hold("n"));
    expect(hold.form).toEqual({ type: "number" });
    await expect(world.engine.decide(hold, 8)).rejects.toThrow(/must be seven/);
    await world.engine.decide(hold, 7);
    expect((await world.result(run)).value).toBe("seven");
  });

  test("a deadline's own answer must fit the form", async () => {
    const flow = workflow({ name: "asking" }, async (ctx) =>
      ctx.hold("n", { title: "n?", form: z.number(), deadline: [{ after: "1h", decide: "four" as never }] }),
    );
    open([flow]);
    expect((await world.failure(await world.begin(flow, undefined))).message).toMatch(/^answer to hold "n": /);
  });
});

describe("who decides, and on what", () => {
  test("only the people named; the refusal says who may", async () => {
    const flow = approving({ title: "Pay?", reviewers: { people: ["ana", "ben"] } });
    open([flow]);
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("sign"));
    for (const [by, who] of [
      ["eve", '"eve"'],
      [undefined, "somebody unnamed"],
    ] as const) {
      const error = await world.engine.decide(hold, { approved: true }, by ? { by } : {}).catch((one: unknown) => one);
      expect(error).toBeInstanceOf(NotAllowedError);
      expect((error as Error).message).toBe(`${who} may not decide "Pay?"; ana, ben may`);
    }
    await world.engine.decide(hold, { approved: true }, { by: "ben" });
    expect(await world.result(run)).toMatchObject({ by: "ben" });
  });

  test.each(["high", "critical"] as const)("%s: the hold as it was read, never a bare id", async (severity) => {
    const flow = approving({ title: "Pay?", severity, context: { amount: 9 } });
    open([flow]);
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("sign"));
    await expect(world.engine.decide(hold.id, { approved: true })).rejects.toThrow(
      `"Pay?" is ${severity}: pass the hold as it was read, not only its id`,
    );
    await expect(world.engine.decide({ ...hold, revision: 3 }, { approved: true })).rejects.toThrow(
      /has changed since/,
    );
    await expect(world.engine.decide({ ...hold, evidenceHash: "00".repeat(32) }, { approved: true })).rejects.toThrow(
      /has changed since/,
    );
    await world.engine.decide({ id: hold.id, revision: 0, evidenceHash: hold.evidenceHash }, { approved: true });
    expect(await world.result(run)).toMatchObject({ approved: true });
  });

  test("an answer that is none, an unknown option and a contradicting one are refused", async () => {
    const flow = approving({ title: "Pay?", options: [{ value: "no way", outcome: "rejected" }] });
    open([flow]);
    const run = await world.begin(flow, undefined);
    const { id } = await world.clock.until(run.hold("sign"));
    const { engine } = world;
    await expect(engine.decide(id, { approved: "yes" })).rejects.toThrow("answer.approved: must be true or false");
    await expect(engine.decide(id, { approved: true, extra: 1 })).rejects.toThrow(/answer\.extra: /);
    await expect(engine.decide(id, { approved: true }, { option: "x" })).rejects.toThrow('"x" is not one of no way');
    await expect(engine.decide(id, { approved: true }, { option: "no way" })).rejects.toThrow("means rejected");
    await expect(engine.decide("h_nothing", { approved: true })).rejects.toThrow('no hold "h_nothing"');
    expect((await run.holds())[0]?.status).toBe("open");
  });

  test("of two decisions at once one wins", async () => {
    const flow = approving({ title: "Pay?" });
    open([flow]);
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("sign"));
    const both = await Promise.allSettled([
      world.engine.decide(hold, { approved: true }, { by: "ana" }),
      world.engine.decide(hold, { approved: false }, { by: "ben" }),
    ]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(await world.result(run)).toMatchObject({ by: "ana" });
  });
});

describe("a decision by a process without the workflow", () => {
  const form = z.object({ n: z.number() }).refine(({ n }) => n % 2 === 0, "must be even");
  const flow = workflow({ name: "asking" }, async (ctx) => {
    const { value, by } = await ctx.hold("n", {
      title: "n?",
      form,
      deadline: [{ after: "1h", decide: { n: 0 } }],
    });
    await ctx.sleep("1m");
    return `${value.n} by ${by}`;
  });

  test.each(disciplines)("is answered, then accepted by the worker (%s)", async (discipline) => {
    open([flow], { discipline });
    const desk = createEngine({ store: world.store, workflows: [], clock: world.clock });
    const run = await world.begin(flow, undefined);
    const hold = await world.clock.until(run.hold("n"));
    expect((await desk.decide(hold, { n: 4 }, { by: "ana", note: "even" })).status).toBe("answered");
    expect(await world.result(run)).toBe("4 by ana");
    expect((await run.holds())[0]).toMatchObject({ status: "decided", decidedBy: "ana" });
    expect((await world.engine.holdEvents(hold.id)).map(({ action }) => action)).toEqual([
      "opened",
      "answered",
      "accepted",
    ]);
    await world.check(run);
  });

  test.each(disciplines)(
    "is refused and reopened with the reason, and its deadline goes on (%s)",
    async (discipline) => {
      open([flow], { discipline });
      const desk = createEngine({ store: world.store, workflows: [], clock: world.clock });
      const run = await world.begin(flow, undefined);
      const hold = await world.clock.until(run.hold("n"));
      await expect(desk.decide(hold, { n: "four" }, { by: "ana" })).rejects.toThrow(/answer to hold "n"\.n: /);
      await desk.decide(hold, { n: 3 }, { by: "ana" });
      await world.clock.settle();
      await world.clock.settle();
      const again = await world.clock.until(run.hold("n"));
      expect(again.id).toBe(hold.id);
      expect(again.revision).toBeGreaterThan(hold.revision);
      expect(again).toMatchObject({ status: "open", decidedBy: null, decision: null, dueAt: hold.dueAt });
      const trail = await world.store.holdEvents("default", hold.id);
      expect(trail.map(({ action, actor }) => [action, actor])).toEqual([
        ["opened", null],
        ["answered", "ana"],
        ["refused", "ana"],
      ]);
      expect(Buffer.from(trail[2]?.data?.bytes ?? []).toString()).toMatch(/must be even/);
      await world.engine.crash();
      await world.clock.settle();
      if (discipline === "normal") expect(await world.result(run)).toBe("0 by null");
      else {
        await desk.decide(again, { n: 6 }, { by: "ben" });
        expect(await world.result(run)).toBe("6 by ben");
      }
      await world.check(run);
    },
  );
});

test("a hold that stays open while a branch goes on is decided later", async () => {
  const flow = workflow({ name: "asking" }, async (ctx) => {
    const sign = ctx.approve("sign", { title: "x" });
    await ctx.sleep("1h");
    await ctx.step("work", () => world.did("work"));
    return (await sign).by;
  });
  open([flow]);
  const run = await world.begin(flow, undefined);
  const hold = await world.clock.until(run.hold("sign"));
  await world.engine.decide(hold, { approved: true }, { by: "early" });
  await world.engine.crash();
  expect(await world.result(run)).toBe("early");
  await world.check(run);
});

test("every change of a hold is in its trail, with the evidence that was seen", async () => {
  const flow = approving({ title: "Pay?", severity: "high" });
  open([flow]);
  const run = await world.begin(flow, undefined);
  const hold = await world.clock.until(run.hold("sign"));
  await world.engine.decide(hold, { approved: true }, { by: "ana", channel: "console" });
  const trail = await world.store.holdEvents("default", hold.id);
  expect(trail.map(({ actor, channel, action }) => [actor, channel, action])).toEqual([
    [null, "engine", "opened"],
    ["ana", "console", "decided"],
  ]);
  expect(Buffer.from(trail[1]?.evidenceHash ?? []).toString("hex")).toBe(hold.evidenceHash);
});
