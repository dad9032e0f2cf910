import type {
  ChangeType,
  EntryKind,
  EntryOutcome,
  HoldStatus,
  MailKind,
  ParentClose,
  RunStatus,
  Severity,
  Waiting,
} from "@holdpoint/core";
import { CorruptionError } from "@holdpoint/core";
import type { SqlValue } from "../driver/driver.ts";

/**
 * Small integers that stand for words in the tables. A number is never reused and never changes its meaning:
 * it is in every database out there.
 */
export function codes<W extends string>(
  table: Record<W, number>,
): { of(word: W): number; word(code: SqlValue | undefined): W } {
  const words = new Map<SqlValue | undefined, W>();
  for (const word in table) words.set(table[word], word);
  return {
    of: (word) => table[word],
    word(code) {
      const found = words.get(code);
      if (found === undefined)
        throw new CorruptionError(`the database holds the unknown code ${String(code)}`, { code });
      return found;
    },
  };
}

/** Statuses as they stand in `run.status`. `delayed` is ready, but not before `ready_at`. */
export const statusCode = {
  ready: 0,
  delayed: 1,
  running: 2,
  parked: 3,
  paused: 4,
  diverged: 5,
  completed: 6,
  failed: 7,
  cancelled: 8,
} as const satisfies Record<RunStatus | "delayed", number>;

/** Every status from here on is finished. */
export const firstFinished = statusCode.completed;

const statuses = codes<RunStatus | "delayed">(statusCode);
export const runStatus = {
  of: (status: RunStatus): number => statusCode[status],
  word(code: SqlValue | undefined): RunStatus {
    const word = statuses.word(code);
    return word === "delayed" ? "ready" : word;
  },
};

export const waitingFor = codes<Exclude<Waiting, null>>({
  hold: 1,
  operator: 2,
  signal: 3,
  child: 4,
  time: 5,
  retry: 6,
  worker: 7,
});

export const entryKind = codes<EntryKind>({
  run: 0,
  step: 1,
  sleep: 2,
  signal: 3,
  hold: 4,
  child: 5,
  scope: 6,
  patch: 7,
  version: 8,
  label: 9,
});

const outcomes = codes<Exclude<EntryOutcome, null>>({ ok: 0, error: 1, unknown: 2 });
export const entryOutcome = {
  of: (outcome: EntryOutcome): number | null => (outcome === null ? null : outcomes.of(outcome)),
  word: (code: SqlValue | undefined): EntryOutcome => (code === null ? null : outcomes.word(code)),
};

export const mailKind = codes<MailKind>({
  decision: 0,
  signal: 1,
  child: 2,
  tick: 3,
  cancel: 4,
  pause: 5,
  resume: 6,
  retry: 7,
  migrate: 8,
  pin: 9,
  holdExpired: 10,
  operator: 11,
});

export const holdCode = {
  open: 0,
  answered: 1,
  decided: 2,
  expired: 3,
  withdrawn: 4,
  superseded: 5,
} as const satisfies Record<HoldStatus, number>;
export const holdStatus = codes<HoldStatus>(holdCode);

/** A hold's statuses stand in `feed.what` from here on. */
export const firstHoldChange = 20;

/** What happened, as it stands in `feed.what`: what a run's status is now, or a hold's, and what neither says. */
export const changeType = codes<ChangeType>({
  "run.ready": statusCode.ready,
  "run.running": statusCode.running,
  "run.parked": statusCode.parked,
  "run.paused": statusCode.paused,
  "run.diverged": statusCode.diverged,
  "run.completed": statusCode.completed,
  "run.failed": statusCode.failed,
  "run.cancelled": statusCode.cancelled,
  "run.started": 9,
  "run.continued": 10,
  "hold.moved": firstHoldChange + holdCode.open,
  "hold.answered": firstHoldChange + holdCode.answered,
  "hold.decided": firstHoldChange + holdCode.decided,
  "hold.expired": firstHoldChange + holdCode.expired,
  "hold.withdrawn": firstHoldChange + holdCode.withdrawn,
  "hold.superseded": firstHoldChange + holdCode.superseded,
  "hold.opened": 30,
});

export const severityCode = codes<Severity>({ low: 0, medium: 1, high: 2, critical: 3 });
export const originCode = codes<"author" | "operator">({ author: 0, operator: 1 });
export const parentClose = codes<ParentClose>({ cancel: 0, abandon: 1 });

/**
 * Phases are in every journal row, so the usual ones are one or two letters there. Anything else is kept as it is.
 */
const phaseForm = /^(opened|settled|attempt:(\d+))(~\d+)?$/;
const storedPhaseForm = /^(o|s|a(\d+))(~\d+)?$/;

export function storedPhase(phase: string): string {
  if (phase === "settled") return "s";
  if (phase === "opened") return "o";
  const parts = phaseForm.exec(phase);
  if (parts === null) return `=${phase}`;
  const head = parts[2] === undefined ? (parts[1] === "opened" ? "o" : "s") : `a${parts[2]}`;
  return head + (parts[3] ?? "");
}

export function readPhase(stored: string): string {
  if (stored === "s") return "settled";
  if (stored === "o") return "opened";
  if (stored.startsWith("=")) return stored.slice(1);
  const parts = storedPhaseForm.exec(stored);
  if (parts === null) throw new CorruptionError(`the journal holds the unknown phase ${stored}`, { phase: stored });
  const head = parts[2] === undefined ? (parts[1] === "o" ? "opened" : "settled") : `attempt:${parts[2]}`;
  return head + (parts[3] ?? "");
}
