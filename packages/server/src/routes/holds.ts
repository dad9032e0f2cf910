import {
  type GivenHold,
  type Hold,
  HoldConflictError,
  type HoldListFilter,
  NotFoundError,
  type TriedPolicy,
  ValidationError,
} from "@holdpoint/core";
import { readTriggers } from "@holdpoint/flow";
import { reaches, reachOf, within } from "../access/reach.ts";
import { ForbiddenError, RequestError } from "../http/errors.ts";
import { ifMatch, StaleError } from "../http/etag.ts";
import { problemOf } from "../http/problem.ts";
import { lookAt } from "../presence/presence.ts";
import type { Call, Handler, Reply } from "./call.ts";
import { holdBody, holdTag } from "./hold-body.ts";
import { given, millis, wire } from "./wire.ts";

const shown = (hold: Hold) => ({
  status: 200 as const,
  body: holdBody(hold),
  headers: { etag: `"${holdTag(hold)}"` },
});

export const listHolds: Handler<"holds.list"> = async ({ engine, actor, query, reach }) => {
  const { limit, cursor, inbox, only, unvoted, run, dueBefore, order, ...rest } = query;
  if (!inbox && (only !== undefined || unvoted !== undefined))
    throw new RequestError(422, "VALIDATION", "query: only and unvoted are of the inbox: send inbox=true as well");
  const filter: HoldListFilter = given({
    ...rest,
    order: order === "due" ? order : undefined,
    runId: run,
    workflows: within(reach),
    dueBefore: dueBefore === undefined ? undefined : millis(dueBefore),
  });
  const page = given({ limit, cursor });
  const { status = ["open"], ...where } = filter;
  const found = inbox
    ? await engine.holds.inbox(actor.by, given({ ...where, only, unvoted }), page)
    : await engine.holds({ ...where, status }, page);
  return { status: 200, body: { items: found.items.map(holdBody), cursor: found.cursor } };
};

export const showHold: Handler<"holds.show"> = async ({ engine, params }) => shown(await engine.hold(params.hold));

export const holdLessons: Handler<"holds.lessons"> = async ({ engine, query, reach }) => {
  const { limit, ...where } = query;
  const items = await engine.holds.lessons(given({ ...where, workflows: within(reach) }), given({ limit }));
  return { status: 200, body: { items } };
};

/** @throws ValidationError the rules are none */
export const tryPolicy: Handler<"holds.tryPolicy"> = async ({ engine, body }) => {
  const { workflow, name, limit, policy } = body;
  const { holdWhen, ...rest } = policy;
  const read = holdWhen === undefined ? null : readTriggers(holdWhen, "policy.holdWhen");
  if (read !== null && read.issues.length > 0) throw new ValidationError("body", read.issues);
  const triggers = read === null ? {} : { holdWhen: read.triggers };
  // The engine checks what these are: they are data, as a workflow would have them.
  const tried = { workflow, name, ...rest, ...triggers } as unknown as TriedPolicy;
  const holds = await engine.holds.dryRunPolicy(tried, given({ limit }));
  const gate =
    read === null ? null : await engine.holds.dryRun({ workflow, name, holdWhen: read.triggers }, given({ limit }));
  return { status: 200, body: wire({ holds, gate }) };
};

export const holdRecord: Handler<"holds.record"> = async ({ engine, params }) => ({
  status: 200,
  body: wire(await engine.holds.export(params.hold)) as Reply<"holds.record">["body"],
});

export const holdTrail: Handler<"holds.trail"> = async ({ engine, params }) => {
  return { status: 200, body: { items: wire(await engine.holds.trail(params.hold)) } };
};

export const countHolds: Handler<"holds.counts"> = async ({ engine, actor, reach }) => ({
  status: 200,
  body: await engine.holds.inboxCounts(actor.by, given({ workflows: within(reach) })),
});

export const showStanding: Handler<"holds.standing"> = async ({ engine, actor, params }) => ({
  status: 200,
  body: await engine.holds.standing(params.hold, actor.by),
});

export const similarHolds: Handler<"holds.similar"> = async ({ engine, params, query }) => {
  const { items, cursor } = await engine.holds.similar(params.hold, given(query));
  return { status: 200, body: { items: items.map(holdBody), cursor } };
};

export const showPresence: Handler<"holds.presence"> = async ({ engine, principal, params }) => {
  const { id, status } = await engine.hold(params.hold);
  const others = status === "open" ? await lookAt(engine, id, principal.id, Date.now()) : [];
  const items = others.map(({ person, since }) => ({ person, since: new Date(since).toISOString() }));
  return { status: 200, body: { items } };
};

