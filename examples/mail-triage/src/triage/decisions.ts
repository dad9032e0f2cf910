import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Hold } from "holdpoint";
import { z } from "zod";
import type { Lesson } from "../classifier/train.ts";
import type { Letter } from "../corpus/split.ts";
import { fileOf } from "./stream.ts";

const shape = z.object({
  file: z.string(),
  spam: z.boolean(),
  proposed: z.enum(["inbox", "quarantine"]),
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

const action = z.object({ name: shape.shape.proposed, arguments: z.object({ file: z.string() }) });
const answer = z.object({ approved: z.boolean() });

/** What a decided hold says; null where nobody decided it, or its content was erased. */
export function decisionIn({ id, action: proposal, decision, decidedBy, closedAt, fired }: Hold): DecisionLine | null {
  const proposed = action.safeParse(proposal).data;
  const approved = answer.safeParse(decision?.value).data?.approved;
  if (!proposed || approved === undefined || decidedBy === null || closedAt === null) return null;
  return {
    file: proposed.arguments.file,
    spam: approved === (proposed.name === "quarantine"),
    proposed: proposed.name,
    confidence: Number(fired[0]?.value),
    by: decidedBy,
    note: decision?.note ?? null,
    at: closedAt.toISOString(),
    hold: id,
  };
}

/** Exports decisions as JSON lines, in a fixed order, whole or not at all. This file is what the next training reads. */
export function exportDecisions(path: string, holds: readonly Hold[]): void {
  const lines = holds.flatMap((hold) => decisionIn(hold) ?? []).sort((a, b) => (a.file < b.file ? -1 : 1));
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
    const { file, spam } = shape.parse(JSON.parse(text));
    const letter = byFile.get(file);
    return letter ? [{ letter, spam }] : [];
  });
}
