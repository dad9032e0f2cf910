import type { SignedDecision } from "./signature.ts";
import type { VoteOutcome } from "./tally.ts";

/** What one person said. */
export interface Vote {
  /** Who said it; null for somebody unnamed, where anybody may. */
  by: string | null;
  /** Whose right it was: `by`, or whoever they stood in for. */
  as: string | null;
  outcome: VoteOutcome;
  /** Equal for votes that say the same. */
  ballot: string;
  /** The answer, as the form gave it back. */
  value: unknown;
  /** The answer as it was given, where the form made another value of it. */
  given?: unknown;
  note: string | null;
  option: string | null;
  channel: string;
  at: number;
  /** Which sign-off it counts for, from 0. */
  stage: number;
  /** On which state of the evidence. */
  round: number;
  /** Groups of the sign-off that the person was in when they said it. */
  groups: string[];
  /** What they signed, where they did. */
  signed?: SignedDecision;
  /** The grant that gave it, where `by` was not there themselves. */
  grant?: string;
  /** False when it was only checked against the JSON Schema. */
  checked: boolean;
}

/** A question somebody asked before deciding. */
export interface Question {
  /** From 1. */
  n: number;
  by: string | null;
  /** Who is to answer; null for whoever started the run. */
  to: string | null;
  text: string;
  at: number;
  answer: { by: string | null; text: string; at: number; byRun?: true } | null;
  /** While code is to answer it: how often that was begun, and when it is looked at next. Absent when people are. */
  run?: { tries: number; at: number };
}

/** Reviewers that an escalation brought, or a manager. */
export interface Addition {
  people: string[];
  groups: string[];
  /** They come instead of those before, and `quorum` of them must agree. */
  replace: boolean;
  quorum: number;
}

/**
 * What happened to a hold since it opened, as far as rules ask: the sum of its events, kept in its row so that nobody reads them
 * to decide. Null in the row of a hold to which nothing happened.
 */
export interface HoldProgress {
  /** Moves that left what is asked as it was; the hold's row counts all. */
  moves: number;
  /** Who took it; nobody else may decide it then. */
  claimedBy: string | null;
  /** Who was given it. */
  assignedTo: string | null;
  votes: Vote[];
  /** Rights handed over for this hold. */
  delegations: { from: string; to: string }[];
  questions: Question[];
  additions: Addition[];
  /** How many rungs of its ladder have been acted on. */
  rungs: number;
  /** How much later the rest of the ladder comes, because it stood still. */
  delayMs: number;
  /** Since when it stands still. */
  pausedAt: number | null;
  /** What took the place of the context; absent while it is the one it opened with. */
  context?: { value: unknown };
  /** What took the place of the proposed arguments. */
  arguments?: { value: unknown };
  /** Digest of what is shown now, hex; null while it is as it opened. */
  evidence: string | null;
}

/** What may be shown of it where nobody is to see what others said: who has answered, and when. */
export function sealedProgress(progress: HoldProgress): HoldProgress {
  const votes = progress.votes.map(({ given: _given, signed: _signed, ...vote }): Vote => {
    return { ...vote, outcome: "answered", ballot: "", value: null, note: null, option: null };
  });
  return { ...progress, votes };
}

/** Nothing happened yet. */
export const freshProgress: HoldProgress = {
  moves: 0,
  claimedBy: null,
  assignedTo: null,
  votes: [],
  delegations: [],
  questions: [],
  additions: [],
  rungs: 0,
  delayMs: 0,
  pausedAt: null,
  evidence: null,
};

/** As it is stored: what says nothing is left out. */
export function storedProgress(progress: HoldProgress): Partial<HoldProgress> {
  const says = ([field, value]: [string, unknown]): boolean => {
    if (Array.isArray(value)) return value.length > 0;
    return value !== freshProgress[field as keyof HoldProgress];
  };
  return Object.fromEntries(Object.entries(progress).filter(says));
}

/** Stored progress with everything in its place. */
export function readProgress(stored: unknown): HoldProgress {
  return { ...freshProgress, ...(stored as Partial<HoldProgress> | null) };
}
