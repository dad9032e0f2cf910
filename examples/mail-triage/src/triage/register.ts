import type { Engine, Hold, Run } from "holdpoint";
import { z } from "zod";
import type { Judged } from "../classifier/figures.ts";
import type { Lesson } from "../classifier/train.ts";
import type { Letter } from "../corpus/split.ts";
import type { Folder } from "../program/places.ts";
import { fileOf, runOf } from "./stream.ts";
import { triage } from "./workflow.ts";

/** What the store says about every mail that was ever triaged here. */
export interface Register {
  runs: readonly Run[];
  open: readonly Hold[];
  decided: readonly Hold[];
}

export async function readRegister(engine: Engine): Promise<Register> {
  const filter = { workflow: triage.name };
  const holds = (status: "open" | "decided") =>
    all((cursor) => engine.holds({ ...filter, name: "quarantine", status: [status] }, { limit: 500, cursor }));
  return {
    runs: await all((cursor) => engine.runs(filter, { limit: 500, cursor })),
    open: await holds("open"),
    decided: await holds("decided"),
  };
}

async function all<T>(read: (cursor: string | null) => Promise<{ items: T[]; cursor: string | null }>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: T[]; cursor: string | null } = await read(cursor);
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return items;
}

const answer = z.object({ approved: z.boolean() });

/** What people taught: each decided hold is a mail with a label. In a fixed order. */
export function lessonsOf({ decided }: Register, letters: readonly Letter[]): Lesson[] {
  const byRun = new Map(letters.map((letter) => [runOf(fileOf(letter)), letter]));
  const lessons = decided.flatMap((hold) => {
    const letter = byRun.get(hold.runId);
    const value = answer.safeParse(hold.decision?.value);
    return letter && value.success ? [{ letter, spam: value.data.approved }] : [];
  });
  return lessons.sort((a, b) => (a.letter.digest < b.letter.digest ? -1 : 1));
}

/** Notes beside each predicted score what the person said later: calibration in use is measured from these. */
export async function labelScores(engine: Engine, { decided }: Register): Promise<void> {
  for (const { runId, decidedBy, decision } of decided) {
    const value = answer.safeParse(decision?.value);
    if (!value.success) continue;
    await engine.label(
      runId,
      "step:score#1",
      value.data.approved ? "spam" : "good",
      decidedBy === null ? {} : { by: decidedBy },
    );
  }
}

const attributes = z.object({
  probability: z.number(),
  verdict: z.enum(["inbox", "quarantine", "ask"]),
  folder: z.enum(["inbox", "quarantine"]).optional(),
});

/** What the classifier said of each mail of the batch, beside the truth. */
export function judgedOf({ runs }: Register, letters: readonly Letter[]): Judged[] {
  const byRun = new Map(runs.map((run) => [run.id, run]));
  return letters.flatMap((letter) => {
    const said = attributes.safeParse(byRun.get(runOf(fileOf(letter)))?.attributes);
    return said.success
      ? [{ probability: said.data.probability, verdict: said.data.verdict, spam: letter.label === "spam" }]
      : [];
  });
}

/** Where each mail belongs according to its run: filed where it was filed, held while a person is waited for. */
export function homesOf({ runs }: Register): Map<string, Folder> {
  const homes = new Map<string, Folder>();
  for (const run of runs) {
    const said = attributes.safeParse(run.attributes);
    const file = `${run.id.replace("mail-", "")}.eml`;
    if (run.status === "completed" && said.data?.folder) homes.set(file, said.data.folder);
    else if (run.status === "parked" && run.waiting === "hold") homes.set(file, "held");
  }
  return homes;
}
