import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { staticDirectory } from "../hold/directory.ts";
import type { Reviewers } from "../hold/reviewers.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments, disciplines } from "./deployments.fixture.ts";
import type { Engine } from "./engine.ts";

const paying = (reviewers: Reviewers) =>
  workflow({ name: "paying", input: z.object({ amount: z.number() }) }, async (ctx, { amount }) => {
    const { approved, votes } = await ctx.approve("pay", { title: `Pay ${amount}?`, reviewers });
    return { approved, votes: votes?.map((vote) => [vote.by, vote.onBehalfOf]) };
  });

describe.each(disciplines)("people kept in the store (%s)", (discipline) => {
  let world: Deployments;
  beforeEach(() => {
    world = new Deployments(discipline, { directory: staticDirectory({ groups: { finance: ["ana"] } }) });
  });
  afterEach(() => world.stop());

  const begin = async (engine: Engine, by = "rita") => {
    const run = await engine.run("paying", { amount: 40 }, { by });
    return { run, hold: await run.hold("pay") };
  };

  test("a group is who the application says and who the store says, from the next decision on", async () => {
    const engine = await world.deploy([paying({ groups: ["finance"] })]);
    const { run, hold } = await begin(engine);
    await expect(engine.decide(hold, { approved: true }, { by: "ben" })).rejects.toMatchObject({ code: "NOT_ALLOWED" });
    await engine.groups.put("finance", { members: ["ben"] });
    expect((await engine.holds.inbox("ben")).items.map(({ id }) => id)).toEqual([hold.id]);
    expect((await engine.holds.inbox("ana")).items.map(({ id }) => id)).toEqual([hold.id]);
    await engine.groups.drop("finance", "ben");
    await expect(engine.decide(hold, { approved: true }, { by: "ben" })).rejects.toMatchObject({ code: "NOT_ALLOWED" });
    await engine.groups.add("finance", "ben");
    await engine.decide(hold, { approved: true }, { by: "ben" });
    expect((await run.result()) as object).toMatchObject({ approved: true });
  });

  test("who is away is stood in for: what is assigned to them, in their name and no longer than they said", async () => {
    const engine = await world.deploy([paying({ groups: ["finance"], managers: { people: ["max"] } })]);
    const { run, hold } = await begin(engine);
    await engine.holds.assign(hold, "ana", { by: "max" });
    const { id } = await engine.substitutions.add({ person: "ana", substitute: "ben", groups: ["finance"] });
    expect((await engine.holds.inbox("ben")).items.map((one) => one.id)).toEqual([hold.id]);
    await engine.substitutions.remove(id);
    expect((await engine.holds.inbox("ben")).items).toEqual([]);
    await expect(engine.decide(hold, { approved: true }, { by: "ben" })).rejects.toMatchObject({ code: "NOT_ALLOWED" });
    await engine.substitutions.add({ person: "ana", substitute: "ben", workflows: ["paying"] }, { by: "ana" });
    await engine.decide(hold, { approved: true }, { by: "ben" });
    expect(await run.result()).toMatchObject({ approved: true, votes: [["ben", "ana"]] });
  });

  test("whoever started the run decides nothing as a substitute either, and nobody stands in for them", async () => {
    const engine = await world.deploy([paying({ groups: ["finance"], fourEyes: true })]);
    await engine.groups.put("finance", { members: ["rita", "cleo", "dan"] });
    const { run, hold } = await begin(engine);
    await engine.substitutions.add({ person: "ana", substitute: "rita" });
    await engine.substitutions.add({ person: "rita", substitute: "eve" });
    await engine.substitutions.add({ person: "cleo", substitute: "ben" });
    for (const by of ["rita", "eve"])
      await expect(engine.decide(hold, { approved: true }, { by })).rejects.toMatchObject({ code: "NOT_ALLOWED" });
    await engine.decide(hold, { approved: true }, { by: "ben" });
    // A right is used once, and one pair of eyes is not two.
    for (const by of ["cleo", "ben"])
      await engine.decide(await engine.hold(hold.id), { approved: true }, { by }).catch(() => {});
    expect((await engine.hold(hold.id)).status).toBe("open");
    await engine.decide(await engine.hold(hold.id), { approved: true }, { by: "dan" });
    expect(await run.result()).toEqual({
      approved: true,
      votes: [
        ["ben", "cleo"],
        ["dan", null],
      ],
    });
  });
});
