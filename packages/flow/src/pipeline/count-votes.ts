/** What several people said, and what follows from it. */
export interface CountedVotes {
  /** What was decided; null when they did not agree, or too few answered. */
  readonly decision: unknown;
  readonly decided: boolean;
  readonly decision_type: string;
  /** What each said, by name. */
  readonly votes: Readonly<Record<string, unknown>>;
  /** Who did not answer in time. */
  readonly missing: readonly string[];
}

interface CountOptions {
  readonly rule: string;
  readonly field: string;
  readonly stakeholders: readonly string[];
}

/** `any`: the first answer decides. `majority`: more than half of all who were asked. `consensus`: all of them. */
export function countVotes(answers: Readonly<Record<string, unknown>>, options: CountOptions): CountedVotes {
  const { rule, field, stakeholders } = options;
  const votes: Record<string, unknown> = {};
  for (const name of stakeholders) {
    const answer = answers[name] as { ok?: boolean; value?: Record<string, unknown> } | undefined;
    if (answer?.ok && answer.value) votes[name] = answer.value[field];
  }
  const counts = new Map<unknown, number>();
  for (const vote of Object.values(votes)) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  const need = rule === "any" ? 1 : rule === "majority" ? Math.floor(stakeholders.length / 2) + 1 : stakeholders.length;
  const winner = [...counts].find(([, count]) => count >= need);
  return {
    decision: winner ? winner[0] : null,
    decided: winner !== undefined,
    decision_type: rule,
    votes,
    missing: stakeholders.filter((name) => !Object.hasOwn(votes, name)),
  };
}
