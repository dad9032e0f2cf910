import type { Hold } from "@holdpoint/core";
import type { Reply } from "./call.ts";
import { wire } from "./wire.ts";

/** A hold as it goes over the wire. */
type HoldBody = Reply<"holds.show">["body"];

/** What is bookkeeping of the engine stays here: ballots, digests and what votes were counted by. */
export function holdBody(hold: Hold): HoldBody {
  const { progress, deadline, form, reviewers, ...rest } = hold;
  return {
    ...wire(rest),
    reviewers: reviewers === null ? null : wire(reviewers),
    form: form === null ? null : { ...form },
    deadline: deadline.map(({ at, ...rung }) => ({ at: moment(at), ...(wire(rung) as Record<string, unknown>) })),
    progress: {
      claimedBy: progress.claimedBy,
      assignedTo: progress.assignedTo,
      votes: progress.votes.map(({ by, as, outcome, value, note, option, channel, at, stage, signed }) => ({
        ...{ by, as, outcome, value: wire(value), note, option, channel, stage },
        at: moment(at),
        signed: signed !== undefined,
      })),
      delegations: progress.delegations,
      questions: progress.questions.map(({ at, answer, ...question }) => ({
        ...question,
        at: moment(at),
        answer: answer && { ...answer, at: moment(answer.at) },
      })),
      pausedAt: progress.pausedAt === null ? null : moment(progress.pausedAt),
    },
  };
}

const moment = (at: number): string => new Date(at).toISOString();

/** What `If-Match` must name to decide a hold as it was read. */
export const holdTag = ({ revision, evidenceHash }: Pick<Hold, "revision" | "evidenceHash">): string =>
  `${revision}.${evidenceHash}`;
