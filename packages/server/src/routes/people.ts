import { NotFoundError, type PeopleGroup, type Person } from "@holdpoint/core";
import type { Principal } from "../access/principal.ts";
import { reachOf } from "../access/reach.ts";
import { RequestError } from "../http/errors.ts";
import { ifMatch, StaleError } from "../http/etag.ts";
import type { Handler, Reply } from "./call.ts";
import { given, wire } from "./wire.ts";

type PersonBody = Reply<"people.show">["body"];
type GroupBody = Reply<"groups.show">["body"];

const etagOf = ({ revision }: { revision: number }): string => `"${revision}"`;

/** A person as they are shown to somebody: where mail reaches them is for those who manage people. */
export function personBody({ revision, ...person }: Person, seesMail: boolean): PersonBody {
  const mail = seesMail ? person.mail : null;
  return { ...wire(person), mail, etag: etagOf({ revision }) };
}

/** A group as it is shown. */
export function groupBody({ revision, ...group }: PeopleGroup): GroupBody {
  return { ...wire(group), etag: etagOf({ revision }) };
}

const managesPeople = (principal: Principal): boolean => reachOf(principal, "people:manage") === "all";

/** What is answered with something that has an ETag. */
export const tagged = <B extends { etag: string }>(body: B) => ({
  status: 200 as const,
  body,
  headers: { etag: body.etag },
});

/**
 * The revision that a change is about: `absent` for what is to be made.
 *
 * @throws RequestError 428: it is there already, and nobody said which one is meant
 * @throws StaleError it is another one by now
 */
export function revisionToReplace(
  request: Request,
  known: { revision: number } | null,
  what: string,
): number | "absent" {
  const tag = ifMatch(request);
  if (tag === null && known === null) return "absent";
  if (tag === null)
    throw new RequestError(428, "PRECONDITION_REQUIRED", `send the ETag of ${what} as If-Match to change it`);
  if (known === null || tag !== String(known.revision)) throw new StaleError(what);
  return known.revision;
}

/** The revision that is to be removed, where somebody said which one they mean. Throws `StaleError`. */
export function revisionToRemove(request: Request, known: { revision: number }, what: string): { revision?: number } {
  const tag = ifMatch(request);
  if (tag === null) return {};
  if (tag !== String(known.revision)) throw new StaleError(what);
  return { revision: known.revision };
}

/** What is there, or null. */
export async function unlessAbsent<T>(looking: Promise<T>): Promise<T | null> {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

export const listPeople: Handler<"people.list"> = async ({ engine, principal, query }) => {
  const { items, cursor } = await engine.people.list(given(query));
  const seesMail = managesPeople(principal);
  return { status: 200, body: { items: items.map((person) => personBody(person, seesMail)), cursor } };
};

export const showPerson: Handler<"people.show"> = async ({ engine, principal, params }) =>
  tagged(personBody(await engine.people.get(params.person), managesPeople(principal)));

export const putPerson: Handler<"people.put"> = async ({ engine, principal, params, body, request }) => {
  const what = `person "${params.person}"`;
  const revision = revisionToReplace(request, await unlessAbsent(engine.people.get(params.person)), what);
  return tagged(personBody(await engine.people.put(params.person, given(body), { by: principal.id, revision }), true));
};

export const removePerson: Handler<"people.remove"> = async ({ engine, principal, params, request }) => {
  const known = await engine.people.get(params.person);
  const expected = revisionToRemove(request, known, `person "${params.person}"`);
  await engine.people.remove(params.person, { by: principal.id, ...expected });
  return { status: 204, body: null };
};

export const listGroups: Handler<"groups.list"> = async ({ engine }) => ({
  status: 200,
  body: { items: (await engine.groups.list()).map(groupBody) },
});

export const showGroup: Handler<"groups.show"> = async ({ engine, params }) =>
  tagged(groupBody(await engine.groups.get(params.group)));

export const putGroup: Handler<"groups.put"> = async ({ engine, principal, params, body, request }) => {
  const known = await unlessAbsent(engine.groups.get(params.group));
  const revision = revisionToReplace(request, known, `group "${params.group}"`);
  const { description, members } = body;
  const group = { members, ...given({ description }) };
  return tagged(groupBody(await engine.groups.put(params.group, group, { by: principal.id, revision })));
};

export const removeGroup: Handler<"groups.remove"> = async ({ engine, params, request }) => {
  const known = await engine.groups.get(params.group);
  await engine.groups.remove(params.group, revisionToRemove(request, known, `group "${params.group}"`));
  return { status: 204, body: null };
};

export const addMember: Handler<"groups.addMember"> = async ({ engine, principal, params }) =>
  tagged(groupBody(await engine.groups.add(params.group, params.person, { by: principal.id })));

export const removeMember: Handler<"groups.removeMember"> = async ({ engine, principal, params }) =>
  tagged(groupBody(await engine.groups.drop(params.group, params.person, { by: principal.id })));
