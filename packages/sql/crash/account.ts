import type { Engine } from "@holdpoint/core";
import type { Ledger, LedgerLine } from "./ledger.ts";

/** What the ledger and the database say about the same runs, held against each other. */
export interface Account {
  /** For each process that was killed or frozen: how many runs had a step in flight there. */
  inFlightAtCuts: number[];
  /** Runs whose start was acknowledged and that are not there, did not end right, or whose record is not whole. */
  lost: string[];
  /** Step results that stand in a journal twice, or of which the workflow saw two. */
  recordedTwice: string[];
  /** Executions of a step beyond its first. */
  repeated: number;
  /** Those of them that nothing excuses. */
  unexcused: string[];
}

const nameOf = ({ run, step }: LedgerLine): string => `${run}/${step}`;

/** Calls of steps and what was seen of them, by step and in order. */
function byStep(lines: readonly LedgerLine[]): Map<string, LedgerLine[]> {
  const steps = new Map<string, LedgerLine[]>();
  for (const line of lines) {
    if (line.what !== "begin" && line.what !== "seen") continue;
    const own = steps.get(nameOf(line)) ?? [];
    own.push(line);
    steps.set(nameOf(line), own);
  }
  return steps;
}

/** Runs that had a step in flight in the process when it was cut off: called, and its result not seen. */
function inFlight(lines: readonly LedgerLine[], cut: LedgerLine): number {
  const open = new Map<string, string>();
  for (const line of lines) {
    if (line === cut) break;
    if (line.pid !== cut.pid) continue;
    if (line.what === "begin") open.set(nameOf(line), line.run);
    if (line.what === "seen") open.delete(nameOf(line));
  }
  return new Set(open.values()).size;
}

/**
 * A step may be called again only when the earlier call was cut off: its process was killed or frozen, and nobody had seen the
 * result before.
 */
function unexcusedRepeats(lines: readonly LedgerLine[]): { repeated: number; unexcused: string[] } {
  const place = new Map(lines.map((line, i) => [line, i]));
  const cutAt = new Map(lines.flatMap((line, i) => (line.what === "cut" ? [[line.pid, i] as const] : [])));
  const unexcused: string[] = [];
  let repeated = 0;
  for (const [name, own] of byStep(lines)) {
    let last: LedgerLine | null = null;
    let seen: LedgerLine | null = null;
    for (const line of own) {
      if (line.what === "seen") seen ??= line;
      else {
        if (last !== null) {
          repeated++;
          const at = place.get(line) ?? 0;
          if (seen !== null) unexcused.push(`${name} was called by ${line.pid} after ${seen.pid} had seen its result`);
          else if ((cutAt.get(last.pid) ?? at) >= at) {
            unexcused.push(`${name} was called by ${line.pid} although ${last.pid}, which had called it, went on`);
          }
        }
        last = line;
      }
    }
  }
  return { repeated, unexcused };
}

/** Tokens that were seen by the workflow, per step: one, or something was recorded twice. */
function seenTwice(lines: readonly LedgerLine[]): string[] {
  return [...byStep(lines)].flatMap(([name, own]) => {
    const tokens = new Set(own.filter(({ what }) => what === "seen").map(({ token }) => token));
    return tokens.size > 1 ? [`${name} was seen as ${[...tokens].join(" and as ")}`] : [];
  });
}

async function judgeRun(engine: Engine, run: string, lines: readonly LedgerLine[]) {
  const handle = await engine.get<string[]>(run);
  const { status } = await handle.describe();
  const wrong: string[] = [];
  const twice: string[] = [];
  if (status !== "completed") wrong.push(`${run} is ${status}`);
  else {
    const tokens = await handle.result();
    const returned = new Map(
      lines.filter((line) => line.run === run && line.what === "begin").map((line) => [line.token, line.step]),
    );
    const steps = tokens.map((token) => returned.get(token) ?? `nothing (${token})`);
    const expected = tokens.map((_, i) => `step ${i + 1}`);
    if (tokens.length !== 10 || steps.join() !== expected.join()) wrong.push(`${run} gave ${steps.join()}`);
  }
  const settled = (await handle.journal()).filter(({ type }) => type === "step.settled").map(({ key }) => key);
  for (const key of new Set(settled)) {
    const times = settled.filter((one) => one === key).length;
    if (times > 1) twice.push(`${run} has ${key} ${times} times`);
  }
  const { verdict } = await engine.verify(run);
  if (verdict !== "intact") wrong.push(`${run} verifies as ${verdict}`);
  return { wrong, twice };
}

/** Holds the ledger against the database. Every run of the ledger must have ended. */
export async function settleAccount(engine: Engine, ledger: Ledger): Promise<Account> {
  const lines = ledger.lines();
  const runs = new Set(lines.filter(({ what }) => what === "started").map(({ run }) => run));
  const lost: string[] = [];
  const recordedTwice = seenTwice(lines);
  for (const run of runs) {
    const { wrong, twice } = await judgeRun(engine, run, lines);
    lost.push(...wrong);
    recordedTwice.push(...twice);
  }
  return {
    inFlightAtCuts: lines.filter(({ what }) => what === "cut").map((cut) => inFlight(lines, cut)),
    lost,
    recordedTwice,
    ...unexcusedRepeats(lines),
  };
}
