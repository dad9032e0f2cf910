import { type KeptSubstitution, NotFoundError, type WrittenSubstitution } from "@holdpoint/core";
import { reaches } from "../access/reach.ts";
import { RequestError } from "../http/errors.ts";
import type { Handler, Reply } from "./call.ts";
import { revisionToRemove, revisionToReplace, tagged } from "./people.ts";
import { given, wire } from "./wire.ts";

/** A substitution as it is shown. */
export function substitutionBody({ revision, ...one }: KeptSubstitution): Reply<"substitutions.show">["body"] {
  return { ...wire(one), etag: `"${revision}"` };
}

interface Sent {
  from?: string | undefined;
  until?: string | undefined;
  workflows?: string[] | undefined;
  groups?: string[] | undefined;
  note?: string | undefined;
}

/** What was sent, as the engine takes it. */
function written(
  person: string,
  substitute: string,
  { from, until, workflows, groups, note }: Sent,
): WrittenSubstitution {
  const dates = {
    from: from === undefined ? undefined : new Date(from),
    until: until === undefined ? undefined : new Date(until),
  };
  return { person, substitute, ...given({ ...dates, workflows, groups, note }) };
}

const made = (one: KeptSubstitution) => {
  const body = substitutionBody(one);
  return { status: 201 as const, body, headers: { etag: body.etag } };
};

export const listSubstitutions: Handler<"substitutions.list"> = async ({ engine, query }) => ({
  status: 200,
  body: { items: (await engine.substitutions.list(given(query))).map(substitutionBody) },
});

export const addSubstitution: Handler<"substitutions.add"> = async ({ engine, principal, body }) =>
  made(await engine.substitutions.add(written(body.person, body.substitute, body), { by: principal.id }));

export const showSubstitution: Handler<"substitutions.show"> = async ({ engine, params }) =>
  tagged(substitutionBody(await engine.substitutions.get(params.substitution)));

export const changeSubstitution: Handler<"substitutions.change"> = async (call) => {
  const { engine, principal, params, body, request } = call;
  const known = await engine.substitutions.get(params.substitution);
  const revision = revisionToReplace(request, known, "the substitution");
  const after = written(body.person, body.substitute, body);
  return tagged(substitutionBody(await engine.substitutions.change(known.id, after, { by: principal.id, revision })));
};

export const removeSubstitution: Handler<"substitutions.remove"> = async ({ engine, params, request }) => {
  const known = await engine.substitutions.get(params.substitution);
  await engine.substitutions.remove(known.id, revisionToRemove(request, known, "the substitution"));
  return { status: 204, body: null };
};

export const ownSubstitutions: Handler<"me.substitutions"> = async ({ engine, principal }) => ({
  status: 200,
  body: { items: (await engine.substitutions.list({ person: principal.id })).map(substitutionBody) },
});

/** Nobody hands over more than they have: a key or a role for some workflows gives a substitute no others. */
export const addOwnSubstitution: Handler<"me.addSubstitution"> = async ({ engine, principal, reach, body }) => {
  const { workflows } = body;
  if (reach !== "all" && (workflows === undefined || !workflows.every((one) => reaches(reach, one)))) {
    const message = "must name workflows that you may decide for: your right is limited to some";
    throw new RequestError(422, "VALIDATION", `body.workflows: ${message}`, {
      issues: [{ path: "body.workflows", message }],
    });
  }
  return made(await engine.substitutions.add(written(principal.id, body.substitute, body), { by: principal.id }));
};

export const removeOwnSubstitution: Handler<"me.removeSubstitution"> = async ({ engine, principal, params }) => {
  const known = await engine.substitutions.get(params.substitution);
  // Of whose it is nothing is said: those of others are not there.
  if (known.person !== principal.id) throw new NotFoundError("substitution", params.substitution);
  await engine.substitutions.remove(known.id);
  return { status: 204, body: null };
};
