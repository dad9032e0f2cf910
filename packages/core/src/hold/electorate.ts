import { isMember, type Roster, standsIn } from "./directory.ts";
import type { Addition, HoldProgress, Vote } from "./progress.ts";
import type { HoldDocument } from "./request.ts";
import { plainPolicy, type ReviewPolicy, type StoredStage } from "./reviewers.ts";
import { type Elector, type StageTally, tallyStage } from "./tally.ts";

/** All that rules about a hold may look at: what was asked, what happened since, who is who, and the time. */
export interface Situation {
  title: string;
  workflow: string;
  document: HoldDocument;
  /** Digest of what was shown when it opened, hex. */
  evidence: string;
  progress: HoldProgress;
  /** Raised when what is asked changes: votes about what was asked before do not count. */
  round: number;
  roster: Roster;
  now: number;
}

/** Digest of what is shown now, hex. */
export function evidenceOf({ progress, evidence }: Situation): string {
  return progress.evidence ?? evidence;
}

/** As whom somebody may vote. */
export interface Standing {
  /** Whose right it is; null for somebody unnamed. */
  as: string | null;
  /** The groups it comes from. */
  groups: string[];
}

/** The rules of a hold. */
export function policyOf(document: HoldDocument): ReviewPolicy {
  return document.policy ?? plainPolicy(document.people ?? []);
}

/** Whether its answers are shown to nobody before the last one is there. */
export function isIndependent({ policy }: HoldDocument): boolean {
  return policy?.stages.some((stage) => stage.independent) ?? false;
}

/** The sign-offs as escalations left them. */
export function stagesOf({ document, progress }: Situation): StoredStage[] {
  return policyOf(document).stages.map((stage) => {
    let now = stage;
    for (const addition of progress.additions) now = escalatedStage(now, addition);
    return now;
  });
}

function escalatedStage(before: StoredStage, { people, groups, replace, quorum }: Addition): StoredStage {
  if (replace) return { ...before, people, groups, quorum, need: [] };
  if (isOpen(before)) return before;
  return { ...before, people: [...before.people, ...people], groups: [...before.groups, ...groups] };
}

/** Whether anybody may: nobody is named. */
const isOpen = ({ people, groups }: StoredStage): boolean => people.length === 0 && groups.length === 0;

/** Votes about what is asked now, of one sign-off. */
function votesOf({ progress, round }: Situation, stage: number): Vote[] {
  return progress.votes.filter((vote) => vote.stage === stage && vote.round === round);
}

/** The sign-off that is due, how it stands, and whether it is the last. */
export interface CurrentStage {
  index: number;
  stage: StoredStage;
  tally: StageTally;
  last: boolean;
}

/** Goes through the sign-offs to the first that has not passed, or to the last. */
export function currentStage(situation: Situation): CurrentStage {
  const stages = stagesOf(situation);
  const { document, progress } = situation;
  const mayGrow = document.deadline.slice(progress.rungs).some((rung) => "escalate" in rung);
  for (const [index, stage] of stages.entries()) {
    const last = index === stages.length - 1;
    const tally = tallyStage(stage, votesOf(situation, index), electorsOf(situation, stage, index), mayGrow);
    if (tally.type !== "passed" || last) return { index, stage, tally, last };
  }
  throw new TypeError("a hold has at least one sign-off");
}

/** Whether the rules keep somebody out, whatever else they are; the sentence says why. */
export function barred({ document }: Situation, person: string): string | null {
  const { exclude, excludeCreator, creator } = policyOf(document);
  if (exclude.includes(person)) return `"${person}" is excluded`;
  if (excludeCreator && person === creator) return `"${person}" started the run`;
  return null;
}

/** The groups a person's own right for a sign-off comes from, empty for one by name; null when there is no right. */
function rightOf(situation: Situation, stage: StoredStage, index: number, person: string): string[] | null {
  if (barred(situation, person) !== null || hasSignedBefore(situation, index, person)) return null;
  const groups = stage.groups.filter((group) => isMember(situation.roster, person, group));
  return isOpen(stage) || groups.length > 0 || stage.people.includes(person) ? groups : null;
}

function hasSignedBefore({ progress, round }: Situation, index: number, person: string): boolean {
  return progress.votes.some(
    (vote) => vote.stage < index && vote.round === round && (vote.by === person || vote.as === person),
  );
}

