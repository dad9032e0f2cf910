import { readRoster, type Substitution, staticDirectory } from "./directory.ts";
import type { Situation } from "./electorate.ts";
import type { WrittenRung } from "./ladder.ts";
import type { Closing, Move } from "./move.ts";
import { freshProgress } from "./progress.ts";
import { holdDocument, type WrittenRequest } from "./request.ts";
import { groupsOf, type Reviewers } from "./reviewers.ts";
import { castVote } from "./vote.ts";

export const hour = 3_600_000;
export const openedAt = Date.UTC(2026, 5, 1, 9);

/** Who is who in these tests. */
export const groups = { finance: ["ana", "ben", "cleo"], legal: ["lea", "max", "ana"], leads: ["zoe"] };

/** A hold as rules see it, without engine or store: actions move it. */
export class RuledHold {
  situation: Situation;
  closed: Closing | null = null;
  /** Everybody and everything the audit trail would say. */
  readonly trail: string[] = [];

  private constructor(situation: Situation) {
    this.situation = situation;
  }

  static async open(
    reviewers: Reviewers | undefined,
    more: Partial<WrittenRequest> & {
      creator?: string | null;
      substitutions?: readonly Substitution[];
      deadline?: readonly WrittenRung[];
      unlisted?: boolean;
    } = {},
  ): Promise<RuledHold> {
    const { creator = "rita", substitutions = [], unlisted = false, ...request } = more;
    const text = { title: "Pay?", ...request, ...(reviewers ? { reviewers } : {}) };
    const document = holdDocument("pay", text, { openedAt, creator });
    const listed = staticDirectory({ groups, substitutions });
    const named = [...(document.policy ? groupsOf(document.policy) : []), ...Object.keys(groups)];
    const everybody = [...new Set(Object.values(groups).flat())];
    const of = Object.entries(groups);
    const roster = await readRoster(
      unlisted
        ? {
            ...listed,
            members: () => null,
            groupsOf: (one) => of.flatMap(([name, who]) => (who.includes(one) ? [name] : [])),
          }
        : listed,
      [...new Set(named)],
      everybody,
    );
    return new RuledHold({
      title: "Pay?",
      workflow: "payout",
      document: { ...document, kind: document.kind ?? "approval" },
      evidence: "00".repeat(32),
      progress: freshProgress,
      round: 0,
      roster,
      now: openedAt,
    });
  }

  /** Applies what a rule says; what is closed stays closed. */
  act(rule: (situation: Situation) => Move | null): Move | null {
    if (this.closed) throw new Error("the hold is closed");
    const move = rule(this.situation);
    if (move === null) return null;
    const { progress } = this.situation;
    // The store counts every move; what is asked stays what it is for those that say so.
    const round = this.situation.round + 1 - (move.progress.moves - progress.moves);
    this.situation = { ...this.situation, progress: move.progress, round };
    this.trail.push(...move.notes.map(({ action, actor }) => `${action}${actor ? ` by ${actor}` : ""}`));
    this.closed = move.closes;
    return move;
  }

  vote(by: string | null, approved: boolean, more: { args?: unknown; note?: string } = {}): Move | null {
    const value = { approved, ...("args" in more ? { args: more.args } : {}) };
    const note = more.note ?? null;
    return this.act((now) => castVote(now, { by, value, note, option: null, channel: "api", checked: true }));
  }

  abstain(by: string): Move | null {
    const ballot = { by, value: null, note: null, option: null, channel: "api", checked: true, abstains: true };
    return this.act((now) => castVote(now, ballot));
  }

  /** The outcome so far: yes, no, or still open. */
  get outcome(): "approved" | "rejected" | "expired" | "open" {
    if (!this.closed) return "open";
    if (this.closed.status === "expired") return "expired";
    return (this.closed.value as { approved: boolean }).approved ? "approved" : "rejected";
  }

  at(ms: number): this {
    this.situation = { ...this.situation, now: openedAt + ms };
    return this;
  }
}
