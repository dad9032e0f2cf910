import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AnswerRules, createTestEngine, type TestEngine } from "holdpoint/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { expensePipeline } from "./expense.ts";
import { ledger } from "./steps.ts";

let folder: string;
let engine: TestEngine | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "expense-"));
});
afterEach(async () => {
  await engine?.stop();
  await rm(folder, { recursive: true, force: true });
});

const small = "Corner Café\ncoffee 4.20\ntotal 4.20";
const large = "Grand Hotel\nroom 210.00\nbreakfast 24.50\ntotal 234.50";

describe.each(["normal", "crash"] as const)("an expense (%s)", (discipline) => {
  const start = async (input: object, answers: AnswerRules = {}) => {
    engine = createTestEngine({
      workflows: [await expensePipeline()],
      services: [ledger.provide({ file: join(folder, "paid.txt") })],
      answers,
      discipline,
    });
    return { engine, run: await engine.run("expense", input, { id: "e-1", by: "ana" }) };
  };
  const paid = async (): Promise<string> => readFile(join(folder, "paid.txt"), "utf8").catch(() => "");

  test("below the limit is paid at once", async () => {
    const { run } = await start({ who: "ana", receipt: small });
    expect(await run.result()).toEqual({ paid: 4.2, letter: null, decided_by: null });
    expect(await paid()).toMatch(/ 4.2 to ana\n$/);
  });

  test("above it waits for one of those who may decide, with a form that is checked", async () => {
    const { engine, run } = await start({ who: "ana", receipt: large });
    const hold = await run.hold("review");
    expect(hold.title).toBe("Pay 234.5 to ana for Grand Hotel?");
    await expect(engine.decide(hold, { decision: "pay" }, { by: "ana" })).rejects.toThrow(/dana/);
    await expect(engine.decide(hold, { decision: "perhaps" }, { by: "kim" })).rejects.toThrow(/"pay less"/);
    await expect(engine.decide(hold, { decision: "pay", until: "soon" }, { by: "kim" })).rejects.toThrow(/until/);
    await engine.decide(hold, { decision: "pay less", amount: 200 }, { by: "kim" });
    expect(await run.result()).toEqual({ paid: 200, letter: null, decided_by: "kim" });
    expect((await paid()).match(/to ana/g)).toHaveLength(1);
  });

  test("is refused with a reason, and nothing is paid", async () => {
    const { run } = await start({ who: "ana", receipt: large }, { review: { decision: "refuse", why: "no minibar" } });
    expect(await run.result()).toMatchObject({ paid: null, letter: "Dear ana, this was not paid: no minibar" });
    expect(await paid()).toBe("");
  });

  test("that nobody looks at is refused after five days", async () => {
    const { run } = await start({ who: "ana", receipt: large });
    expect(await run.result()).toMatchObject({ paid: null, decided_by: null });
  });
});

test("a claim without a receipt is refused by name", async () => {
  const pipeline = await expensePipeline();
  engine = createTestEngine({ workflows: [pipeline] });
  await expect(engine.run(pipeline, { who: "ana" })).rejects.toThrow(/receipt: is required/);
});
