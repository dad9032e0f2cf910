import { afterEach, describe, expect, test } from "vitest";
import { staticDirectory } from "../hold/directory.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments } from "./deployments.fixture.ts";

const asking = workflow({ name: "asking" }, async (ctx, n: unknown) => {
  await ctx.approve("pay", { title: `Pay ${n}?`, reviewers: { groups: [`team-${Number(n) % 10}`] } });
});

describe("an inbox", () => {
  const directory = staticDirectory({ groups: { "team-3": ["trina", "chief"], "team-4": ["chief"] } });
  const world = new Deployments("normal", { directory });
  afterEach(() => world.stop());

  test("tells what somebody may do with a hold, how much waits for them, and everything that happened", async () => {
    const engine = await world.deploy([asking]);
    await Promise.all(Array.from({ length: 20 }, (_, n) => engine.run("asking", n)));
    await expect.poll(async () => (await engine.holds()).items.length, { timeout: 15_000 }).toBe(20);
    expect(await engine.holds.inboxCounts("trina")).toEqual({
      mine: 2,
      groups: 2,
      unclaimed: 2,
      escalated: 0,
      delegated: 0,
      open: 20,
      complete: true,
    });
    const [first, second] = (await engine.holds.inbox("trina")).items;
    if (first === undefined || second === undefined) throw new Error("trina has two holds");
    await engine.holds.claim(first, { by: "chief" });
    expect(await engine.holds.standing(first, "trina")).toMatchObject({
      may: false,
      why: '"chief" has taken it',
      holder: "chief",
      whoMay: "chief",
    });
    expect(await engine.holds.standing(second, "trina")).toMatchObject({ may: true, groups: ["team-3"], voted: false });
    expect((await engine.holds.inbox("chief", { only: "unclaimed" })).items).toHaveLength(3);
    expect((await engine.holds({ text: "pay 13? ASKING" })).items.map(({ title }) => title)).toEqual(["Pay 13?"]);
    await engine.holds.comment(second, "looks right", { by: "trina" });
    const trail = await engine.holds.trail(second);
    expect(trail.map(({ n, action, actor, says }) => ({ n, action, actor, says }))).toEqual([
      { n: 1, action: "opened", actor: null, says: null },
      { n: 2, action: "commented", actor: "trina", says: { text: "looks right" } },
    ]);
  });

  test("holds what was escalated, and what somebody has handed over until it is closed", async () => {
    const escalating = workflow({ name: "escalating" }, async (ctx, after: unknown) => {
      const deadline = [{ after: String(after) as "1ms", escalate: { people: ["boss"] } }];
      await ctx.approve("pay", { title: `Pay after ${after}?`, reviewers: { people: ["eve"] }, deadline });
    });
    const engine = await world.deploy([escalating]);
    const [soon, late] = await Promise.all(["10ms", "9h"].map((after) => engine.run("escalating", after)));
    const handedOver = await (late as NonNullable<typeof late>).hold("pay");
    await (soon as NonNullable<typeof soon>).hold("pay");
    await expect.poll(async () => (await engine.holds.inboxCounts("boss")).escalated, { timeout: 15_000 }).toBe(1);
    expect(await engine.holds.inboxCounts("eve")).toMatchObject({ mine: 2, escalated: 1, delegated: 0 });
    const titles = async (person: string, only: "escalated" | "delegated"): Promise<string[]> =>
      (await engine.holds.inbox(person, { only })).items.map(({ title }) => title);
    for (const person of ["eve", "boss"]) expect(await titles(person, "escalated")).toEqual(["Pay after 10ms?"]);
    await engine.holds.delegate(handedOver, "sam", { by: "eve" });
    expect(await titles("eve", "delegated")).toEqual(["Pay after 9h?"]);
    expect(await titles("sam", "delegated")).toEqual([]);
    expect(await engine.holds.inboxCounts("eve")).toMatchObject({ delegated: 1 });
    await engine.decide(handedOver, { approved: true }, { by: "sam" });
    expect(await engine.holds.inboxCounts("eve")).toMatchObject({ delegated: 0 });
  });
});