/** A hold as it was read, where whoever decides says what they read. */
function asRead(id: string, sent: { revision?: number | undefined; evidenceHash?: string | undefined }): GivenHold {
  const { revision, evidenceHash } = sent;
  if (revision === undefined && evidenceHash === undefined) return id;
  if (revision !== undefined && evidenceHash !== undefined) return { id, revision, evidenceHash };
  throw new RequestError(422, "VALIDATION", "body: revision and evidenceHash go together, as they were read");
}

/** What `If-Match` says was read. Throws `StaleError` for a tag that is none of a hold. */
function matched(id: string, tag: string): GivenHold {
  const [, revision, evidenceHash] = /^(\d{1,15})\.([0-9a-f]{64})$/.exec(tag) ?? [];
  if (revision === undefined || evidenceHash === undefined) throw new StaleError("the hold");
  return { id, revision: Number(revision), evidenceHash };
}

export const decideHold: Handler<"holds.decide"> = async ({ engine, actor, params, body, request }) => {
  const { answer, note, option, signature, ...read } = body;
  const tag = ifMatch(request);
  const hold = tag === null ? asRead(params.hold, read) : matched(params.hold, tag);
  try {
    return shown(await engine.decide(hold, answer, { ...actor, ...given({ note, option, signature }) }));
  } catch (error) {
    // It is still open: what failed is the condition, not the decision.
    if (tag !== null && error instanceof HoldConflictError && error.details.status === "open")
      throw new StaleError("the hold");
    throw error;
  }
};

export const decideManyHolds: Handler<"holds.decideMany"> = async (call) => {
  const { engine, actor, body } = call;
  const { holds, answer, note, option, each = {} } = body;
  const refusals = await refusalsOf(call);
  const mine = holds.filter(({ hold }) => !refusals.has(hold));
  const overrides = Object.fromEntries(Object.entries(each).map(([id, one]) => [id, given(one)]));
  const results = await engine.holds.decideMany(
    mine.map(({ hold, ...read }) => asRead(hold, read)),
    answer,
    { ...actor, note, each: overrides, ...given({ option }) },
  );
  const decided = results.map(({ id, hold, error }) => ({
    id,
    hold: hold && holdBody(hold),
    error: error && problemOf(error, ""),
  }));
  const refused = [...refusals].map(([id, error]) => ({ id, hold: null, error: problemOf(error, "") }));
  return { status: 200, body: { items: inOrderOf(holds, [...decided, ...refused]) } };
};

/** Those that are not within reach: refused each for itself, and what may not be read as what is not there. */
async function refusalsOf({ engine, principal, reach, body }: Call<"holds.decideMany">): Promise<Map<string, Error>> {
  const refusals = new Map<string, Error>();
  if (reach === "all") return refusals;
  const readable = reachOf(principal, "holds:read");
  for (const { hold: id } of body.holds) {
    const found = await engine.hold(id).catch((error: Error) => error);
    if (found instanceof NotFoundError) refusals.set(id, found);
    else if (found instanceof Error) throw found;
    else if (!reaches(readable, found.workflow)) refusals.set(id, new NotFoundError("hold", id));
    else if (!reaches(reach, found.workflow)) refusals.set(id, new ForbiddenError("holds:decide"));
  }
  return refusals;
}

function inOrderOf<T extends { id: string }>(holds: readonly { hold: string }[], items: readonly T[]): T[] {
  const places = new Map(holds.map(({ hold }, place) => [hold, place]));
  return [...items].sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
}

export const abstainHold: Handler<"holds.abstain"> = async ({ engine, actor, params, body }) =>
  shown(await engine.holds.abstain(params.hold, { ...actor, ...given(body) }));

export const claimHold: Handler<"holds.claim"> = async ({ engine, actor, params }) =>
  shown(await engine.holds.claim(params.hold, actor));

export const releaseHold: Handler<"holds.release"> = async ({ engine, actor, params }) =>
  shown(await engine.holds.release(params.hold, actor));

export const assignHold: Handler<"holds.assign"> = async ({ engine, actor, params, body }) =>
  shown(await engine.holds.assign(params.hold, body.to, actor));

export const delegateHold: Handler<"holds.delegate"> = async ({ engine, actor, params, body }) =>
  shown(await engine.holds.delegate(params.hold, body.to, actor));

export const askHold: Handler<"holds.ask"> = async ({ engine, actor, params, body }) =>
  shown(await engine.holds.ask(params.hold, body.question, { ...actor, ...given({ to: body.to }) }));

export const answerHold: Handler<"holds.answer"> = async ({ engine, actor, params, body }) =>
  shown(await engine.holds.answer(params.hold, params.question, body.text, actor));

export const commentHold: Handler<"holds.comment"> = async ({ engine, actor, params, body }) =>
  shown(await engine.holds.comment(params.hold, body.text, actor));
