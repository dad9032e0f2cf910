import { InvalidStateError, ValidationError } from "../errors.ts";
import {
  barred,
  currentStage,
  exclusiveHolder,
  isManager,
  policyOf,
  type Situation,
  standingOf,
} from "./electorate.ts";
import { type Move, notAllowed, quiet } from "./move.ts";

/**
 * Somebody takes a hold: nobody else decides it until they give it back. Null when it is theirs already.
 *
 * @throws NotAllowedError this person may not decide it; InvalidStateError it takes several votes
 */
export function claim(situation: Situation, by: string): Move | null {
  const standing = standingOf(situation, by);
  if (typeof standing === "string") throw notAllowed(situation, by, "claim", standing);
  refuseShared(situation, "claimed");
  if (situation.progress.claimedBy === by) return null;
  return quiet(situation, { claimedBy: by }, { actor: by, action: "claimed", data: null });
}

/**
 * A hold is given back to everybody who may decide it. Null when nobody has it.
 *
 * @throws NotAllowedError it is somebody else's, and this person does not manage it
 */
export function release(situation: Situation, by: string): Move | null {
  const holder = exclusiveHolder(situation);
  if (holder === null) return null;
  if (holder !== by && !isManager(situation, by))
    throw notAllowed(situation, by, "release", `"${holder}" has taken it`);
  const note = { actor: by, action: "released", data: holder === by ? null : { from: holder } };
  return quiet(situation, { claimedBy: null, assignedTo: null }, note);
}

/**
 * A hold is given to one person, or to another one than before. A manager may give it to anybody whom the rules do not
 * exclude; where nobody manages it, a reviewer or whoever has it may give it to a reviewer.
 *
 * @throws NotAllowedError this person may not assign it, or that one may not decide it
 */
export function assign(situation: Situation, by: string, to: string): Move | null {
  const manages = isManager(situation, by);
  const holder = exclusiveHolder(situation);
  const mayAssign =
    manages ||
    holder === by ||
    (policyOf(situation.document).managers === null && typeof standingOf(situation, by) !== "string");
  if (!mayAssign) throw notAllowed(situation, by, "assign", "only managers, reviewers and whoever has it do");
  const why = barred(situation, to);
  if (why !== null) throw notAllowed(situation, to, "be given", why);
  if (situation.progress.assignedTo === to && situation.progress.claimedBy === null) return null;
  const free = { ...situation, progress: { ...situation.progress, claimedBy: null, assignedTo: null } };
  const standing = standingOf(free, to);
  const note = { actor: by, action: "assigned", data: { to, ...(holder === null ? {} : { from: holder }) } };
  const change = { claimedBy: null, assignedTo: to };
  if (typeof standing !== "string") return quiet(situation, change, note);
  if (!manages) throw notAllowed(free, to, "be given", standing);
  const added = { people: [to], groups: [], replace: false, quorum: 1 };
  return quiet(situation, { ...change, additions: [...situation.progress.additions, added] }, note);
}

/**
 * A reviewer hands their right to decide this hold to somebody else, who decides on their behalf.
 *
 * @throws NotAllowedError the one has no right of their own to hand over, or the other is excluded
 */
export function delegate(situation: Situation, by: string, to: string): Move | null {
  const { progress, document } = situation;
  if (!policyOf(document).delegate) throw notAllowed(situation, by, "delegate", "its rules forbid delegation");
  if (by === to) throw new ValidationError("delegate", [{ path: "to", message: "must be somebody else" }]);
  const standing = standingOf(situation, by);
  if (typeof standing === "string") throw notAllowed(situation, by, "delegate", standing);
  if (standing.as !== by) throw notAllowed(situation, by, "delegate", `the right is that of "${standing.as}"`);
  if (progress.votes.some((vote) => vote.by === by && vote.round === situation.round)) {
    throw new InvalidStateError(`"${by}" has voted on "${situation.title}"; there is nothing left to hand over`, {
      by,
    });
  }
  const why = barred(situation, to);
  if (why !== null) throw notAllowed(situation, to, "be given", why);
  if (progress.delegations.some((one) => one.from === by && one.to === to)) return null;
  const delegations = [...progress.delegations.filter(({ from }) => from !== by), { from: by, to }];
  const holds = exclusiveHolder(situation) === by;
  const change = holds ? { delegations, claimedBy: null, assignedTo: to } : { delegations };
  return quiet(situation, change, { actor: by, action: "delegated", data: { to } });
}

function refuseShared(situation: Situation, verb: string): void {
  const { quorum } = currentStage(situation).stage;
  if (quorum === 1) return;
  throw new InvalidStateError(`"${situation.title}" takes ${quorum} votes; it cannot be ${verb} by one person`, {
    quorum,
  });
}
