import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { HoldConflictError, InvalidStateError, NotAllowedError } from "../errors.ts";
import { staticDirectory } from "../hold/directory.ts";
import type { ApproveRequest } from "../workflow/context.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments, disciplines, eventually, isStoreGiven, reaches } from "./deployments.fixture.ts";
import type { Engine } from "./engine.ts";

const people = Array.from({ length: 50 }, (_, i) => `p${i}`);
const directory = staticDirectory({ groups: { everybody: people } });

/** Three ways in memory; once on a database, where fifty who write at the same moment take their time. */
const ways = isStoreGiven() ? (["normal"] as const) : disciplines;

describe.each(ways)("races about one hold (%s)", (discipline) => {
  const world = new Deployments(discipline, { directory });
  afterEach(() => world.stop());

  const asking = (request: Omit<ApproveRequest, "title">) =>
    workflow({ name: "asking" }, async (ctx) => {
      const { approved, by, votes } = await ctx.approve("sign", { title: "Pay?", ...request });
      await ctx.step("act", () => world.did(`${approved} by ${by}`));
      return { approved, by, votes: votes?.length ?? 0 };
    });
  const started = async (request: Omit<ApproveRequest, "title">) => {
    world.effects.length = 0;
    const engine = await world.deploy([asking(request)]);
    return { engine, run: await engine.run("asking", undefined, { by: "rita" }) };
  };
  const begin = async (request: Omit<ApproveRequest, "title"> = {}) => {
    const { engine, run } = await started(request);
    return { engine, run, hold: await run.hold("sign") };
  };
  /** What everybody was told: who won, or why not. */
  const told = (results: readonly PromiseSettledResult<unknown>[]) => {
    const won = results.flatMap((one, i) => (one.status === "fulfilled" ? [people[i]] : []));
    const lost = results.flatMap((one) => (one.status === "rejected" ? [one.reason as Error] : []));
    return { won, lost };
  };
  const trail = async (engine: Engine, id: string) => (await engine.holdEvents(id)).map(({ action }) => action);

  test.each([
    ["without rules", {}],
    ["with rules", { reviewers: { groups: ["everybody"] } }],
  ])("of fifty decisions at once one wins, and forty-nine are told who did (%s)", async (_how, request) => {
    const { engine, run, hold } = await begin(request);
    const all = await Promise.allSettled(people.map((by, i) => engine.decide(hold, { approved: i % 2 === 0 }, { by })));
    const { won, lost } = told(all);
    expect(won).toHaveLength(1);
    for (const error of lost) {
      expect(error).toBeInstanceOf(HoldConflictError);
      expect(error.message).toContain(`was already decided by "${won[0]}" at `);
    }
    expect(await run.result()).toMatchObject({ by: won[0] });
    expect(world.effects).toHaveLength(1);
    expect((await trail(engine, hold.id)).filter((action) => action === "decided")).toHaveLength(1);
    expect((await engine.verify(run.id)).problems).toEqual([]);
  });

  test("of fifty votes at once as many count as the quorum asks for, each once", async () => {
    const { engine, run, hold } = await begin({ reviewers: { groups: ["everybody"], quorum: 20 } });
    const all = await Promise.allSettled(people.map((by) => engine.decide(hold, { approved: true }, { by })));
    const { won, lost } = told(all);
    expect([won.length, lost.length]).toEqual([20, 30]);
    expect(await run.result()).toMatchObject({ approved: true, votes: 20 });
    const closed = await engine.hold(hold.id);
    expect(closed.progress.votes.map(({ by }) => by).sort()).toEqual([...won].sort());
    expect((await trail(engine, hold.id)).filter((action) => action === "voted")).toHaveLength(20);
  });

  test("of fifty who claim it at once one has it", async () => {
    const { engine, run, hold } = await begin({ reviewers: { groups: ["everybody"] } });
    const { won, lost } = told(await Promise.allSettled(people.map((by) => engine.holds.claim(hold, { by }))));
    expect(won).toHaveLength(1);
    for (const error of lost) {
      expect(error).toBeInstanceOf(NotAllowedError);
      expect(error.message).toContain(`"${won[0]}" has taken it`);
    }
    await engine.decide(hold, { approved: true }, { by: won[0] ?? "" });
    expect(await run.result()).toMatchObject({ by: won[0] });
  });

  test("a decision and the deadline: whichever is written first counts, the other finds it closed", async () => {
    for (let ms = -6; ms < 6; ms += 2) {
      const begun = await begin({ deadline: [{ after: 300, decide: { approved: false } }] }).catch((error: unknown) => {
        if (error instanceof InvalidStateError) return null; // a slow machine: the deadline came before anybody looked
        throw error;
      });
      if (begun === null) continue;
      const { engine, run, hold } = begun;
      const due = hold.dueAt?.getTime() ?? 0;
      await new Promise((resolve) => setTimeout(resolve, due - Date.now() + ms));
      const mine = await engine.decide(hold, { approved: true }, { by: "p1" }).catch((error: unknown) => error);
      const result = await run.result();
      if (mine instanceof Error) {
        expect(mine).toBeInstanceOf(HoldConflictError);
        expect(result).toMatchObject({ approved: false, by: null });
      } else expect(result).toMatchObject({ approved: true, by: "p1" });
      expect(world.effects).toHaveLength(1);
      expect(await trail(engine, hold.id)).toEqual(["opened", "decided"]);
    }
  });

  test("a decision and changed evidence: it is about what was read, or it is refused with the difference", async () => {
    for (const first of ["decide", "amend"] as const) {
      const { engine, run, hold } = await begin({ context: { total: 5 }, reviewers: { groups: ["everybody"] } });
      const acts = {
        decide: () => engine.decide(hold, { approved: true }, { by: "p1" }),
        amend: () => engine.holds.amend(hold, { total: 9 }, { by: "rita" }),
      };
      const started = Object.fromEntries(
        (first === "decide" ? (["decide", "amend"] as const) : (["amend", "decide"] as const)).map((name) => [
          name,
          acts[name]().catch((error: unknown) => error),
        ]),
      );
      const [decided, amended] = [await started.decide, await started.amend];
      if (decided instanceof Error) {
        expect(decided).toMatchObject({ details: { difference: [{ path: "context.total", before: 5, after: 9 }] } });
        expect(amended).toMatchObject({ context: { total: 9 } });
        await engine.decide(await engine.hold(hold.id), { approved: true }, { by: "p1" });
      } else expect(amended).toMatchObject({ code: "HOLD_CONFLICT", details: { by: "p1" } });
      expect(await run.result()).toMatchObject({ by: "p1" });
    }
  });

  test("a decision and the run being cancelled: it counts before, and is refused after", async () => {
    for (const first of ["decide", "cancel"] as const) {
      const { engine, run, hold } = await begin({ reviewers: { groups: ["everybody"] } });
      if (first === "decide") await engine.decide(hold, { approved: true }, { by: "p1" });
      await run.cancel("changed our mind");
      await reaches(engine, run.id, "completed", "cancelled");
      const { status } = await engine.hold(hold.id);
      if (first === "cancel") {
        expect(status).toBe("withdrawn");
        await expect(engine.decide(hold, { approved: true }, { by: "p1" })).rejects.toThrow("was already withdrawn");
        expect(world.effects).toEqual([]);
      } else expect(["decided", "superseded"]).toContain(status);
    }
    const { engine, run, hold } = await begin({ reviewers: { groups: ["everybody"] } });
    const [decided] = await Promise.allSettled([
      engine.decide(hold, { approved: true }, { by: "p1" }),
      run.cancel("changed our mind"),
    ]);
    await reaches(engine, run.id, "completed", "cancelled");
    const { status } = await engine.hold(hold.id);
    expect(decided.status === "fulfilled" ? ["decided", "superseded"] : ["withdrawn"]).toContain(status);
  });

  test("a decision and the run ending without it: it is taken before, or told that the hold was withdrawn", async () => {
    const leaving = workflow({ name: "leaving" }, async (ctx) => {
      void ctx.approve("sign", { title: "Pay?", reviewers: { groups: ["everybody"] } }).catch(() => undefined);
      await ctx.signal("leave", z.unknown());
      return "gone";
    });
    const engine = await world.deploy([leaving]);
    for (const first of ["decide", "leave", "both"] as const) {
      const run = await engine.run(leaving, undefined);
      const hold = await run.hold("sign");
      const decide = () => engine.decide(hold, { approved: true }, { by: "p1" }).catch((error: unknown) => error);
      const leave = () => run.signal("leave", null);
      let decided: unknown;
      if (first === "both") [decided] = await Promise.all([decide(), leave()]);
      else if (first === "decide") {
        decided = await decide();
        await leave();
      } else {
        await leave();
        await run.result();
        decided = await decide();
      }
      expect(await run.result()).toBe("gone");
      const { status, decidedBy } = await engine.hold(hold.id);
      if (decided instanceof HoldConflictError) {
        expect(first).not.toBe("decide");
        expect([status, decided.message]).toEqual(["withdrawn", expect.stringContaining("was already withdrawn")]);
      } else {
        expect(first).not.toBe("leave");
        expect([["decided", "superseded"], decidedBy]).toEqual([expect.arrayContaining([status]), "p1"]);
      }
      expect((await engine.verify(run.id)).problems).toEqual([]);
    }
  });

  test("a decision on a branch that has lost its race is refused, or superseded and told so", async () => {
    const racing = workflow({ name: "racing" }, (ctx) =>
      ctx.race({
        person: async () => (await ctx.approve("sign", { title: "Pay?", reviewers: { groups: ["everybody"] } })).by,
        other: async () => (await ctx.approve("sign instead", { title: "Pay?" })).by,
      }),
    );
    const engine = await world.deploy([racing]);
    for (const together of [false, true]) {
      const run = await engine.run(racing, undefined);
      const [hold, other] = [await run.hold("sign"), await run.hold("sign instead")];
      const winner = engine.decide(other, { approved: true }, { by: "eve" });
      if (!together) {
        await winner;
        await run.result();
      }
      const late = await engine.decide(hold, { approved: true }, { by: "p1" }).catch((error: unknown) => error);
      await Promise.allSettled([winner]);
      await run.result();
      await eventually(async () => expect((await engine.hold(hold.id)).status).not.toBe("open"));
      const { status } = await engine.hold(hold.id);
      if (late instanceof HoldConflictError) expect(status).toBe("withdrawn");
      else expect(["superseded", "decided"]).toContain(status);
      if (!together) expect(late).toBeInstanceOf(HoldConflictError);
    }
  });

  test("a reminder is written once, however many workers look at the same time", async () => {
    const { engine, run } = await started({
      reviewers: { groups: ["everybody"] },
      deadline: [
        { after: 20, remind: true },
        { after: 40, escalate: { people: ["zoe"] } },
        { after: 80, decide: { approved: false } },
      ],
    });
    const { createEngine } = await import("./engine.ts");
    const store = { ...world.store, close: async () => {} };
    const others = Array.from({ length: 9 }, () => createEngine({ store, workflows: [asking({})], directory }));
    await Promise.all(others.map((other) => other.start()));
    await Promise.all(others.map((other) => other.runUntilIdle()));
    expect(await run.result()).toMatchObject({ approved: false, by: null });
    const [hold] = await run.holds();
    expect(await trail(engine, hold?.id ?? "")).toEqual(["opened", "reminded", "escalated", "decided"]);
    await Promise.all(others.map((other) => other.stop()));
  });
});
