import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createEngine,
  type Engine,
  type Hold,
  memoryStore,
  type Store,
  staticDirectory,
  workflow,
} from "@holdpoint/core";
import { sqlite } from "@holdpoint/sql";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { annotation } from "./annotation.ts";
import { AnnotationQueue, annotationLines, annotationReport } from "./queue.ts";
import { isSampled } from "./sampling.ts";

const directory = staticDirectory({ groups: { annotators: ["ana", "ben", "cleo"], leads: ["zoe", "ana"] } });
const form = z.object({ label: z.enum(["spam", "ham"]), why: z.string().optional() });
const mails = annotation({
  name: "mail-labels",
  form,
  label: ({ label }) => label,
  show: (mail: { subject: string }) => ({ title: "Spam?", context: mail }),
  annotators: { groups: ["annotators"], count: 2 },
  adjudicators: { groups: ["leads"] },
});

const folders: string[] = [];
const engines: Engine[] = [];
/** Two engines on one store, as two processes have them. */
const stores: Record<string, () => [Store, Store]> = {
  memory: () => {
    const store = memoryStore();
    return [store, store];
  },
  SQLite: () => {
    const folder = mkdtempSync(join(tmpdir(), "holdpoint-annotate-"));
    folders.push(folder);
    const file = join(folder, "store.db");
    return [sqlite(file), sqlite(file)];
  },
};

