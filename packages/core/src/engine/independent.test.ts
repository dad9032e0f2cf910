import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { staticDirectory } from "../hold/directory.ts";
import { holdRecordPage } from "../hold/record/page.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments, disciplines } from "./deployments.fixture.ts";

const directory = staticDirectory({ groups: { annotators: ["ana", "ben", "cleo", "dora"] } });
const form = z.object({ label: z.enum(["spam", "ham"]).transform((label) => label.toUpperCase()) });
const labelling = workflow({ name: "labelling" }, async (ctx) => {
  const { answers, value } = await ctx.hold("label", {
    title: "What is it?",
    context: { subject: "free money" },
    form,
    jsonSchema: { type: "object", properties: { label: { type: "string" } }, required: ["label"] },
    reviewers: { groups: ["annotators"], independent: 3, exclude: ["dora"] },
  });
  return { last: value.label, answers: answers?.map(({ by, value: { label }, note }) => [by, label, note]) };
});

describe.each(disciplines)("answers that are independent (%s)", (discipline) => {
  const world = new Deployments(discipline, { directory });
  afterEach(() => world.stop());

  test("are all given to the run when the last is there, whatever they say; before, nobody is shown any", async () => {
    const engine = await world.deploy([labelling]);
    const run = await engine.run("labelling", undefined);
    const hold = await run.hold("label");
    const first = await engine.decide(hold, { label: "spam" }, { by: "ana", note: "of course" });
    await engine.decide(hold, { label: "ham" }, { by: "ben" });
    await engine.holds.comment(hold, "hm", { by: "cleo" });
    const { id } = hold;
    const shown = [
      ...[first, await engine.hold(id), await run.hold("label"), await run.why()],
      ...[await run.holds(), await engine.holds(), await engine.holds.inbox("cleo"), await engine.holds.similar(id)],
      ...[await engine.holdEvents(id), await run.journal(), await engine.holds.comment(id, "hm again", { by: "cleo" })],
      ...[await engine.decide(id, { label: "spam" }, { by: "ana", note: "of course" })],
    ];
    const text = JSON.stringify(shown);
    expect(text).not.toMatch(/SPAM|HAM|"spam"|"ham"|of course/);
    expect((await engine.hold(id)).progress.votes).toMatchObject([
      { by: "ana", value: null, note: null, outcome: "answered" },
      { by: "ben", value: null },
    ]);
    await expect(engine.holds.export(id)).rejects.toThrow("once all have answered");
    // Who has answered has nothing left to do; who may not never had.
    const inboxes = ["ana", "ben", "cleo", "dora"].map(async (one) => (await engine.holds.inbox(one)).items.length);
    expect(await Promise.all(inboxes)).toEqual([0, 0, 1, 0]);
    await expect(engine.decide(hold, { label: "spam" }, { by: "dora" })).rejects.toThrow('"dora" is excluded');
    // Nobody knows what counts yet, so an answer may be given anew.
    await engine.decide(hold, { label: "spam" }, { by: "ben" });
    await engine.decide(hold, { label: "ham" }, { by: "cleo" });
    expect(await run.result()).toEqual({
      last: "HAM",
      answers: [
        ["ana", "SPAM", "of course"],
        ["ben", "SPAM", null],
        ["cleo", "HAM", null],
      ],
    });
    expect((await engine.hold(id)).progress.votes.map(({ value }) => value)).toContainEqual({ label: "HAM" });
    expect((await engine.verify(run.id)).verdict).toBe("intact");
    const record = await engine.holds.export(id);
    expect(record.readable.decision?.votes.map(({ by, answer }) => [by, answer])).toContainEqual([
      "ben",
      { label: "SPAM" },
    ]);
    expect(holdRecordPage(record).match(/<dt>label<\/dt><dd>(SPAM|HAM)<\/dd>/g)?.length).toBeGreaterThan(2);
  });

  test("are each checked by the form, also where a process without the code took them", async () => {
    let engine = await world.deploy([labelling]);
    const run = await engine.run("labelling", undefined);
    const { id } = await run.hold("label");
    engine = await world.only([]);
    await engine.decide(id, { label: "spam" }, { by: "ana" });
    engine = await world.deploy([labelling]);
    await engine.decide(id, { label: "ham" }, { by: "ben" });
    engine = await world.only([]);
    const closed = await engine.decide(id, { label: "bad" }, { by: "cleo" });
    expect(closed).toMatchObject({ status: "answered", decision: null });
    engine = await world.deploy([labelling]);
    const again = await engine.get(run.id);
    // One does not fit: all are asked anew.
    await expect.poll(async () => (await engine.hold(id)).status).toBe("open");
    engine = await world.only([]);
    for (const by of ["ana", "ben", "cleo"]) await engine.decide(id, { label: "spam" }, { by });
    engine = await world.deploy([labelling]);
    const result = (await (await engine.get(again.id)).result()) as { answers: string[][] };
    expect(result.answers.map(([, label]) => label)).toEqual(["SPAM", "SPAM", "SPAM"]);
  });
});

test("independent answers go with a form only, and with no rule of votes", async () => {
  const world = new Deployments("normal");
  const asking = (reviewers: object, approval = false) =>
    workflow({ name: "asking" }, async (ctx) => {
      if (approval) await ctx.approve("a", { title: "?", reviewers });
      else await ctx.hold("a", { title: "?", form: z.object({}), reviewers });
    });
  for (const [flow, message] of [
    [asking({ groups: ["g"], independent: 2 }, true), "is for `ctx.hold`"],
    [asking({ groups: ["g"], independent: 2, quorum: 2 }), "reviewers.quorum: does not go with `independent`"],
    [asking({ people: ["ana"], independent: 2 }), "asks for 2 of 1 people"],
    [asking({ people: ["ana"], independent: 0.5 }), "must be a whole number from 1"],
  ] as const) {
    const engine = await world.deploy([flow]);
    await expect((await engine.run(flow, undefined)).result()).rejects.toThrow(message);
  }
  await world.stop();
});
