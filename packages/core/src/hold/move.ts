import { NotAllowedError } from "../errors.ts";
import { currentStage, evidenceOf, policyOf, type Situation, whoMay } from "./electorate.ts";
import { changedEvidence } from "./evidence.ts";
import { nextTimer } from "./ladder.ts";
import type { HoldProgress, Vote } from "./progress.ts";

/** A line for the audit trail. */
export interface HoldNote {
  actor: string | null;
  action: string;
  data: unknown;
}

/** How a hold ends. */
export interface Closing {
  status: "decided" | "expired";
  value: unknown;
  given?: unknown;
  note: string | null;
  option: string | null;
  by: string | null;
  checked: boolean;
  /** The grant that gave the vote which decided. */
  grant?: string;
  /** Each vote is an answer of its own. */
  independent?: true;
  /** Who voted; empty where that is just who decided. */
  votes: readonly Vote[];
}

/** What an action or a timer does to a hold: everything in one transaction, or nothing. */
export interface Move {
  progress: HoldProgress;
  notes: HoldNote[];
  /** Null when it stays open. */
  closes: Closing | null;
  /** When the sweeper has to look at it next. */
  nextAt: number | null;
}

/** A move that leaves what is asked as it is. */
export function quiet(situation: Situation, change: Partial<HoldProgress>, ...notes: HoldNote[]): Move {
  const progress = { ...situation.progress, ...change, moves: situation.progress.moves + 1 };
  return { progress, notes, closes: null, nextAt: timerOf(situation, progress) };
}

/** A move that changes what is shown: votes about what was shown before are gone. */
export function anew(
  situation: Situation,
  change: Partial<HoldProgress>,
  changed: { what: string; value: unknown },
  ...notes: HoldNote[]
): Move {
  const before = situation.progress;
  const evidence = changedEvidence(evidenceOf(situation), changed.what, changed.value);
  const progress = { ...before, ...change, votes: [], evidence };
  return { progress, notes, closes: null, nextAt: timerOf(situation, progress) };
}

/** When a hold with this progress has to be looked at next: its ladder has something to do, or a question waits for the run's code. */
export function timerOf({ document }: Pick<Situation, "document">, progress: HoldProgress): number | null {
  const ladder = nextTimer(document.deadline, progress, policyOf(document).pauseMs);
  const times = progress.questions.flatMap(({ answer, run }) => (answer === null && run ? [run.at] : []));
  if (ladder !== null) times.push(ladder);
  return times.length === 0 ? null : Math.min(...times);
}

/** The refusal of somebody: why, and who may instead. */
export function notAllowed(situation: Situation, by: string | null, verb: string, why: string): NotAllowedError {
  const who = by === null ? "somebody unnamed" : `"${by}"`;
  const may = whoMay(situation);
  const reason = why.startsWith(`${who} is not among`) || by === null ? "" : ` (${why})`;
  return new NotAllowedError(`${who} may not ${verb} "${situation.title}"${reason}; ${may} may`, {
    by,
    reason: why,
    may,
    stage: currentStage(situation).index,
  });
}
