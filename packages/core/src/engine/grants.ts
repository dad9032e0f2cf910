import { isDeepStrictEqual } from "node:util";
import { NotAllowedError, NotFoundError, ValidationError } from "../errors.ts";
import { isStale } from "../hold/answer.ts";
import { isManager, policyOf, type Situation, standingOf } from "../hold/electorate.ts";
import { type GrantTerms, graceOf, patternOf, readGrantTerms, type StoredGrant, shownValue } from "../hold/grant.ts";
import { notAllowed } from "../hold/move.ts";
import { type DecideOptions, decide, type GivenHold } from "./decide.ts";
import type { GrantKeeper } from "./grant-keeper.ts";
import { documentOf, situationOf } from "./hold-acting.ts";
import type { NamedActor } from "./hold-desk.ts";
import { type Hold, viewHold } from "./hold-view.ts";
import type { EngineParts } from "./parts.ts";

/** A grant as it stands: "approve the next twenty like it for an hour, up to $50 each". */
export interface Grant {
  /** What it is named by. */
  id: string;
  /** Who gave it: each hold it decides has a vote of theirs. */
  by: string;
  /** When. */
  at: Date;
  /** Whether it still counts, and why not. */
  status: "active" | "used up" | "over" | "revoked";
  /** The hold it was given on. */
  hold: string;
  /** Which holds are like it: of this workflow. */
  workflow: string;
  /** With this name in it. */
  name: string;
  /** That propose this action; null where none is proposed. */
  action: string | null;
  /** How many it may decide in all. */
  count: number;
  /** How many that are by now. */
  used: number;
  /** Until when. */
  until: Date;
  /** What each may amount to; null for any amount. */
  amount: { of: string; most: number } | null;
  /** Values that must be the same. */
  where: Record<string, unknown>;
  /** The highest severity it counts for. */
  severity: "low" | "medium" | "high";
  /** Why; kept with each vote. */
  note: string | null;
  /** The holds it was used for. */
  uses: { hold: string; at: Date }[];
  /** Who ended it; null while nobody has. */
  revoked: { by: string; at: Date; note: string | null } | null;
}

/** Which grants. */
export interface GrantFilter {
  /** Given by this person. */
  by?: string;
  /** For holds of this workflow. */
  workflow?: string;
  /** For holds with this name. */
  name?: string;
  /** Given on this hold. */
  hold?: string;
  /** Also those that count no more, of the last ninety days. */
  ended?: boolean;
}

/**
 * Grants: approvals given in advance, for holds like one that somebody has seen. Called, it lists those that count.
 *
 * A grant is a vote in advance and nothing more: for each hold it is asked of the hold's own rules whether who gave it may decide it now, and
 * a quorum still needs the others. It never decides a critical hold, nor one that somebody has taken, asked about or changed.
 *
 * @example
 * const hold = await run.hold("approve refund");
 * await engine.decide(hold, { approved: true }, { by: "ana", grant: { count: 20, for: "1h", amount: { of: "arguments.amount", most: 50 } } });
 * for (const { id, used, count } of await engine.grants()) console.log(id, used, count);
 */
export interface Grants {
  (filter?: GrantFilter): Promise<Grant[]>;
  /** One of them. Throws `NotFoundError`. */
  get(id: string): Promise<Grant>;
  /**
   * Gives one, on a hold that is open or was: whoever may decide it may. The same grant again gives the one that is there.
   *
   * @throws NotAllowedError this person may not decide the hold; ValidationError the terms are none, or the hold is critical, asks for more than yes or no, or takes signed decisions only
   */
  give(hold: GivenHold, terms: GrantTerms, actor: NamedActor & { note?: string }): Promise<Grant>;
  /**
   * Ends one: nothing is decided by it from then on. Who gave it may, and whoever decides or manages the hold it was given on.
   *
   * @throws NotFoundError there is no such grant; NotAllowedError somebody else may
   */
  revoke(id: string, actor: NamedActor & { note?: string }): Promise<Grant>;
}

/** Makes the grants of an engine. */
export function createGrants(parts: EngineParts, keeper: GrantKeeper, open: () => Promise<void>): Grants {
  const { book } = keeper;
  const view = (grant: StoredGrant): Grant => viewGrant(grant, parts.clock.now());
  return Object.assign(
    async ({ ended = false, ...filter }: GrantFilter = {}): Promise<Grant[]> => {
      await open();
      const grants = (await book.list({ ended })).map(view).filter(({ status }) => ended || status === "active");
      const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
      return grants.filter((grant) => wanted.every(([field, value]) => grant[field as keyof Grant] === value));
    },
    {
      async get(id: string): Promise<Grant> {
        await open();
        return view(await book.get(id));
      },
      async give(hold: GivenHold, terms: GrantTerms, actor: NamedActor & { note?: string }): Promise<Grant> {
        await open();
        const wanted = await newGrant(parts, hold, terms, actor);
        const known = await book.list({ ended: false });
        const same = known.find((one) => one.revoked === null && isDeepStrictEqual(essence(one), essence(wanted)));
        const given = same ?? (await book.add(wanted));
        await keeper.look();
        return view(given);
      },
      async revoke(id: string, { by, note }: NamedActor & { note?: string }): Promise<Grant> {
        await open();
        const grant = await book.get(id);
        await mayRevoke(parts, grant, by);
        const revoked = { by, at: parts.clock.now(), note: note ?? null };
        const after = await book.change(id, (now) => ({ ...now, revoked: now.revoked ?? revoked }));
        await keeper.look();
        return view(after ?? grant);
      },
    },
  );
}

