import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { LedgerLine } from "../triage/ledger.ts";
import type { AtKill } from "./account.ts";

const shape = z.object({
  lines: z.number(),
  records: z.array(
    z.object({
      run: z.string(),
      state: z.enum(["finished", "waiting", "unfinished"]),
      steps: z.array(z.tuple([z.string(), z.array(z.string())])),
    }),
  ),
});

/** Keeps how things stood at the kill, so that they can be counted even when the program is stopped in between. */
export function saveAtKill(path: string, { ledger, records }: AtKill): void {
  const content: z.infer<typeof shape> = {
    lines: ledger.length,
    records: records.map(({ run, state, steps }) => ({
      run,
      state,
      steps: [...steps].map(([step, digests]) => [step, [...digests]]),
    })),
  };
  writeFileSync(path, JSON.stringify(content));
}

/** Null when it was not kept whole. The ledger only grows, so its first lines are those of then. */
export function loadAtKill(path: string, ledger: readonly LedgerLine[]): AtKill | null {
  try {
    const { lines, records } = shape.parse(JSON.parse(readFileSync(path, "utf8")));
    return {
      ledger: ledger.slice(0, lines),
      records: records.map((record) => ({ ...record, steps: new Map(record.steps) })),
    };
  } catch {
    return null;
  }
}
