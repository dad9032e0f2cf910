import { afterEach, describe, expect, test } from "vitest";
import { World } from "../run/world.fixture.ts";
import { memoryStore } from "../store/index.ts";
import type { HoldEvent } from "../store/store.ts";
import { workflow } from "../workflow/definition.ts";

const asking = workflow({ name: "asking" }, (ctx) =>
  ctx.approve("sign", { title: "Pay?", reviewers: { people: ["ana", "ben"], quorum: 2 } }),
);

describe("the audit trail of a hold", () => {
  /** What somebody does to the stored events before they are read. */
  let tamper: (events: HoldEvent[]) => HoldEvent[] = (events) => events;
  const inner = memoryStore();
  const store = { ...inner, holdEvents: async (...of: [string, string]) => tamper(await inner.holdEvents(...of)) };
  const world = new World([asking], { store });
  afterEach(() => world.clock.settle());

  test.each<[string, (events: HoldEvent[]) => HoldEvent[], RegExp | null]>([
    ["as it was written is intact", (events) => events, null],
    [
      "with another person in it is named",
      (events) => events.map((one) => (one.n === 2 ? { ...one, actor: "eve" } : one)),
      /event 2 \(voted\) of its audit trail is not what was written/,
    ],
    [
      "with other words in it is named",
      (events) => events.map((one) => (one.n === 3 ? { ...one, data: events[3]?.data ?? null } : one)),
      /event 3 \(voted\) of its audit trail is not what was written/,
    ],
    [
      "with an event gone is named",
      (events) => events.filter(({ n }) => n !== 2),
      /event 2 of its audit trail is gone/,
    ],
    ["with its end gone is named", (events) => events.slice(0, 2), /the end of its audit trail is gone/],
    [
      "with its links gone is named",
      (events) => events.map((one) => (one.n > 1 ? { ...one, hash: null } : one)),
      /event 2 \(voted\) of its audit trail lost its link/,
    ],
    [
      "rewritten whole, without links, still has to have the votes that counted",
      (events) => events.map((one) => ({ ...one, hash: null, actor: one.action === "voted" ? "eve" : one.actor })),
      /does not have the vote of "ana" that counted/,
    ],
  ])("%s", async (_what, tampering, message) => {
    tamper = (events) => events;
    const run = await world.begin(asking, undefined);
    const hold = await world.clock.until(run.hold("sign"));
    for (const by of ["ana", "ben"]) await world.clock.until(world.engine.decide(hold, { approved: true }, { by }));
    await world.result(run);
    tamper = tampering;
    const { verdict, problems } = await world.clock.until(world.engine.verify(run.id));
    expect(verdict).toBe(message ? "broken" : "intact");
    if (message) expect(problems.map((problem) => problem.message).join("\n")).toMatch(message);
  });

  test("is still linked after erasure", async () => {
    tamper = (events) => events;
    const run = await world.begin(asking, undefined);
    const hold = await world.clock.until(run.hold("sign"));
    for (const by of ["ana", "ben"]) await world.clock.until(world.engine.decide(hold, { approved: true }, { by }));
    await world.result(run);
    await world.clock.until(world.engine.erase({ run: run.id }));
    expect(await world.clock.until(world.engine.verify(run.id))).toMatchObject({ verdict: "erased", problems: [] });
  });
});
