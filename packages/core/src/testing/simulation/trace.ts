import { decodePayload } from "../../journal/payload.ts";
import type { Store, StoredPayload } from "../../store/store.ts";
import type { TraceLine } from "../scheduler.ts";
import { type Archive, readArchive } from "./archive.ts";
import { simulate } from "./simulate.ts";

/** Lines of a trace before and after a problem. */
const around = 60;

/**
 * What happened in a world that went wrong: the lines around its first problem, and the journal of every run that a
 * problem names, with what its code observed.
 */
export async function readableTrace(
  seed: number,
  store?: () => Store | Promise<Store>,
  { encrypted = false } = {},
): Promise<string> {
  const lines: TraceLine[] = [];
  const journals: string[] = [];
  const problems: string[] = [];
  const result = await simulate(seed, {
    encrypted,
    ...(store ? { store } : {}),
    onTrace: (line) => lines.push(line),
    onEnd: async (world) => {
      const text = world.witness.violations.join("\n");
      const archive = await readArchive(world);
      for (const run of archive.runs) if (text.includes(run.row.id)) journals.push(journalOf(run, world.witness));
    },
  });
  problems.push(...result.violations);
  const first = lines.findIndex((line) => line.actor === "CHECK");
  const began = lines[0]?.at ?? 0;
  const shown = lines.slice(Math.max(0, first - around), first + 5);
  return [
    `seed ${seed}: ${problems.length} problems`,
    ...problems.map((problem) => `  ${problem}`),
    "",
    ...shown.map(({ at, actor, what }) => `${String(at - began).padStart(8)}  ${actor.padEnd(10)} ${what}`),
    "",
    ...journals,
  ].join("\n");
}

function journalOf(
  { name, row, entries, mail, program }: Archive["runs"][number],
  witness: {
    observations(id: string, generation: number, round: number, attempt: number): { lines: string[] } | undefined;
  },
): string {
  const rows = [
    ...entries.map(
      (entry) => [entry.seq, `${entry.key} ${entry.phase} ${entry.outcome ?? ""} ${shortly(entry.payload)}`] as const,
    ),
    ...mail.map((one) => [one.n, `    mail: ${one.kind} ${one.key} ${shortly(one.payload)}`] as const),
  ].sort((a, b) => a[0] - b[0]);
  const observed = witness.observations(row.id, row.generation, 0, 1)?.lines ?? [];
  return [
    `${name} (${row.workflow}) ${row.status} ${row.note ?? ""}`,
    ...rows.map(([n, text]) => `  ${String(n).padStart(4)} ${text}`),
    "  observed:",
    ...observed.map((line) => `       ${line.slice(0, 160)}`),
    `  program: ${JSON.stringify(program)}`,
    "",
  ].join("\n");
}

function shortly(payload: StoredPayload | null): string {
  if (payload === null) return "";
  if (payload.codec === "hash" || payload.codec === "erased") return `(${payload.codec})`;
  return JSON.stringify(decodePayload(payload))?.slice(0, 120) ?? "undefined";
}
