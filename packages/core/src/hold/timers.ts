import { policyOf, type Situation } from "./electorate.ts";
import type { DeadlineRung } from "./ladder.ts";
import { type HoldNote, type Move, timerOf } from "./move.ts";
import type { HoldProgress } from "./progress.ts";

/** An answer as a rung of a deadline decides it. */
interface RungAnswer {
  value: unknown;
  note: string | null;
  option: string | null;
}

/**
 * What time does to a hold: every rung of its ladder that has come, in order, until one closes it; a pause that lasted long enough ends.
 * Null when nothing is due. A deadline decides only what it says.
 */
export function passTime(situation: Situation): Move | null {
  const { document, now } = situation;
  let { progress } = situation;
  const notes: HoldNote[] = [];
  if (progress.pausedAt !== null) {
    const { pauseMs } = policyOf(document);
    if (progress.pausedAt + (pauseMs ?? 0) > now) return null;
    progress = { ...progress, pausedAt: null, delayMs: progress.delayMs + (pauseMs ?? 0) };
    notes.push({ actor: null, action: "clock-resumed", data: null });
  }
  for (;;) {
    const rung = document.deadline[progress.rungs];
    if (rung === undefined || rung.at + progress.delayMs > now) break;
    progress = { ...progress, rungs: progress.rungs + 1 };
    const closing = climb(rung, notes);
    if (closing === null) {
      progress = escalated(rung, progress);
      continue;
    }
    return { progress, notes, closes: closing, nextAt: null };
  }
  if (notes.length === 0) return null;
  progress = { ...progress, moves: situation.progress.moves + 1 };
  return { progress, notes, closes: null, nextAt: timerOf(situation, progress) };
}

function climb(rung: DeadlineRung, notes: HoldNote[]): Move["closes"] {
  if ("remind" in rung) notes.push({ actor: null, action: "reminded", data: null });
  else if ("escalate" in rung) notes.push({ actor: null, action: "escalated", data: rung.escalate });
  else {
    const nobody = { by: null, checked: true, votes: [] };
    if ("expire" in rung) return { status: "expired", value: undefined, note: null, option: null, ...nobody };
    return { status: "decided", ...(rung.decide as RungAnswer), ...nobody };
  }
  return null;
}

/** Others may decide now. Whoever had taken it did not: it is free. */
function escalated(rung: DeadlineRung, progress: HoldProgress): HoldProgress {
  if (!("escalate" in rung)) return progress;
  const { escalate } = rung;
  const free = { ...progress, claimedBy: null, assignedTo: null, additions: [...progress.additions, escalate] };
  // Where others come instead, what those before them said is theirs to say.
  return escalate.replace ? { ...free, votes: [], delegations: [] } : free;
}