function engineOn(store: Store, workflows = [mails.workflow]): Engine {
  const engine = createEngine({ store, workflows, directory, keepAlive: false });
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The one hold of an item that this person may answer, once it is there. */
async function turn(queue: { inbox(person: string): Promise<{ items: Hold[] }> }, person: string): Promise<Hold> {
  await expect.poll(async () => (await queue.inbox(person)).items.length).toBe(1);
  return (await queue.inbox(person)).items[0] as Hold;
}

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

describe.each(Object.entries(stores))("an annotation queue (%s)", (_name, open) => {
  test("asks two who do not see each other's answers, and a third person where they disagree; a training reads the rest", async () => {
    const [here, there] = open();
    const engine = engineOn(here);
    await engine.start();
    const queue = new AnnotationQueue(engine, mails);
    await queue.offer("m1", { subject: "free money" }, { predicted: "spam" });
    // The same item again, from wherever, is the same item.
    await queue.offer("m1", { subject: "free money" }, { predicted: "spam" });
    await expect(queue.offer("m1", { subject: "another" })).rejects.toThrow("m1");
    const second = engineOn(there);
    const elsewhere = new AnnotationQueue(second, mails);

    const hold = await turn(queue, "ana");
    await engine.decide(hold, { label: "spam", why: "smells of it" }, { by: "ana" });
    expect((await queue.inbox("ana")).items).toEqual([]);
    const shown = JSON.stringify([await elsewhere.inbox("ben"), await second.holds(), await second.hold(hold.id)]);
    expect(shown).not.toMatch(/smells of it|"label":"spam"/);
    expect(shown).not.toContain('"predicted"');
    await second.decide(await turn(elsewhere, "ben"), { label: "ham" }, { by: "ben" });

    // Ana is a lead, too, but has annotated it.
    const dispute = await turn(queue, "zoe");
    expect((await queue.inbox("ana")).items).toEqual([]);
    expect(dispute).toMatchObject({
      name: "adjudicate",
      context: {
        item: { subject: "free money" },
        answers: [{ answer: { label: "spam" } }, { answer: { label: "ham" } }],
      },
    });
    expect(JSON.stringify(dispute.context)).not.toMatch(/ana|ben/);
    await expect(engine.decide(dispute, { label: "spam" }, { by: "ana" })).rejects.toThrow('"ana" is excluded');
    await engine.decide(dispute, { label: "spam" }, { by: "zoe" });

    await queue.offer("m2", { subject: "lunch?" }, { predicted: "spam" });
    for (const by of ["ben", "cleo"]) await engine.decide(await turn(queue, by), { label: "ham" }, { by });
    await expect.poll(async () => (await all(queue.items())).length).toBe(2);
    const lines = (await all(queue.jsonLines({ names: true }))).map((line) => JSON.parse(line));
    expect(lines.toReversed()).toEqual([
      {
        ...{ id: "m1", item: { subject: "free money" }, label: "spam", answer: { label: "spam" } },
        ...{ source: "adjudication", agreed: false, predicted: "spam" },
        annotators: [
          { by: "ana", label: "spam", answer: { label: "spam", why: "smells of it" } },
          { by: "ben", label: "ham", answer: { label: "ham" } },
        ],
      },
      {
        ...{ id: "m2", item: { subject: "lunch?" }, label: "ham", answer: { label: "ham" } },
        ...{ source: "agreement", agreed: true, predicted: "spam" },
        annotators: ["ben", "cleo"].map((by) => ({ by, label: "ham", answer: { label: "ham" } })),
      },
    ]);
    expect((await all(queue.jsonLines())).join("\n")).not.toMatch(/ana"|ben"|cleo"/);
    expect(await queue.report()).toMatchObject({
      ...{ done: 2, waiting: 0, disputed: 1, checked: 0, corrected: 0 },
      predictions: { items: 2, right: 1 },
      agreement: { krippendorff: 0, fleiss: { observed: 0.5, items: 2 }, cohen: [{ items: 1 }, { items: 1 }] },
      annotators: [
        { by: "ben", items: 2, upheld: 1 },
        { by: "ana", upheld: 1 },
        { by: "cleo", upheld: 1 },
      ],
    });
  });
});

test("goes on where it was when the process that asked is gone", async () => {
  const [here, there] = stores.SQLite?.() ?? [];
  if (!here || !there) throw new Error("no store");
  const engine = engineOn(here);
  await engine.start();
  const queue = new AnnotationQueue(engine, mails);
  await queue.offer("m1", { subject: "free money" });
  await engine.decide(await turn(queue, "ana"), { label: "spam" }, { by: "ana" });
  await engine.crash();
  const second = engineOn(there);
  await second.start();
  const elsewhere = new AnnotationQueue(second, mails);
  await second.decide(await turn(elsewhere, "ben"), { label: "spam" }, { by: "ben" });
  await expect.poll(async () => (await all(elsewhere.items())).map(({ label }) => label)).toEqual(["spam"]);
});

test("the name of another workflow, and one that nobody knows, are no queues", async () => {
  const refund = workflow({ name: "refund" }, async () => "done");
  const engine = createEngine({ store: memoryStore(), workflows: [refund] });
  engines.push(engine);
  await engine.start();
  await (await engine.run(refund, undefined, { id: "r1" })).result();
  await expect(annotationReport(engine, "refund")).rejects.toThrow('"refund" is no annotation queue: run "r1"');
  await expect(annotationReport(engine, "refunds")).rejects.toThrow('no annotation queue "refunds"');
  await expect(all(annotationLines(engine, "refunds"))).rejects.toThrow('no annotation queue "refunds"');
});

describe("quality checks", () => {
  const checkedMails = annotation({
    ...{ name: "checked", form, label: ({ label }: z.infer<typeof form>) => label },
    show: (mail: { subject: string }) => ({ title: "Spam?", context: mail }),
    annotators: { groups: ["annotators"], count: 1 },
    adjudicators: { groups: ["leads"] },
    check: { rate: 1, reviewers: { groups: ["leads"] } },
    sample: { rate: 0.3, seed: "s" },
  });

  test("take the share of items that the seed says, and look at answers again without being told them", async () => {
    const engine = createEngine({ store: memoryStore(), workflows: [checkedMails.workflow], directory });
    engines.push(engine);
    await engine.start();
    const queue = new AnnotationQueue(engine, checkedMails);
    const ids = Array.from({ length: 40 }, (_, n) => `m${n}`);
    const offered = await Promise.all(ids.map((id) => queue.offer(id, { subject: id })));
    const taken = offered.filter(({ runId }) => runId !== null).map(({ id }) => id);
    expect(taken).toEqual(ids.filter((id) => isSampled(id, { rate: 0.3, seed: "s" })));
    expect(taken.length).toBeGreaterThan(4);
    await expect.poll(async () => (await queue.inbox("ben")).items.length).toBe(taken.length);
    const open = (await queue.inbox("ben")).items;
    await engine.holds.decideMany(open, { label: "spam" }, { by: "ben", note: "all of them" });
    await expect.poll(async () => (await queue.inbox("zoe")).items.length).toBe(taken.length);
    const checks = (await queue.inbox("zoe")).items;
    expect(checks.every(({ name }) => name === "check")).toBe(true);
    expect(JSON.stringify(checks)).not.toMatch(/all of them|"value":/);
    for (const [at, hold] of checks.entries())
      await engine.decide(hold, { label: at === 0 ? "ham" : "spam" }, { by: "zoe" });
    await expect.poll(async () => (await queue.report()).done).toBe(taken.length);
    expect(await queue.report()).toMatchObject({ checked: taken.length, corrected: 1, predictions: null });
    const corrected = (await all(queue.items())).filter(({ source }) => source === "check");
    expect(corrected).toMatchObject([
      { label: "ham", annotations: [{ by: "ben", label: "spam" }], check: { by: "zoe" } },
    ]);
  });

  test("the sample is as large as its rate, the same for everybody, and a higher rate keeps what a lower one chose", () => {
    const ids = Array.from({ length: 10_000 }, (_, n) => `item ${n}`);
    const at = (rate: number) => ids.filter((id) => isSampled(id, { rate, seed: "a" }));
    expect(Math.abs(at(0.05).length - 500)).toBeLessThan(80);
    const more = new Set(at(0.1));
    expect(at(0.05).every((id) => more.has(id))).toBe(true);
    expect([at(0).length, at(1).length]).toEqual([0, 10_000]);
    expect(ids.filter((id) => isSampled(id, { rate: 0.05, seed: "b" }))).not.toEqual(at(0.05));
  });

  test("rates and counts that mean nothing are refused", async () => {
    const wrong = {
      ...{ name: "w", form, label: () => null, show: () => ({ title: "?" }) },
      adjudicators: { people: ["z"] },
    };
    expect(() => annotation({ ...wrong, annotators: { people: ["a"], count: 0 } })).toThrow("annotators.count");
    const sample = { rate: 2 };
    expect(() => annotation({ ...wrong, sample, annotators: { people: ["a"], count: 1 } })).toThrow("sample.rate");
    const engine = createEngine({ store: memoryStore(), workflows: [mails.workflow] });
    await expect(engine.run("mail-labels", { id: "", item: 1 })).rejects.toThrow("must name the item");
    await engine.stop();
  });
});