/** Who may still vote in a sign-off; null when nobody can list them. */
function electorsOf(situation: Situation, stage: StoredStage, index: number): Elector[] | null {
  const { roster } = situation;
  if (isOpen(stage)) return null;
  const listed = stage.groups.map((group) => roster.members.get(group) ?? null);
  if (listed.includes(null)) return null;
  const voted = new Set(votesOf(situation, index).flatMap(({ by, as }) => [by, as]));
  const everybody = new Set([...stage.people, ...listed.flatMap((members) => members ?? [])]);
  return [...everybody].flatMap((person) => {
    const groups = voted.has(person) ? null : rightOf(situation, stage, index, person);
    return groups === null ? [] : [{ person, groups }];
  });
}

/** People whose right somebody may use beside their own: they delegated it, or are away. */
function principalsOf(
  { progress, roster, now, workflow }: Situation,
  person: string,
): { name: string; fits(groups: string[]): boolean }[] {
  const handed = progress.delegations
    .filter(({ to }) => to === person)
    .map(({ from }) => ({ name: from, fits: () => true }));
  const away = roster.substitutions
    .filter(({ substitute }) => substitute === person)
    .map((one) => ({ name: one.person, fits: (groups: string[]) => standsIn(one, { at: now, workflow, groups }) }));
  return [...handed, ...away];
}

/** Whether somebody could have a say at all, told without counting votes: most holds of a long list are others'. */
export function isConcerned({ document, progress, roster }: Situation, person: string): boolean {
  if (progress.additions.length > 0 || progress.delegations.length > 0) return true;
  if (roster.substitutions.some(({ substitute }) => substitute === person)) return true;
  return policyOf(document).stages.some(
    (stage) =>
      isOpen(stage) || stage.people.includes(person) || stage.groups.some((group) => isMember(roster, person, group)),
  );
}

/** As whom a person may vote now, or the sentence that says why not. */
export function standingOf(situation: Situation, person: string | null): Standing | string {
  const { index, stage } = currentStage(situation);
  if (person === null)
    return isOpen(stage) && isUnrestricted(situation) ? { as: null, groups: [] } : "nobody was named";
  const why = barred(situation, person);
  if (why !== null) return why;
  if (hasSignedBefore(situation, index, person)) return `"${person}" has signed before; the next sign-off is another's`;
  const mine = votesOf(situation, index).find((vote) => vote.by === person);
  const candidates: Standing[] = [];
  const own = rightOf(situation, stage, index, person);
  if (own !== null) candidates.push({ as: person, groups: own });
  for (const { name, fits } of principalsOf(situation, person)) {
    const groups = rightOf(situation, stage, index, name);
    if (groups !== null && fits(groups)) candidates.push({ as: name, groups });
  }
  const holder = exclusiveHolder(situation);
  const taken = (as: string | null): boolean =>
    votesOf(situation, index).some((vote) => vote.as === as && vote.by !== person);
  // Who has voted keeps the right they used.
  const usable = candidates.filter(({ as }) => (mine === undefined || mine.as === as) && !taken(as));
  if (holder !== null && holder !== person) {
    const forHolder = usable.find(({ as }) => as === holder);
    return forHolder ?? `"${holder}" has taken it`;
  }
  const [first] = usable;
  if (first) return first;
  if (candidates.length > 0) return `the vote of "${candidates[0]?.as}" was given already`;
  return `"${person}" is not among those who may`;
}

function isUnrestricted({ document }: Situation): boolean {
  const { exclude, excludeCreator, stages } = policyOf(document);
  return exclude.length === 0 && !excludeCreator && stages.length === 1 && stages[0]?.quorum === 1;
}

/** Who alone may decide, because they took it or were given it; where one vote is enough. */
export function exclusiveHolder(situation: Situation): string | null {
  const { claimedBy, assignedTo } = situation.progress;
  const { stage } = currentStage(situation);
  return stage.quorum === 1 ? (claimedBy ?? assignedTo) : null;
}

/** Whether somebody manages the hold. */
export function isManager({ document, roster }: Situation, person: string | null): boolean {
  const { managers } = policyOf(document);
  if (managers === null || person === null) return false;
  return managers.people.includes(person) || managers.groups.some((group) => isMember(roster, person, group));
}

/** Everybody who may decide now, for the sentence of a refusal; null when nobody can list them. */
export function whoMay(situation: Situation): string {
  const { index, stage } = currentStage(situation);
  const holder = exclusiveHolder(situation);
  if (holder !== null) return holder;
  if (isOpen(stage)) return "anybody else";
  const people = stage.people.filter((person) => rightOf(situation, stage, index, person) !== null);
  const groups = stage.groups.map((group) => {
    const members = situation.roster.members.get(group) ?? null;
    if (members === null) return `members of ${group}`;
    const may = members.filter((person) => rightOf(situation, stage, index, person) !== null);
    return `${group} (${may.join(", ") || "nobody in it"})`;
  });
  return [...people, ...groups].join(", ") || "nobody";
}
