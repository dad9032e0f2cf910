import { ValidationError } from "../errors.ts";
import * as custody from "../hold/custody.ts";
import * as questions from "../hold/questions.ts";
import type { HoldRecord } from "../hold/record/format.ts";
import type { HoldTrigger } from "../hold/triggers.ts";
import { castVote } from "../hold/vote.ts";
import type { HoldFilter, Page, PageOf } from "../store/store.ts";
import type { GivenHold } from "./decide.ts";
import { type DecideManyOptions, type DecideManyResult, decideMany, similarHolds } from "./decide-many.ts";
import { actOnHold, type HoldActor } from "./hold-acting.ts";
import { type ExportHoldOptions, exportHold } from "./hold-export.ts";
import { dryRunGate, type GateDryRun, type TriggerLesson, triggerLessons } from "./hold-lessons.ts";
import { type HoldListFilter, listHolds } from "./hold-lists.ts";
import { type HoldTrailLine, holdTrail } from "./hold-trail.ts";
import type { Hold } from "./hold-view.ts";
import { type HoldStanding, holdStanding, type InboxCounts, type InboxFilter, inboxCounts, inboxOf } from "./inbox.ts";
import type { EngineParts } from "./parts.ts";
import { dryRunPolicy, type PolicyDryRun, type TriedPolicy } from "./policy-dry-run.ts";

/** Somebody with a name acts. */
export interface NamedActor extends HoldActor {
  /** Who it is. */
  by: string;
}

/**
 * What people do with holds besides deciding them. Called, it lists them.
 *
 * Each action is checked against the hold's rules and the directory, and written with its line of the audit trail in one
 * transaction. All give the hold as it is then, and throw `NotFoundError` for a hold that does not exist, `HoldConflictError` for one
 * that is closed and `NotAllowedError` for somebody who may not, saying who may.
 *
 * @example
 * const { items } = await engine.holds.inbox("ana");
 * for (const hold of items) {
 *   await engine.holds.claim(hold, { by: "ana" });
 *   await engine.holds.ask(hold, "Which invoice is it?", { by: "ana" });
 * }
 */
export interface Holds {
  /** Holds that fit the filter, by default the open ones, newest first; pages as in `runs`. */
  (filter?: HoldListFilter, page?: Partial<Page>): Promise<PageOf<Hold>>;
  /**
   * Open holds that this person may decide now, newest first or as `order` says. At most 500 are looked at for a page: one may come back with fewer
   * and a cursor.
   */
  inbox(person: string, filter?: InboxFilter, page?: Partial<Page>): Promise<PageOf<Hold>>;
  /** How much waits for this person, counted over the 500 open holds that are due first and fit the filter. */
  inboxCounts(person: string, filter?: Omit<HoldFilter, "status" | "order">): Promise<InboxCounts>;
  /** Everything that happened to a hold, oldest first, with what was said. Of independent answers nothing before all are there. */
  trail(hold: GivenHold): Promise<HoldTrailLine[]>;
  /** What this person may do with a hold now, and if nothing, why. */
  standing(hold: GivenHold, person: string): Promise<HoldStanding>;
  /** Open holds like this one: same workflow, name, form and proposed action. Pages as in `inbox`. */
  similar(hold: GivenHold, page?: Partial<Page>): Promise<PageOf<Hold>>;
  /**
   * Decides many with one answer and one reason, each by its own rules; what is refused leaves the others alone. Critical ones are
   * refused. High ones must be given as they were read.
   */
  decideMany(holds: readonly GivenHold[], answer: unknown, options: DecideManyOptions): Promise<DecideManyResult[]>;
  /**
   * For each trigger of `holdWhen` how often people changed what was proposed, over the newest `limit` (default 1,000) decided holds:
   * a hint which gates to relax or to tighten. Changes nothing by itself.
   */
  lessons(filter?: Omit<HoldFilter, "status">, options?: { limit?: number }): Promise<TriggerLesson[]>;
  /**
   * What a changed `holdWhen` would have made of what passed this gate before, in the newest `limit` (default 1,000) runs. Writes nothing.
   *
   * @throws ValidationError a trigger is none
   */
  dryRun(
    gate: { workflow: string; name: string; holdWhen: readonly HoldTrigger[] },
    options?: { limit?: number },
  ): Promise<GateDryRun>;
  /**
   * What other reviewers, another quorum, ladder or `holdWhen` would have made of the newest `limit` (default 1,000) holds of a step: everybody does
   * what they did when they did it, and the other rules say what comes of it, and when. Groups are those of today. Writes nothing.
   *
   * @throws ValidationError the rules are none
   */
  dryRunPolicy(policy: TriedPolicy, options?: { limit?: number }): Promise<PolicyDryRun>;
  /** Takes it: nobody else decides it until it is released. Not for one that takes several votes. */
  claim(hold: GivenHold, actor: NamedActor): Promise<Hold>;
  /** Gives it back. A manager may give back what somebody else has. */
  release(hold: GivenHold, actor: NamedActor): Promise<Hold>;
  /** Gives it to somebody, also when somebody has it. */
  assign(hold: GivenHold, to: string, actor: NamedActor): Promise<Hold>;
  /** Hands one's own right to decide it to somebody else. */
  delegate(hold: GivenHold, to: string, actor: NamedActor): Promise<Hold>;
  /** A vote for neither: one fewer of whom an answer is awaited. */
  abstain(hold: GivenHold, actor: NamedActor & { note?: string }): Promise<Hold>;
  /** Asks before deciding: `to` somebody, or whoever started the run. */
  ask(hold: GivenHold, question: string, actor: NamedActor & { to?: string }): Promise<Hold>;
  /** Answers a question by its number. The answer is evidence: votes before it are gone. */
  answer(hold: GivenHold, question: number, text: string, actor: NamedActor): Promise<Hold>;
  /**
   * One hold with everything that somebody needs to check it without this installation, signed with its Ed25519 key where one is given:
   * `verifyHoldRecord` checks it, `holdRecordPage` makes a page to read and print of it.
   *
   * @example
   * const record = await engine.holds.export(hold, { key: readFileSync("installation.key.pem", "utf8") });
   *
   * @throws ValidationError the key is no Ed25519 private key
   */
  export(hold: GivenHold, options?: ExportHoldOptions): Promise<HoldRecord>;
  /** A remark in the audit trail. */
  comment(hold: GivenHold, text: string, actor: HoldActor): Promise<Hold>;
  /** Replaces the evidence. Votes before it are gone, and a decision about what was shown before is refused with the difference. */
  amend(hold: GivenHold, context: unknown, actor: HoldActor): Promise<Hold>;
}