/** An approval that counts for the next ones like it, too: the grant is checked first and given when the approval is written. */
export async function decideAndGrant(
  parts: EngineParts,
  grants: Grants,
  hold: GivenHold,
  answer: unknown,
  { grant, ...options }: DecideOptions & { grant: GrantTerms },
): Promise<Hold> {
  const { by, note } = options;
  if (by === undefined || (answer as { approved?: unknown } | null)?.approved !== true)
    throw new ValidationError("decide", [{ path: "grant", message: "goes with an approval, and with `by`" }]);
  const actor = { by, channel: options.channel ?? "api", ...(note === undefined ? {} : { note }) };
  await newGrant(parts, hold, grant, actor);
  const decided = await decide(parts, hold, answer, options);
  // Not as it was read: it may be closed by now, and that was this decision.
  await grants.give(decided, grant, actor);
  return decided;
}

/** What makes two grants the same. */
const essence = ({ by, hold, count, amount, where, severity, until, at }: Omit<StoredGrant, "id">): unknown => {
  return [by, hold, count, amount, where, severity, until - at];
};

/** Checks everything about a grant that somebody wants to give. */
async function newGrant(
  parts: EngineParts,
  given: GivenHold,
  terms: GrantTerms,
  { by, note, channel }: NamedActor & { note?: string },
): Promise<Omit<StoredGrant, "id">> {
  const refuse = (path: string, message: string): never => {
    throw new ValidationError("grant", [{ path, message }]);
  };
  if (typeof by !== "string" || by === "") refuse("by", "must say who gives it");
  const id = typeof given === "string" ? given : given.id;
  const row = await parts.store.hold(parts.namespace, id);
  if (!row) throw new NotFoundError("hold", id);
  const now = parts.clock.now();
  const limits = readGrantTerms(terms, row.severity, now);
  const document = documentOf(parts, row);
  const view = await viewHold(parts, row);
  if (row.origin !== "author" || document.kind === "form") refuse("hold", "must be one that asks for yes or no");
  const read = typeof given === "string" ? null : row.status === "open" ? given : view;
  if (isStale(view, read)) refuse("hold", `"${row.title}" has changed since it was read; look at it again`);
  if (policyOf(document).signed) refuse("hold", "takes signed decisions only, which nobody can sign in advance");
  const situation = untouched(await situationOf(parts, row, [by]));
  const standing = standingOf(situation, by);
  if (typeof standing === "string") throw notAllowed(situation, by, "give a grant on", standing);
  const { amount, where } = limits;
  if (amount && typeof shownValue(situation, amount.of) !== "number")
    refuse("amount.of", `"${amount.of}" is no number of "${row.title}"`);
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(where)), where)) refuse("where", "must be values that JSON has");
  return {
    by,
    channel: channel ?? "api",
    at: now,
    hold: id,
    like: patternOf(row, document),
    ...limits,
    note: note ?? null,
    uses: [],
    revoked: null,
  };
}

/** The hold as it would be for the next one like it: nobody has voted, nobody has it. */
const untouched = (situation: Situation): Situation => ({
  ...situation,
  progress: { ...situation.progress, votes: [], claimedBy: null, assignedTo: null },
});

async function mayRevoke(parts: EngineParts, grant: StoredGrant, by: string): Promise<void> {
  if (by === grant.by) return;
  const row = await parts.store.hold(parts.namespace, grant.hold);
  const situation = row && untouched(await situationOf(parts, row, [by]));
  if (situation && (isManager(situation, by) || typeof standingOf(situation, by) !== "string")) return;
  throw new NotAllowedError(`"${by}" may not revoke grant ${grant.id}; "${grant.by}" gave it, and may`, {
    by,
    grant: grant.id,
  });
}

function viewGrant(grant: StoredGrant, now: number): Grant {
  const { like, uses, revoked, count, until, at, channel: _channel, ...rest } = grant;
  const usedUp = uses.length >= count ? "used up" : "active";
  return {
    ...rest,
    workflow: like.workflow,
    name: like.name,
    action: like.action,
    at: new Date(at),
    until: new Date(until),
    count,
    used: uses.length,
    uses: uses.map((use) => ({ hold: use.hold, at: new Date(use.at) })),
    revoked: revoked && { ...revoked, at: new Date(revoked.at) },
    status: revoked ? "revoked" : graceOf(grant, now) === null ? usedUp : "over",
  };
}
