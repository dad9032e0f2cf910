import type { Duration } from "../workflow/duration.ts";
import { durationMs } from "../workflow/duration.ts";

/** Names and groups of people. */
export interface People {
  people?: readonly string[];
  groups?: readonly string[];
}

/** How often rejections end a hold: the first one (`any`), never by themselves (`none`), or so many. */
export type Veto = "any" | "none" | number;

/** One sign-off: who may give it and how many must. */
export interface ReviewStage extends People {
  /** How many different people must agree. Default 1, or what `need` adds up to. */
  quorum?: number;
  /** So many from each of these groups. One person counts for one group only. */
  need?: readonly { group: string; count?: number }[];
  /** Default `any`: one rejection ends it. */
  veto?: Veto;
}

/**
 * Who may decide a hold, and how many of them must. Everything is checked when somebody acts, against what the
 * directory says at that moment.
 *
 * @example
 * import type { Reviewers } from "holdpoint";
 *
 * const reviewers: Reviewers = { groups: ["finance"], quorum: 2, excludeCreator: true };
 * const contract: Reviewers = { need: [{ group: "legal" }, { group: "finance", count: 2 }] };
 * const chain: Reviewers = { stages: [{ groups: ["finance"] }, { people: ["cfo"] }] };
 */
export interface Reviewers extends ReviewStage {
  /** One sign-off after the other, instead of one. Nobody signs twice. */
  stages?: readonly ReviewStage[];
  /** Who may not, whatever group they are in. Nulls are left out, so that `ctx.run.createdBy` can stand here. */
  exclude?: readonly (string | null | undefined)[];
  /**
   * So many people answer, each without seeing what the others said: nothing of it is shown before the last answer is there, and then the
   * hold closes, whatever they say. Only for `ctx.hold`, which gets all of them as `answers`.
   */
  independent?: number;
  /** Whoever started the run may not decide about it. */
  excludeCreator?: boolean;
  /** At least two people must agree, and whoever started the run is neither of them. */
  fourEyes?: boolean;
  /** Who may assign the hold, release what somebody else claimed and change its evidence. Default: the reviewers assign, whoever started the run changes evidence. */
  managers?: People;
  /** Whether a reviewer may hand their right to somebody else for this hold. Default true. */
  delegate?: boolean;
  /** Every vote must be signed with a key that the directory has of the person. */
  signed?: boolean;
  /** The deadline stands still while a question is open, for so long at most. Default: it goes on. */
  pauseWhileAsking?: Duration;
}

/** A sign-off as it is stored. */
export interface StoredStage {
  people: string[];
  groups: string[];
  quorum: number;
  need: { group: string; count: number }[];
  veto: Veto;
  /** Every answer counts, whatever it says, and none is shown before the last. */
  independent?: true;
}

/** The rules about people as they are stored with the hold and never changed. */
export interface ReviewPolicy {
  /** In their order, at least one. */
  stages: StoredStage[];
  exclude: string[];
  /** Who started the run, where that matters. */
  creator: string | null;
  excludeCreator: boolean;
  managers: { people: string[]; groups: string[] } | null;
  delegate: boolean;
  signed: boolean;
  pauseMs: number | null;
}

/**
 * A group as the reviewers of a hold.
 *
 * @example
 * await ctx.approve("sign-off", { title: "Sign?", reviewers: group("legal"), deadline: [{ after: "2d", escalate: group("partners") }] });
 */
export function group(...names: string[]): { groups: string[] } {
  return { groups: names };
}

/** Whether these reviewers are a list of people, any one of whom decides. */
export function arePlain(reviewers: Reviewers): boolean {
  return Object.keys(reviewers).every((field) => field === "people");
}

function storedStage(stage: ReviewStage, least: number): StoredStage {
  const need = (stage.need ?? []).map(({ group, count }) => ({ group, count: count ?? 1 }));
  const needed = need.reduce((sum, { count }) => sum + count, 0);
  return {
    people: [...new Set(stage.people ?? [])],
    // Where groups have quorums of their own, their members are the reviewers.
    groups: [...new Set([...(stage.groups ?? []), ...need.map(({ group }) => group)])],
    quorum: Math.max(stage.quorum ?? 1, needed, least),
    need,
    veto: stage.veto ?? "any",
  };
}

/** The stored form of rules about people, for a run that `creator` started. */
export function reviewPolicy(reviewers: Reviewers, creator: string | null): ReviewPolicy {
  const { stages, independent, exclude, excludeCreator, fourEyes, managers, delegate, signed, pauseWhileAsking } =
    reviewers;
  // In a chain two people sign anyway as soon as there are two stages.
  const least = fourEyes && (stages?.length ?? 1) < 2 ? 2 : 1;
  return {
    stages: (stages ?? [reviewers]).map((stage) => ({
      ...storedStage(stage, independent ?? least),
      ...(independent === undefined ? {} : { independent: true }),
    })),
    exclude: [...new Set((exclude ?? []).filter((one): one is string => typeof one === "string"))],
    creator,
    excludeCreator: (excludeCreator ?? false) || (fourEyes ?? false),
    managers: managers ? { people: [...(managers.people ?? [])], groups: [...(managers.groups ?? [])] } : null,
    delegate: delegate ?? true,
    signed: signed ?? false,
    pauseMs: pauseWhileAsking === undefined ? null : durationMs(pauseWhileAsking, "reviewers.pauseWhileAsking"),
  };
}

/** The rules of a hold that has none of its own: any one of these people, or anybody. */
export function plainPolicy(people: readonly string[]): ReviewPolicy {
  return {
    stages: [{ people: [...people], groups: [], quorum: 1, need: [], veto: "any" }],
    exclude: [],
    creator: null,
    excludeCreator: false,
    managers: null,
    delegate: true,
    signed: false,
    pauseMs: null,
  };
}

/** Every group that the rules name. */
export function groupsOf(policy: ReviewPolicy): string[] {
  return [...new Set([...policy.stages.flatMap(({ groups }) => groups), ...(policy.managers?.groups ?? [])])];
}
