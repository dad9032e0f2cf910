import type { Engine, Hold, Run } from "holdpoint";
import { z } from "zod";
import type { Judged } from "../classifier/figures.ts";
import type { Letter } from "../corpus/split.ts";
import type { Folder } from "../program/places.ts";
import { decisionIn } from "./decisions.ts";
import { fileOf, runOf } from "./stream.ts";
import { question, triage } from "./workflow.ts";

/** What the store says about every mail that was ever triaged here. */
export interface Register {
  runs: readonly Run[];
  open: readonly Hold[];
  decided: readonly Hold[];
}

export async function readRegister(engine: Engine): Promise<Register> {
  const filter = { workflow: triage.name };
  const holds = (status: "open" | "decided") =>
    all((cursor) => engine.holds({ ...filter, name: question, status: [status] }, { limit: 500, cursor }));
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

/** Notes beside each predicted score what the person said later: calibration in use is measured from these. */
export async function labelScores(engine: Engine, { decided }: Register): Promise<void> {
  for (const hold of decided) {
    const said = decisionIn(hold);
    if (said) await engine.label(hold.runId, "step:score#1", said.label, { by: said.by });
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
