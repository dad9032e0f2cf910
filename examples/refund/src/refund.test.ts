import { readFileSync } from "node:fs";
import { HoldConflictError, type RunHandle } from "holdpoint";
import { createTestEngine, type TestEngine } from "holdpoint/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { refund } from "./refund.ts";
import { Shop, shop, staff } from "./shop.ts";

let desk: Shop;
let engine: TestEngine;
afterEach(() => engine?.stop());

describe.each(["normal", "crash"] as const)("a refund (%s)", (discipline) => {
  beforeEach(() => {
    desk = new Shop({ closedCards: ["B-2"] });
    engine = createTestEngine({ workflows: [refund], services: [shop.provide(desk)], directory: staff, discipline });
  });
  const asked = async (order: string, amount: number): Promise<RunHandle<{ paid: number; signed: string[] }>> =>
    engine.run(refund, { order, amount, why: "it came late" }, { by: "ana" });
  const decide = (run: { id: string }, by: string, approved = true, args?: object) =>
    engine.answer("approve refund", { approved, ...(args && { args }) }, { by, run });

  test("above a hundred dollars takes two people, neither of whom asked for it", async () => {
    const run = await asked("A-7", 120);
    await expect(decide(run, "ana")).rejects.toThrow('"ana" started the run); finance (ben, cleo) may');
    await decide(run, "ben");
    await expect(decide(run, "eve")).rejects.toThrow("cleo");
    expect([...desk.payments.values()]).toEqual([]);
    await decide(run, "cleo");
    expect(await run.result()).toEqual({ paid: 120, signed: ["ben", "cleo"] });
    expect([...desk.payments.values()]).toEqual([{ order: "A-7", amount: 120 }]);
  });

  test("below it one, who is not the one who asked either", async () => {
    const run = await asked("A-7", 40);
    await expect(decide(run, "ana")).rejects.toThrow("started the run");
    await decide(run, "cleo");
    expect(await run.result()).toEqual({ paid: 40, signed: ["cleo"] });
  });

  test("is decided on what was read: changed evidence is refused with the difference", async () => {
    const run = await asked("A-7", 120);
    const read = await run.hold("approve refund");
    await engine.holds.amend(read, { total: 120, delivered: "in time", why: "it came late" }, { by: "ana" });
    const refused = await engine.decide(read, { approved: true }, { by: "ben" }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(HoldConflictError);
    expect((refused as HoldConflictError).difference).toEqual([
      { path: "context.delivered", before: "two weeks late", after: "in time" },
    ]);
    expect((await engine.hold(read.id)).progress.votes).toEqual([]);
    const bare = engine.decide(read.id, { approved: true }, { by: "ben" });
    await expect(bare).rejects.toThrow("pass the hold as it was read");
  });

  test("may be granted in part, which voids the votes before; more than was asked for may not", async () => {
    const run = await asked("A-7", 120);
    await decide(run, "ben");
    await expect(decide(run, "cleo", true, { amount: 500 })).rejects.toThrow("amount");
    const edited = await decide(run, "cleo", true, { amount: 80 });
    expect(edited.progress.votes.map(({ by }) => by)).toEqual(["cleo"]);
    await decide(run, "ben");
    expect(await run.result()).toEqual({ paid: 80, signed: ["cleo", "ben"] });
  });

  test("that nobody answers is reminded of, shown to the leads, and refused: silence never pays", async () => {
    const run = await asked("A-7", 120);
    const hold = await run.hold("approve refund");
    expect(await run.result()).toEqual({ paid: 0, signed: [] });
    expect((await engine.holdEvents(hold.id)).map(({ action }) => action)).toEqual([
      "opened",
      "reminded",
      "escalated",
      "decided",
    ]);
    expect(await run.describe()).toMatchObject({ outcome: "rejected" });
  });

  test("after a day the leads may decide as well", async () => {
    const run = await asked("A-7", 40);
    await run.hold("approve refund");
    await engine.advance("25h");
    await decide(run, "zoe");
    expect(await run.result()).toEqual({ paid: 40, signed: ["zoe"] });
  });

  test("whose payment fails leaves no credit note", async () => {
    const run = await asked("B-2", 35);
    await decide(run, "ben");
    await expect(run.result()).rejects.toThrow("the card was closed");
    expect([...desk.notes.values()]).toEqual([{ order: "B-2", amount: 35, void: true }]);
    expect(desk.payments.size).toBe(0);
  });
});

test("the program says what its page says it does", async () => {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  await import("./main.ts");
  vi.restoreAllMocks();
  const page = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  expect(lines.join("\n")).toBe(/```\n(ana .*?)\n```/s.exec(page)?.[1]);
});
