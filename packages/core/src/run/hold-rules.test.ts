import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { EngineOptions } from "../engine/options.ts";
import type { HoldConflictError } from "../errors.ts";
import { staticDirectory } from "../hold/directory.ts";
import type { ApproveRequest } from "../workflow/context.ts";
import { type AnyWorkflow, workflow } from "../workflow/definition.ts";
import { disciplines, World } from "./world.fixture.ts";

const directory = staticDirectory({
  groups: { finance: ["ana", "ben", "cleo"], "finance-leads": ["zoe"] },
  substitutions: [{ person: "zoe", substitute: "ivo" }],
});
const minute = 60_000;

const approving = (request: ApproveRequest): AnyWorkflow =>
  workflow({ name: "payout" }, (ctx) => ctx.approve("sign", request));

describe.each(disciplines)("rules of a hold in a run (%s)", (discipline) => {
  let world: World;
  afterEach(() => world.stop());

  const begin = async (flow: AnyWorkflow, options: Partial<EngineOptions> = {}) => {
    world = new World([flow], { discipline, directory, ...options });
    const run = await world.begin(flow, undefined, { by: "rita" });
    return { run, hold: await world.clock.until(run.hold("sign")) };
  };
  const decide = (...given: Parameters<World["engine"]["decide"]>) => world.clock.until(world.engine.decide(...given));

  test("two of a group decide on what both have read; the run gets who voted", async () => {
    const { run, hold } = await begin(
      approving({
        title: "Refund?",
        severity: "high",
        reviewers: { groups: ["finance"], quorum: 2, excludeCreator: true },
      }),
    );
    expect(hold.people).toBeNull();
    await expect(decide(hold, { approved: true }, { by: "rita" })).rejects.toThrow(
      '"rita" may not decide "Refund?" ("rita" started the run); finance (ana, ben, cleo) may',
    );
    await expect(decide(hold.id, { approved: true }, { by: "ben" })).rejects.toThrow("pass the hold as it was read");
    const after = await decide(
      hold,
      { approved: true },
      { by: "ben", note: "fine", channel: "mail", address: "ben@x.org" },
    );
    expect([after.status, after.revision, after.progress.votes.length]).toEqual(["open", hold.revision, 1]);
    await decide(hold, { approved: true }, { by: "ben", note: "fine" });
    await decide(hold, { approved: true }, { by: "ana" });
    const result = (await world.result(run)) as { by: string; votes: object[] };
    expect(result).toMatchObject({ outcome: "approved", by: "ana", note: null });
    expect(result.votes).toMatchObject([
      { by: "ben", outcome: "approved", note: "fine", onBehalfOf: null },
      { by: "ana", outcome: "approved" },
    ]);
    // Whoever voted may say so again, also when another's vote closed it.
    expect((await decide(hold, { approved: true }, { by: "ben", note: "fine" })).status).toBe("decided");
    await expect(decide(hold, { approved: false }, { by: "ben" })).rejects.toThrow(/was already decided by "ana"/);
    const events = await world.store.holdEvents("default", hold.id);
    expect(events.map(({ action, actor, channel, address }) => [action, actor, channel, address])).toEqual([
      ["opened", null, "engine", null],
      ["voted", "ben", "mail", "ben@x.org"],
      ["voted", "ana", "api", null],
      ["decided", "ana", "api", null],
    ]);
    await world.check(run);
  });

  test("an edit replaces the arguments: they are checked, typed, and the run acts on them", async () => {
    const Mail = z.object({ to: z.email(), cc: z.array(z.string()).default([]) });
    const sending = workflow({ name: "sending" }, async (ctx) => {
      const { approved, args } = await ctx.approve("sign", {
        title: "Send it?",
        action: { name: "send mail", arguments: { to: "a@x.org", cc: ["b"] }, schema: Mail },
      });
      expectTypeOf(args).toEqualTypeOf<{ to: string; cc: string[] } | undefined>();
      return { approved, args };
    });
    const { run, hold } = await begin(sending);
    expect([hold.kind, hold.action]).toEqual([
      "approval",
      { name: "send mail", arguments: { to: "a@x.org", cc: ["b"] } },
    ]);
    await expect(decide(hold, { approved: true, args: { to: "nobody" } }, { by: "ana" })).rejects.toThrow(/to: /);
    await expect(decide(hold, { approved: false, args: { to: "c@x.org" } })).rejects.toThrow("belong to an approval");
    await decide(hold, { approved: true, args: { to: "c@x.org" } }, { by: "ana" });
    expect(await world.result(run)).toEqual({ approved: true, args: { to: "c@x.org", cc: [] } });
    await world.check(run);
  });

  test("a decision about evidence that has changed is refused with the difference", async () => {
    const { run, hold } = await begin(
      approving({ title: "Pay?", context: { total: 5, lines: ["a"] }, reviewers: { groups: ["finance"], quorum: 2 } }),
    );
    await decide(hold, { approved: true }, { by: "ana" });
    const changed = await world.clock.until(world.engine.holds.amend(hold, { total: 9, lines: ["a"] }, { by: "rita" }));
    expect([changed.context, changed.progress.votes]).toEqual([{ total: 9, lines: ["a"] }, []]);
    expect(changed.revision).toBe(hold.revision + 1);
    const refusal = await decide(hold, { approved: true }, { by: "ben" }).catch((error: HoldConflictError) => error);
    expect(refusal).toMatchObject({
      code: "HOLD_CONFLICT",
      message: '"Pay?" has changed since it was read (context.total); look at it again',
      details: { difference: [{ path: "context.total", before: 5, after: 9 }] },
    });
    for (const by of ["ben", "ana"]) await decide(changed, { approved: true }, { by });
    expect(await world.result(run)).toMatchObject({ approved: true });
    await world.check(run);
  });

  test("a question is answered by whoever started the run; the deadline waits for it", async () => {
    const { run, hold } = await begin(
      approving({
        title: "Pay?",
        reviewers: { groups: ["finance"], pauseWhileAsking: "5d" },
        deadline: [{ after: "2m", decide: { approved: false } }],
      }),
    );
    await world.clock.advance(minute);
    await world.clock.until(world.engine.holds.ask(hold, "Which invoice?", { by: "ana" }));
    await world.clock.advance(10 * minute);
    const { holds } = world.engine;
    await expect(world.clock.until(holds.answer(hold, 1, "mine", { by: "ben" }))).rejects.toThrow('"rita" was asked');
    const answered = await world.clock.until(holds.answer(hold, 1, "No. 7", { by: "rita" }));
    expect(answered.progress.questions).toMatchObject([
      { text: "Which invoice?", answer: { text: "No. 7", by: "rita" } },
    ]);
    const refusal = await decide(hold, { approved: true }, { by: "ana" }).catch((error: HoldConflictError) => error);
    expect(refusal).toMatchObject({ details: { difference: [{ path: "answers.0" }] } });
    await world.clock.advance(minute + 1000);
    expect(await world.result(run)).toMatchObject({ approved: false, by: null });
    await world.check(run);
  });

  test("a ladder reminds, brings others in and decides, each rung once", async () => {
    const { run, hold } = await begin(
      approving({
        title: "Pay?",
        reviewers: { groups: ["finance"] },
        deadline: [
          { after: "4m", remind: true },
          { after: "24m", escalate: { groups: ["finance-leads"] } },
          { after: "72m", decide: { approved: false, note: "no answer" } },
        ],
      }),
    );
    expect(hold.dueAt?.getTime()).toBe(hold.openedAt.getTime() + 4 * minute);
    await expect(decide(hold, { approved: true }, { by: "zoe" })).rejects.toThrow("may not decide");
    await world.clock.advance(25 * minute);
    const later = await world.clock.until(world.engine.hold(hold.id));
    expect([later.revision, later.dueAt?.getTime()]).toEqual([hold.revision, hold.openedAt.getTime() + 72 * minute]);
    await world.clock.advance(48 * minute);
    expect(await world.result(run)).toMatchObject({ approved: false, note: "no answer", by: null });
    const events = await world.clock.until(world.engine.holdEvents(hold.id));
    expect(events.map(({ action, channel }) => `${action} ${channel}`)).toEqual([
      "opened engine",
      "reminded deadline",
      "escalated deadline",
      "decided deadline",
    ]);
    await world.check(run);
  });

  test("what somebody claims, nobody else decides, in an inbox that shows to each what is theirs", async () => {
    const { run, hold } = await begin(approving({ title: "Pay?", reviewers: { groups: ["finance-leads"] } }));
    const { holds } = world.engine;
    const inbox = async (person: string) => (await world.clock.until(holds.inbox(person))).items.map(({ id }) => id);
    expect(await inbox("ana")).toEqual([]);
    expect(await inbox("zoe")).toEqual([hold.id]);
    expect(await inbox("ivo")).toEqual([hold.id]);
    await world.clock.until(holds.claim(hold, { by: "ivo" }));
    await expect(decide(hold, { approved: true }, { by: "zoe" })).rejects.toThrow('"ivo" has taken it');
    await world.clock.until(holds.release(hold, { by: "ivo" }));
    await world.clock.until(holds.comment(hold, "looks fine", { by: "zoe" }));
    await decide(hold, { approved: true }, { by: "zoe" });
    expect(await world.result(run)).toMatchObject({ by: "zoe" });
    expect((await world.clock.until(world.engine.holdEvents(hold.id))).map(({ action }) => action)).toEqual([
      "opened",
      "claimed",
      "released",
      "commented",
      "voted",
      "decided",
    ]);
    await world.check(run);
  });

  test("a vote for a form counts with those that say the same", async () => {
    const labelling = workflow({ name: "labelling" }, async (ctx) => {
      const { value, votes } = await ctx.hold("sign", {
        title: "What is it?",
        form: z.object({ label: z.enum(["spam", "ham"]), sure: z.boolean().default(true) }),
        reviewers: { people: ["ana", "ben", "cleo"], quorum: 2 },
      });
      return { value, by: votes?.map((vote) => vote.by) };
    });
    const { run, hold } = await begin(labelling);
    await decide(hold, { label: "spam" }, { by: "ana" });
    await decide(hold, { label: "ham" }, { by: "ben" });
    expect((await world.clock.until(world.engine.hold(hold.id))).status).toBe("open");
    await decide(hold, { sure: true, label: "spam" }, { by: "cleo" });
    expect(await world.result(run)).toEqual({ value: { label: "spam", sure: true }, by: ["ana", "ben", "cleo"] });
    await world.check(run);
  });

  test("an answer that a process without the code could not check, and the form refuses, asks everybody again", async () => {
    const form = z.string().refine((text) => text !== "bad", "must not be bad");
    const asking = workflow({ name: "asking" }, async (ctx) => {
      const { value } = await ctx.hold("sign", { title: "?", form, reviewers: { people: ["ana", "ben"], quorum: 2 } });
      return value;
    });
    const { run, hold } = await begin(asking);
    const desk = new World([], { store: { ...world.store, close: async () => {} }, clock: world.clock });
    for (const by of ["ana", "ben"]) await world.clock.until(desk.engine.decide(hold, "bad", { by }));
    await world.clock.settle();
    const again = await world.clock.until(world.engine.hold(hold.id));
    expect([again.status, again.revision]).toEqual(["open", hold.revision + 1]);
    await decide(again, "good", { by: "ana" });
    expect((await world.clock.until(world.engine.hold(hold.id))).status).toBe("open");
    await decide(again, "good", { by: "ben" });
    expect(await world.result(run)).toBe("good");
  });
});
