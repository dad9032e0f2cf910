import { InvalidStateError, type RunHandle, type RunStatus, systemClock } from "@holdpoint/core";
import type { MachineRecord, Taken } from "./record.ts";
import type { Tail } from "./tail.ts";

/** How long until a wait looks again for what another process did, in ms: at first, and at most. */
const lookAgainMs = [4, 250] as const;
const over: readonly RunStatus[] = ["completed", "failed", "cancelled", "diverged"];

/** What the newest generation of an instance's run has recorded. */
export async function readRecords(run: RunHandle<unknown>): Promise<MachineRecord[]> {
  const records: MachineRecord[] = [];
  for (;;) {
    const page = await run.stream(records.length, 1000);
    records.push(...page.map(({ value }) => value as MachineRecord));
    if (page.length < 1000) return records;
  }
}

/** How a wait for a record is bounded. */
export interface WaitOptions {
  /** For errors: `task "deploy"`. */
  what: string;
  /** Default: as long as it takes. */
  limitMs?: number | undefined;
  /** How often to look for what other processes did; default: soon at first, then every quarter of a second. */
  lookMs?: number | undefined;
}

/**
 * Looks at the records of a run until `find` finds the one it is after: as soon as this process wrote, or now and then.
 *
 * @throws InvalidStateError the run ended without it, or the limit passed
 */
export async function waitForRecord(
  tail: Tail,
  run: RunHandle<unknown>,
  find: (records: MachineRecord[]) => Taken | undefined,
  { what, limitMs, lookMs }: WaitOptions,
): Promise<Taken> {
  const end = limitMs === undefined ? Number.POSITIVE_INFINITY : systemClock.now() + limitMs;
  let ended: RunStatus | null = null;
  for (let pause: number = lookMs ?? lookAgainMs[0]; ; pause = lookMs ?? Math.min(2 * pause, lookAgainMs[1])) {
    const heard = tail.next(run.id);
    try {
      const records = await readRecords(run);
      const found = find(records);
      if (found) {
        tail.saw(run.id, records);
        return found;
      }
      if (ended !== null) throw await whyNot(run, what, ended);
      const now = systemClock.now();
      if (now >= end) throw new InvalidStateError(`${what} did not get there in time`);
      await heard.within(Math.min(pause, end - now));
      // Records are written before the end is: one more look after it is the last.
      if (pause > lookAgainMs[0]) {
        const status = await run.status();
        if (over.includes(status)) ended = status;
      }
    } finally {
      heard.stop();
    }
  }
}

async function whyNot(run: RunHandle<unknown>, what: string, status: RunStatus): Promise<Error> {
  const { note } = await run.describe();
  return new InvalidStateError(`the run of ${what} is ${status}${note === null ? "" : `: ${note}`}`, {
    runId: run.id,
    status,
  });
}
