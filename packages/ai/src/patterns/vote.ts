import { ValidationError } from "@holdpoint/core";
import { canonicalJson } from "@holdpoint/flow";

/** When votes agree: more than half of them, more than half of their weight, a share of them, all of them. */
export type VoteRule = "majority" | "weighted" | "unanimous" | { readonly threshold: number };

/** One vote. */
export interface Ballot<Answer = string> {
  readonly answer: Answer;
  /** How sure whoever voted is, 0 to 1: the weight of a weighted vote. Default 1. */
  readonly confidence?: number;
}

/** What was voted for, and by how many. */
export interface Tally<Answer = string> {
  /** As the first who voted for it put it. */
  readonly answer: Answer;
  readonly votes: number;
  /** Its part of all votes, or of their weight, 0 to 1. */
  readonly share: number;
}

/** How a vote came out. */
export interface VoteResult<Answer = string> {
  /** Null where there is no consensus. */
  readonly winner: Tally<Answer> | null;
  /** The most votes first; of equal ones the first that was voted for. */
  readonly tally: readonly Tally<Answer>[];
}

/** What counts as the same answer where nothing else is said: the same JSON; of texts the same words, whatever their case and spaces. */
export function sameAnswer(answer: unknown): string {
  if (typeof answer !== "string") return canonicalJson(answer);
  return answer
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/[.!]+$/, "");
}

/**
 * Counts votes. A vote that nobody gave (`absent`) counts among all of them, and for nothing. A tie is no consensus.
 *
 * @example
 * countVotes([{ answer: "42" }, { answer: "42." }, { answer: "41" }], "majority").winner?.share; // 0.67
 *
 * @throws ValidationError the threshold is not above 0 and at most 1
 */
export function countVotes<Answer>(
  ballots: readonly Ballot<Answer>[],
  rule: VoteRule,
  { absent = 0, same = sameAnswer }: { absent?: number; same?: (answer: Answer) => string } = {},
): VoteResult<Answer> {
  checkRule(rule);
  const weigh = ({ confidence = 1 }: Ballot<Answer>): number => (rule === "weighted" ? confidence : 1);
  const all = ballots.reduce((sum, ballot) => sum + weigh(ballot), absent);
  const groups = new Map<string, { answer: Answer; votes: number; weight: number }>();
  for (const ballot of ballots) {
    const key = same(ballot.answer);
    const group = groups.get(key) ?? { answer: ballot.answer, votes: 0, weight: 0 };
    groups.set(key, { ...group, votes: group.votes + 1, weight: group.weight + weigh(ballot) });
  }
  const tally = [...groups.values()]
    .map(({ answer, votes, weight }) => ({ answer, votes, share: all === 0 ? 0 : weight / all }))
    .sort((one, other) => other.share - one.share);
  const [first, second] = tally;
  const tied = first !== undefined && second !== undefined && first.share - second.share < 1e-9;
  return { winner: first && !tied && enough(first.share, rule) ? first : null, tally };
}

function enough(share: number, rule: VoteRule): boolean {
  if (rule === "majority" || rule === "weighted") return share > 0.5;
  const needed = rule === "unanimous" ? 1 : rule.threshold;
  return share >= needed - 1e-9;
}

/** @throws ValidationError it is no rule */
export function checkRule(rule: VoteRule): void {
  if (rule === "majority" || rule === "weighted" || rule === "unanimous") return;
  const { threshold } = (rule ?? {}) as { threshold?: unknown };
  if (typeof threshold === "number" && threshold > 0 && threshold <= 1) return;
  throw new ValidationError("vote", [
    { path: "vote", message: 'must be "majority", "weighted", "unanimous" or { threshold } above 0 and at most 1' },
  ]);
}
