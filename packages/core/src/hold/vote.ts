import { isDeepStrictEqual } from "node:util";
import { ValidationError } from "../errors.ts";
import { currentStage, isIndependent, policyOf, type Situation, standingOf } from "./electorate.ts";
import { canonical, shownNow } from "./evidence.ts";
import { anew, type Closing, type Move, notAllowed, quiet, timerOf } from "./move.ts";
import type { HoldProgress, Vote } from "./progress.ts";
import type { SignedDecision } from "./signature.ts";
import type { VoteOutcome } from "./tally.ts";

/** What somebody says, checked against the form. */
export interface Ballot {
  by: string | null;
  value: unknown;
  /** As it was given, where the form made another value of it. */
  given?: unknown;
  note: string | null;
  option: string | null;
  channel: string;
  checked: boolean;
  signed?: SignedDecision;
  abstains?: boolean;
  /** The grant that gives it, in the name of whoever gave the grant. */
  grant?: string;
}

/** The answer to an approval, maybe with other arguments. */
interface ApprovalAnswer {
  approved: boolean;
  args?: unknown;
}

function outcomeOf({ document }: Situation, { value, option, abstains }: Ballot): VoteOutcome {
  if (abstains) return "abstained";
  const meant = document.options.find((one) => one.value === option)?.outcome;
  if (meant) return meant;
  const approved = document.kind === "form" ? undefined : (value as ApprovalAnswer | null)?.approved;
  return approved === undefined ? "answered" : approved ? "approved" : "rejected";
}

/**
 * One person's vote, and what the rules make of it: the hold stays open, or this vote decides it. Null when the same person has said the
 * same before.
 *
 * An approval with other arguments replaces the proposed ones: what is shown changes, votes before it are gone, and the editor's own
 * vote is the first for what is proposed now.
 *
 * @throws NotAllowedError this person may not; says who may
 */
export function castVote(situation: Situation, ballot: Ballot): Move | null {
  const { progress } = situation;
  const standing = standingOf(situation, ballot.by);
  if (typeof standing === "string") throw notAllowed(situation, ballot.by, "decide", standing);
  if (policyOf(situation.document).signed && !ballot.signed && !ballot.abstains)
    throw new ValidationError("decide", [
      { path: "signature", message: `"${situation.title}" takes signed decisions only` },
    ]);
  const edited = editOf(situation, ballot);
  if (edited !== null) return castEdit(situation, ballot, edited);
  const vote = voteOf(situation, ballot, standing);
  const before = progress.votes.find((one) => one.by === ballot.by && one.round === situation.round);
  if (before && before.ballot === vote.ballot && before.note === vote.note && before.stage === vote.stage) return null;
  const votes = [...progress.votes.filter((one) => one !== before), vote];
  const move = quiet(situation, { votes }, noteOf(vote));
  return { ...move, ...closingOf({ ...situation, progress: move.progress }, vote) };
}

/** The arguments that take the place of the proposed ones; null when they stay. */
function editOf({ document, progress }: Situation, { value, abstains }: Ballot): { value: unknown } | null {
  if (abstains || document.action === null || document.kind === "form") return null;
  const answer = value as ApprovalAnswer;
  if (!answer.approved || answer.args === undefined) return null;
  return isDeepStrictEqual(answer.args, shownNow(document, progress).arguments) ? null : { value: answer.args };
}

function castEdit(situation: Situation, ballot: Ballot, edited: { value: unknown }): Move {
  const note = { actor: ballot.by, action: "edited", data: { arguments: edited.value, note: ballot.note } };
  const move = anew(situation, { arguments: edited }, { what: "arguments", value: edited.value }, note);
  const after = { ...situation, progress: move.progress, round: situation.round + 1 };
  const standing = standingOf(after, ballot.by);
  // In a chain the editor may sign late: the sign-offs before theirs come first again.
  if (typeof standing === "string") return move;
  const vote = voteOf(after, ballot, standing);
  const progress = { ...move.progress, votes: [vote] };
  return { ...move, progress, notes: [note, noteOf(vote)], ...closingOf({ ...after, progress }, vote) };
}

function voteOf(situation: Situation, ballot: Ballot, standing: { as: string | null; groups: string[] }): Vote {
  const outcome = outcomeOf(situation, ballot);
  const { by, note, option, channel, checked, value } = ballot;
  return {
    by,
    as: standing.as,
    outcome,
    ballot: outcome === "answered" ? canonical([value, option]) : outcome,
    value: outcome === "abstained" ? null : value,
    ...("given" in ballot ? { given: ballot.given } : {}),
    ...(ballot.signed ? { signed: ballot.signed } : {}),
    ...(ballot.grant === undefined ? {} : { grant: ballot.grant }),
    note,
    option,
    channel,
    at: situation.now,
    stage: currentStage(situation).index,
    round: situation.round,
    groups: standing.groups,
    checked,
  };
}

function noteOf({ by, as, outcome, note, option, stage, value, signed, grant }: Vote): Move["notes"][number] {
  const data = {
    outcome,
    note,
    option,
    stage,
    ...(as === by ? {} : { onBehalfOf: as }),
    ...(signed ? { signed } : {}),
    ...(grant === undefined ? {} : { grant }),
  };
  return { actor: by, action: "voted", data: outcome === "answered" ? { ...data, value } : data };
}

/** What this vote, the last so far, makes of the hold. */
function closingOf(situation: Situation, vote: Vote): Pick<Move, "closes" | "nextAt"> {
  const { tally } = currentStage(situation);
  if (tally.type === "open") return { closes: null, nextAt: timerOf(situation, situation.progress) };
  const decisive = tally.votes.find((one) => one === vote) ?? tally.votes.at(-1) ?? vote;
  const closing: Closing = {
    status: "decided",
    value: answerOf(situation, decisive),
    ...("given" in decisive ? { given: decisive.given } : {}),
    note: decisive.note,
    option: decisive.option,
    by: decisive.by,
    checked: decisive.checked,
    ...(decisive.grant === undefined ? {} : { grant: decisive.grant }),
    votes: votesToTell(situation),
  };
  if (isIndependent(situation.document)) {
    Object.assign(closing, { independent: true, checked: tally.votes.every(({ checked }) => checked) });
  }
  if (tally.type === "failed" && tally.why === "unreachable") {
    Object.assign(closing, {
      value: { approved: false },
      option: null,
      note: "cannot be approved any more: too few are left who could",
      checked: true,
    });
  }
  return { closes: closing, nextAt: null };
}

/** Who voted, where that is more than who decided. */
function votesToTell({ document, progress, round }: Situation): Vote[] {
  const votes = progress.votes.filter((one) => one.round === round);
  const more = document.policy !== null || votes.length > 1 || votes[0]?.signed !== undefined;
  return more ? votes : [];
}

function answerOf({ document, progress }: Situation, vote: Vote): unknown {
  if (document.kind === "form" || document.action === null || vote.outcome !== "approved") return vote.value;
  return { approved: true, args: shownNow(document, progress).arguments };
}

/** Whether somebody said this before, in the vote that is counted. */
export function saidBefore(progress: HoldProgress, { by, note }: Pick<Ballot, "by" | "note">, value: unknown): boolean {
  const same = (vote: Vote): boolean =>
    isDeepStrictEqual(vote.value, value) || ("given" in vote && isDeepStrictEqual(vote.given, value));
  return progress.votes.some((vote) => vote.by === by && vote.note === note && same(vote));
}
