import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { staticDirectory } from "../hold/directory.ts";
import type { GrantTerms } from "../hold/grant.ts";
import type { Reviewers } from "../hold/reviewers.ts";
import type { Severity } from "../store/store.ts";
import { workflow } from "../workflow/definition.ts";
import { Deployments, disciplines, eventually, quietLog } from "./deployments.fixture.ts";
import { createEngine, type Engine } from "./engine.ts";

const directory = staticDirectory({ groups: { finance: ["ana", "ben", "cleo"], leads: ["zoe"] } });
const upTo50 = { count: 2, for: "1h", amount: { of: "arguments.amount", most: 50 } } satisfies GrantTerms;

const paying = (reviewers: Reviewers, severity: Severity = "medium") =>
  workflow({ name: "paying", input: z.object({ amount: z.number() }) }, async (ctx, { amount }) => {
    const { approved, by, grant, votes } = await ctx.approve("pay", {
      title: `Pay ${amount}?`,
      severity,
      reviewers,
      action: { name: "pay", arguments: { amount } },
    });
    return { approved, by, grant, votes: votes?.map((vote) => [vote.by, vote.grant]) };
  });

describe.each(disciplines)("grants (%s)", (discipline) => {
  let world: Deployments;
  beforeEach(() => {
    world = new Deployments(discipline, { directory });
  });
  afterEach(() => world.stop());

  const begin = async (engine: Engine, amount: number, by = "rita") => {
    const run = await engine.run("paying", { amount }, { by });
    return { run, hold: await run.hold("pay") };
  };
  /** The first one is read and decided, and the next ones like it with it. */
  const granted = async (reviewers: Reviewers, terms: GrantTerms = upTo50) => {
    const engine = await world.deploy([paying(reviewers)]);
    const { run, hold } = await begin(engine, 40);
    await engine.decide(hold, { approved: true }, { by: "ana", note: "the usual ones", grant: terms });
    return { engine, run };
  };

  test("this one and the next like it, so many and up to so much each; then people are asked again", async () => {
    const { engine } = await granted({ groups: ["finance"] });
    const dear = await begin(engine, 51);
    const runs = [await engine.run("paying", { amount: 50 }), await engine.run("paying", { amount: 10 })];
    const [grant] = await engine.grants();
    for (const run of runs) {
      expect(await run.result()).toEqual({ approved: true, by: "ana", grant: grant?.id, votes: [["ana", grant?.id]] });
      const [hold] = await run.holds();
      expect(hold).toMatchObject({
        status: "decided",
        decidedBy: "ana",
        decision: { channel: "grant", grant: grant?.id },
      });
      const trail = await world.store.holdEvents("default", hold?.id ?? "");
      expect(trail.map(({ action, actor, channel, address }) => [action, actor, channel, address]).slice(1)).toEqual([
        ["voted", "ana", "grant", grant?.id],
        ["decided", "ana", "grant", grant?.id],
      ]);
      expect((await engine.verify(run.id)).problems).toEqual([]);
    }
    const after = await begin(engine, 5);
    expect([dear.hold.status, after.hold.status]).toEqual(["open", "open"]);
    expect(await engine.grants()).toEqual([]);
    expect(await engine.grants({ ended: true, by: "ana" })).toContainEqual(
      expect.objectContaining({ id: grant?.id, used: 2, count: 2, status: "used up", note: "the usual ones" }),
    );
  });

  test("a grant is one vote: a quorum needs the others, and another's grant is another's vote", async () => {
    const { engine } = await granted({ groups: ["finance"], quorum: 2, excludeCreator: true }, { ...upTo50, count: 9 });
    const { run, hold } = await begin(engine, 10);
    await eventually(async () => expect((await engine.hold(hold.id)).progress.votes).toHaveLength(1));
    expect((await engine.hold(hold.id)).status).toBe("open");
    await engine.decide(await engine.hold(hold.id), { approved: true }, { by: "ben" });
    const [mine] = await engine.grants({ by: "ana" });
    expect(await run.result()).toMatchObject({
      by: "ben",
      votes: [
        ["ana", mine?.id],
        ["ben", undefined],
      ],
    });
    const other = await engine.grants.give(hold, { count: 5, for: "1h" }, { by: "cleo" });
    const both = await engine.run("paying", { amount: 10 }, { by: "rita" });
    expect(((await both.result()) as { votes: unknown }).votes).toEqual(
      expect.arrayContaining([
        ["ana", mine?.id],
        ["cleo", other.id],
      ]),
    );
    // Nobody approves what they started themselves, also not in advance.
    const own = await begin(engine, 10, "ana");
    await eventually(async () => expect((await engine.hold(own.hold.id)).progress.votes).toHaveLength(1));
    expect((await engine.hold(own.hold.id)).progress.votes).toMatchObject([{ by: "cleo" }]);
  });

  test("who gave it must still be allowed to decide: somebody who left the group gives no votes", async () => {
    const { engine } = await granted({ groups: ["finance"] });
    await engine.stop();
    const moved = staticDirectory({ groups: { finance: ["ben", "cleo"] } });
    const later = await world.deploy([paying({ groups: ["finance"] })], { directory: moved });
    const { hold } = await begin(later, 10);
    await later.runUntilIdle();
    expect((await later.hold(hold.id)).status).toBe("open");
    expect(await later.grants()).toMatchObject([{ by: "ana", used: 0 }]);
  });

  test("a revoked one decides nothing any more; who may revoke it is asked", async () => {
    const { engine } = await granted({ groups: ["finance"], managers: { people: ["mo"] } });
    const [grant] = await engine.grants();
    await expect(engine.grants.revoke(grant?.id ?? "", { by: "eve" })).rejects.toThrow('"eve" may not revoke grant');
    const after = await engine.grants.revoke(grant?.id ?? "", { by: "mo", note: "enough" });
    expect(after).toMatchObject({ status: "revoked", revoked: { by: "mo", note: "enough" } });
    const { hold } = await begin(engine, 10);
    await engine.runUntilIdle();
    expect((await engine.hold(hold.id)).status).toBe("open");
  });

  test("given alone, by who may decide; the same again is the same one", async () => {
    const engine = await world.deploy([paying({ groups: ["finance"] })]);
    const { hold } = await begin(engine, 40);
    await expect(engine.grants.give(hold, upTo50, { by: "zoe" })).rejects.toThrow('"zoe" may not give a grant on');
    await expect(
      engine.grants.give(hold, { ...upTo50, amount: { of: "facts.amount", most: 1 } }, { by: "ana" }),
    ).rejects.toThrow('grant.amount.of: "facts.amount" is no number of "Pay 40?"');
    const given = await engine.grants.give(hold, upTo50, { by: "ana" });
    expect(await engine.grants.get(given.id)).toEqual(given);
    expect((await engine.hold(hold.id)).status).toBe("open");
    await expect(engine.decide(hold, { approved: false }, { by: "ana", grant: upTo50 })).rejects.toThrow(
      "decide.grant: goes with an approval",
    );
    expect(await (await engine.run("paying", { amount: 3 })).result()).toMatchObject({ grant: given.id });
  });

  test("never for what is critical, nor above the severity it was given for", async () => {
    const high = await world.deploy([paying({ groups: ["finance"] }, "high")]);
    const first = await begin(high, 40);
    await expect(high.grants.give(first.hold.id, upTo50, { by: "ana" })).rejects.toThrow(
      "pass the hold as it was read",
    );
    await high.grants.give(first.hold, upTo50, { by: "ana" });
    expect(await (await high.run("paying", { amount: 1 })).result()).toMatchObject({ by: "ana" });
    const critical = await world.deploy([paying({ groups: ["finance"] }, "critical")]);
    const { hold } = await begin(critical, 40);
    await expect(critical.grants.give(hold, upTo50, { by: "ana" })).rejects.toThrow("those are decided one by one");
    await critical.runUntilIdle();
    expect((await critical.hold(hold.id)).status).toBe("open");
  });

  test("of thirty at once on several workers each counts once, and no more than were granted", async () => {
    const { engine } = await granted({ groups: ["finance"] }, { count: 20, for: "1h" });
    const store = { ...world.store, close: async () => {} };
    const others = Array.from({ length: 3 }, () =>
      createEngine({ store, workflows: [paying({ groups: ["finance"] })], directory, log: quietLog }),
    );
    await Promise.all(others.map((other) => other.start()));
    const runs = await Promise.all(Array.from({ length: 30 }, (_, amount) => engine.run("paying", { amount })));
    const open = async () => (await engine.holds({ name: "pay", status: ["open"] })).items.length;
    do await Promise.all([engine, ...others].map((one) => one.runUntilIdle()));
    while ((await open()) !== 10);
    const [grant] = await engine.grants({ ended: true });
    const decided = await engine.holds({ name: "pay", status: ["decided"] }, { limit: 100 });
    const byGrant = decided.items.filter(({ decision }) => decision?.grant !== undefined);
    expect([byGrant.length, new Set(byGrant.map(({ id }) => id)).size, grant?.used]).toEqual([20, 20, 20]);
    expect(grant?.uses.map(({ hold }) => hold).sort()).toEqual(byGrant.map(({ id }) => id).sort());
    expect(runs).toHaveLength(30);
    await Promise.all(others.map((other) => other.stop()));
  });

  test("a hold that nobody offered to it, because the process that opened it died, is found by the next", async () => {
    const flow = paying({ groups: ["finance"] });
    const engine = await world.deploy([flow]);
    const first = await begin(engine, 40);
    const elsewhere = createEngine({ store: { ...world.store, close: async () => {} }, workflows: [], directory });
    const given = await elsewhere.grants.give(first.hold, upTo50, { by: "ana" });
    // A store in memory is nobody else's: the engine does not look whether somebody gave one.
    const { run } = await begin(engine, 10);
    await world.stop();
    const next = await world.deploy([flow]);
    expect(await (await next.get(run.id)).result()).toMatchObject({ grant: given.id });
    expect(await next.grants.get(given.id)).toMatchObject({ used: 1 });
  });

  test("a use whose hold a person decided first comes back", async () => {
    const { engine } = await granted({ groups: ["finance"] }, { count: 1, for: "1h" });
    const [grant] = await engine.grants();
    const { hold, run } = await begin(engine, 10);
    await run.result();
    expect(await engine.grants.get(grant?.id ?? "")).toMatchObject({ status: "used up", uses: [{ hold: hold.id }] });
    const lost = await begin(engine, 7);
    await engine.decide(lost.hold, { approved: true }, { by: "ben" });
    // As a process leaves it that reserved a use, and lost the hold to a person before it could vote.
    const record = await world.store.record("default", "grant", grant?.id ?? "", Date.now());
    const body = {
      ...(JSON.parse(record?.body ?? "") as object),
      uses: [{ hold: lost.hold.id, at: 1, settled: false }],
      count: 2,
    };
    const put = { type: "putRecord", kind: "grant", id: grant?.id ?? "", body: JSON.stringify(body) } as const;
    await world.store.commit("default", [{ ...put, expiresAt: null, expected: "any", at: Date.now() }]);
    const next = await world.deploy([paying({ groups: ["finance"] })]);
    for (const amount of [1, 2])
      expect(await (await next.run("paying", { amount })).result()).toMatchObject({ grant: grant?.id });
    const { uses } = await next.grants.get(grant?.id ?? "");
    expect([uses.length, uses.map((use) => use.hold).includes(lost.hold.id)]).toEqual([2, false]);
  });
});