const idOf = (hold: GivenHold): string => (typeof hold === "string" ? hold : hold.id);

function named({ by }: HoldActor): string {
  if (typeof by === "string" && by !== "") return by;
  throw new ValidationError("hold", [{ path: "by", message: "must say who acts" }]);
}

/** Makes the actions of an engine. */
export function createHolds(
  parts: EngineParts,
  pageOf: (page: Partial<Page>) => Page,
  open: () => Promise<void>,
): Holds {
  const act = async (hold: GivenHold, actor: HoldActor, rule: Parameters<typeof actOnHold>[3]): Promise<Hold> => {
    await open();
    return actOnHold(parts, idOf(hold), actor, rule);
  };
  return Object.assign(
    async (filter: HoldListFilter = { status: ["open"] }, page: Partial<Page> = {}) => {
      await open();
      return listHolds(parts, filter, pageOf(page));
    },
    {
      async inbox(person: string, filter: InboxFilter = {}, page: Partial<Page> = {}) {
        await open();
        return inboxOf(parts, person, filter, pageOf(page));
      },
      async inboxCounts(person: string, filter: Omit<HoldFilter, "status" | "order"> = {}) {
        await open();
        return inboxCounts(parts, person, filter);
      },
      async trail(hold: GivenHold) {
        await open();
        return holdTrail(parts, idOf(hold));
      },
      async standing(hold: GivenHold, person: string) {
        await open();
        return holdStanding(parts, idOf(hold), person);
      },
      async similar(hold: GivenHold, page: Partial<Page> = {}) {
        await open();
        return similarHolds(parts, idOf(hold), pageOf(page));
      },
      async decideMany(holds: readonly GivenHold[], answer: unknown, options: DecideManyOptions) {
        await open();
        return decideMany(parts, holds, answer, options);
      },
      async lessons(filter: Omit<HoldFilter, "status"> = {}, { limit = 1000 } = {}) {
        await open();
        return triggerLessons(parts, filter, limit);
      },
      async dryRun(
        gate: { workflow: string; name: string; holdWhen: readonly HoldTrigger[] },
        { limit = 1000 }: { limit?: number } = {},
      ) {
        await open();
        return dryRunGate(parts, gate, limit);
      },
      async dryRunPolicy(policy: TriedPolicy, { limit = 1000 }: { limit?: number } = {}) {
        await open();
        return dryRunPolicy(parts, policy, limit);
      },
      async export(hold: GivenHold, options: ExportHoldOptions = {}) {
        await open();
        return exportHold(parts, idOf(hold), options);
      },
      claim: (hold: GivenHold, actor: NamedActor) => act(hold, actor, (now) => custody.claim(now, named(actor))),
      release: (hold: GivenHold, actor: NamedActor) => act(hold, actor, (now) => custody.release(now, named(actor))),
      assign: (hold: GivenHold, to: string, actor: NamedActor) =>
        act(hold, actor, (now) => custody.assign(now, named(actor), to)),
      delegate: (hold: GivenHold, to: string, actor: NamedActor) =>
        act(hold, actor, (now) => custody.delegate(now, named(actor), to)),
      abstain: (hold: GivenHold, actor: NamedActor & { note?: string }) =>
        act(hold, actor, (now) =>
          castVote(now, {
            by: named(actor),
            value: null,
            note: actor.note ?? null,
            option: null,
            channel: actor.channel ?? "api",
            checked: true,
            abstains: true,
          }),
        ),
      ask: (hold: GivenHold, question: string, actor: NamedActor & { to?: string }) =>
        act(hold, actor, (now) => questions.ask(now, named(actor), question, actor.to ?? null)),
      answer: (hold: GivenHold, question: number, text: string, actor: NamedActor) =>
        act(hold, actor, (now) => questions.answer(now, named(actor), question, text)),
      comment: (hold: GivenHold, text: string, actor: HoldActor) =>
        act(hold, actor, (now) => questions.comment(now, actor.by ?? null, text)),
      amend: (hold: GivenHold, context: unknown, actor: HoldActor) =>
        act(hold, actor, (now) => questions.amend(now, actor.by ?? null, context)),
    },
  );
}
