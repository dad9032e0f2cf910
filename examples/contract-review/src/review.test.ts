import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestEngine, reply } from "holdpoint/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { contractReview, desk } from "./review.ts";
import { findRisks, readTerms } from "./terms.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "contracts-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const contract = (name: string): Promise<string> =>
  readFile(new URL(`../contracts/${name}.txt`, import.meta.url), "utf8");

async function review(name: string, answers: Parameters<typeof createTestEngine>[0]["answers"] = {}) {
  const engine = createTestEngine({ workflows: [contractReview], services: [desk.provide({ folder })], answers });
  try {
    const run = await engine.run(contractReview, { id: name, text: await contract(name) }, { id: name });
    return { result: await run.result(), run: await run.describe(), files: (await readdir(folder)).sort() };
  } finally {
    await engine.stop();
  }
}

test("the terms of a contract are read", async () => {
  expect(readTerms(await contract("hosting"))).toMatchObject({
    parties: ["Northwind Data BV", "Example Ltd"],
    months: 36,
    noticeDays: 90,
    yearlyFee: 57_600,
  });
  expect(findRisks(readTerms(await contract("cleaning")))).toEqual([]);
});

test("a harmless contract only needs a signature, and its parties are told", async () => {
  const { result, files } = await review("cleaning", { "sign-off": { approved: true } });
  expect(result).toEqual({ letters: ["Bright Rooms GmbH: signed", "Example Ltd: signed"] });
  expect(files).toEqual(["cleaning-archive.json", "cleaning-signed.txt"]);
});

test("a risky contract is looked at by a lawyer first, and the author hears why it is not signed", async () => {
  const { result, files } = await review("hosting", {
    "legal review": { advice: "cap the liability" },
    "sign-off": reply({ approved: false }, { note: "not like this" }),
  });
  expect(result).toEqual({ letters: ["Northwind Data BV: declined", "Example Ltd: declined"] });
  expect(files).toEqual(["hosting-archive.json", "hosting-declined.txt"]);
  expect(await readFile(join(folder, "hosting-declined.txt"), "utf8")).toBe(
    "We do not sign.\nnot like this\ncap the liability\n",
  );
});

test("a signature that nobody gives in two weeks is not given", async () => {
  const { files } = await review("cleaning");
  expect(files).toContain("cleaning-declined.txt");
});
