import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { staticDirectory } from "../hold/directory.ts";
import { workflow } from "../workflow/definition.ts";
import { World } from "./world.fixture.ts";

const hour = 3_600_000;
const directory = staticDirectory({ groups: { finance: ["ana", "ben", "cleo"], leads: ["zoe"] } });
const paying = workflow({ name: "paying", input: z.object({ amount: z.number() }) }, async (ctx, { amount }) => {
  const { approved } = await ctx.approve("pay", {
    title: "Pay?",
    holdWhen: [{ amountAbove: 10 }],
    facts: { amount },
    action: { name: "pay", arguments: { amount }, schema: z.object({ amount: z.number() }) },
    reviewers: { groups: ["finance"] },
    deadline: [{ after: "8h", expire: true }],
  });
  return approved;
});

describe("other rules, tried on holds of the past", () => {
  let world: World;
  afterEach(() => world.stop());

  /** Four holds: approved by ana after 1 h, rejected by ben after 2 h, edited by cleo after 3 h, and one that expired. */
  const past = async () => {
    world = new World([paying], { directory });
    const decisions = [
      { by: "ana", amount: 20, answer: { approved: true } },
      { by: "ben", amount: 60, answer: { approved: false } },
      { by: "cleo", amount: 90, answer: { approved: true, args: { amount: 80 } } },
    ];
    const ids: Record<string, string> = {};
    for (const [index, { by, amount, answer }] of decisions.entries()) {
      const run = await world.begin(paying, { amount }, { by: by === "ana" ? "ana" : "rita" });
      const hold = await world.clock.until(run.hold("pay"));
      await world.clock.jump((index + 1) * hour);
      await world.clock.until(world.engine.decide(hold, answer, { by }));
      ids[by] = hold.id;
    }
    const late = await world.begin(paying, { amount: 99 }, { by: "rita" });
    ids.late = (await world.clock.until(late.hold("pay"))).id;
    await world.clock.jump(8 * hour);
    const tried = (policy: object) =>
      world.clock.until(world.engine.holds.dryRunPolicy({ workflow: "paying", name: "pay", ...policy }));
    return { ids, tried };
  };

  test("the same rules change nothing", async () => {
    const { tried } = await past();
    const same = await tried({ reviewers: { groups: ["finance"] }, holdWhen: [{ amountAbove: 10 }] });
    expect([same.looked, same.same, same.changes]).toEqual([4, 4, []]);
    expect(same.waitedMs).toEqual({ holds: 4, before: 3.5 * hour, after: 3.5 * hour });
  });

  test("a quorum leaves open what one person decided, until its ladder ends it", async () => {
    const { ids, tried } = await past();
    const { changes } = await tried({ reviewers: { groups: ["finance"], quorum: 2 } });
    expect(changes.map(({ holdId, before, after }) => [holdId, before.outcome, after.outcome])).toEqual([
      [ids.cleo, "approved", "expired"],
      [ids.ana, "approved", "expired"],
    ]);
    expect(changes[1]?.after.waitedMs).toBe(8 * hour);
    const { changes: open } = await tried({ reviewers: { groups: ["finance"], quorum: 2 }, deadline: [] });
    expect(open[1]).toMatchObject({ after: { outcome: "open", waitedMs: null }, why: ["1 of 2 agree"] });
  });

  test("who may not any more is refused, by name", async () => {
    const { ids, tried } = await past();
    const { changes } = await tried({ reviewers: { groups: ["finance"], excludeCreator: true } });
    expect(changes).toMatchObject([
      {
        holdId: ids.ana,
        before: { by: "ana" },
        after: { outcome: "expired", by: null },
        why: [expect.stringContaining('"ana" started the run')],
      },
    ]);
  });

  test("a shorter ladder decides first; a longer gate asks nobody", async () => {
    const { ids, tried } = await past();
    const sooner = await tried({ deadline: [{ after: "90m", decide: { approved: false } }] });
    expect(sooner.changes.map(({ holdId, after }) => [holdId, after.outcome, after.waitedMs])).toEqual([
      [ids.late, "rejected", 1.5 * hour],
      [ids.cleo, "rejected", 1.5 * hour],
      [ids.ben, "rejected", 1.5 * hour],
    ]);
    const wider = await tried({ holdWhen: [{ amountAbove: 50 }] });
    expect(wider.changes).toMatchObject([{ holdId: ids.ana, after: { outcome: "automatic", waitedMs: 0 } }]);
    expect(wider.waitedMs.holds).toBe(4);
  });

  test("rules that are none are refused, and nothing is written", async () => {
    const { ids, tried } = await past();
    await expect(tried({ reviewers: { people: [] } })).rejects.toThrow("dryRun.reviewers.people");
    const before = await world.store.holdEvents("default", ids.ana ?? "");
    await tried({ reviewers: { people: ["zoe"] } });
    expect(await world.store.holdEvents("default", ids.ana ?? "")).toEqual(before);
  });
});
