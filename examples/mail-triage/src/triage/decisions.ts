import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Hold } from "holdpoint";
import { z } from "zod";
import type { Lesson } from "../classifier/train.ts";
import type { Letter } from "../corpus/split.ts";
import { fileOf } from "./stream.ts";

const label = z.enum(["spam", "good"]);

/** Named as in the lines of an annotation queue, so that one training can read both. */
const shape = z.object({
  /** The mail's file. */
  id: z.string(),
  label,
  /** What the classifier would have said. */
  predicted: label,
  /** How sure the classifier was of what it proposed. */
  confidence: z.number(),
  by: z.string(),
  /** The reason, where one was given: of many that were decided together each has the common one. */
  note: z.string().nullable(),
  at: z.iso.datetime(),
  hold: z.string(),
});

/** What somebody said of a mail that the classifier was unsure of: a line of the export. */
export type DecisionLine = z.infer<typeof shape>;

const action = z.object({ name: z.enum(["inbox", "quarantine"]), arguments: z.object({ file: z.string() }) });
const answer = z.object({ approved: z.boolean() });

/** What a decided hold says; null where nobody decided it, or its content was erased. */
export function decisionIn({ id, action: proposal, decision, decidedBy, closedAt, fired }: Hold): DecisionLine | null {
  const proposed = action.safeParse(proposal).data;
  const approved = answer.safeParse(decision?.value).data?.approved;
  if (!proposed || approved === undefined || decidedBy === null || closedAt === null) return null;
  const predicted = proposed.name === "quarantine" ? "spam" : "good";
  return {
    id: proposed.arguments.file,
    label: approved ? predicted : predicted === "spam" ? "good" : "spam",
    predicted,
    confidence: Number(fired[0]?.value),
    by: decidedBy,
    note: decision?.note ?? null,
    at: closedAt.toISOString(),
    hold: id,
  };
}

/** Exports decisions as JSON lines, in a fixed order, whole or not at all. This file is what the next training reads. */
export function exportDecisions(path: string, holds: readonly Hold[]): void {
  const lines = holds.flatMap((hold) => decisionIn(hold) ?? []).sort((a, b) => (a.id < b.id ? -1 : 1));
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  renameSync(draft, path);
}

/** The lessons in an export: each is a letter of these with the label a person gave it. */
export function lessonsIn(path: string, letters: readonly Letter[]): Lesson[] {
  const byFile = new Map(letters.map((letter) => [fileOf(letter), letter]));
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return lines.flatMap((text) => {
    const { id, label } = shape.parse(JSON.parse(text));
    const letter = byFile.get(id);
    return letter ? [{ letter, spam: label === "spam" }] : [];
  });
}
