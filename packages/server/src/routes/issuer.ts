import { NotFoundError } from "@holdpoint/core";
import type { Principal } from "../access/principal.ts";
import { RequestError } from "../http/errors.ts";
import { checkRights } from "../keys/api-keys.ts";
import type { Server } from "../server.ts";
import type { ShownClient } from "../sign-in/token/issuer-clients.ts";
import type { ShownKey } from "../sign-in/token/issuer-keys.ts";
import type { LocalIssuer } from "../sign-in/token/local-issuer.ts";
import type { Handler, Reply } from "./call.ts";

function issuerOf({ signIn }: Server): LocalIssuer {
  if (signIn?.issuer) return signIn.issuer;
  throw new RequestError(404, "NOT_FOUND", "this server has no issuer of its own; machines have API keys");
}

/** The issuer's keys sign for all tenants: they are of whoever runs the installation. */
function ownIssuer(server: Server, { namespace }: Principal): LocalIssuer {
  const issuer = issuerOf(server);
  if (namespace === server.engine.namespace) return issuer;
  throw new RequestError(
    403,
    "FORBIDDEN",
    `signing keys are of the installation: ask an administrator of namespace "${server.engine.namespace}"`,
  );
}

type ClientBody = Reply<"clients.list">["body"]["items"][number];

const moment = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** A client as it is shown. */
export function clientBody({
  id,
  name,
  roles,
  a2a,
  createdBy = null,
  createdAt,
  previousUntil,
}: ShownClient): ClientBody {
  return {
    ...{ id, name, createdBy, roles: [...roles] },
    a2a: a2a ? (structuredClone(a2a) as NonNullable<ClientBody["a2a"]>) : null,
    createdAt: new Date(createdAt).toISOString(),
    previousUntil: moment(previousUntil),
  };
}

/** One client, shown to the audit log. */
export async function clientOf(server: Server, namespace: string, id: string): Promise<ClientBody> {
  return clientBody(await issuerOf(server).clients.get(namespace, id));
}

/** What a client may do, with the roles it is given by its name. */
async function rightsOf(server: Server, { name, roles }: Pick<ShownClient, "name" | "roles">, namespace: string) {
  return { roles, bindings: await server.bindings.of({ id: name, namespace }) };
}

export const listClients: Handler<"clients.list"> = async ({ server, principal }) => ({
  status: 200,
  body: { items: (await issuerOf(server).clients.list(principal.namespace)).map(clientBody) },
});

export const registerClient: Handler<"clients.register"> = async ({ server, principal, body }) => {
  const { clients } = issuerOf(server);
  const { namespace } = principal;
  const { name, roles, a2a } = body;
  checkRights(principal, await rightsOf(server, body, namespace));
  const { id, secret } = await clients.register({ name, namespace, roles, ...(a2a ? { a2a } : {}) }, principal.id);
  return { status: 201, body: { secret, ...clientBody(await clients.get(namespace, id)) } };
};

export const rotateClient: Handler<"clients.rotate"> = async ({ server, principal, params, body }) => {
  const { clients } = issuerOf(server);
  const { namespace } = principal;
  checkRights(principal, await rightsOf(server, await clients.get(namespace, params.client), namespace));
  const overlapMs = (body.overlap ?? 86_400) * 1000;
  const { secret, client } = await clients.rotate(namespace, params.client, { overlapMs });
  return { status: 201, body: { secret, ...clientBody(client) } };
};

export const revokeClient: Handler<"clients.revoke"> = async ({ server, principal, params }) => {
  const { clients } = issuerOf(server);
  const { namespace } = principal;
  checkRights(principal, await rightsOf(server, await clients.get(namespace, params.client), namespace));
  const standing = { kind: "client" as const, id: params.client };
  const work = () => clients.remove(namespace, params.client);
  if (!(await server.administrators.unlessLast(namespace, standing, { by: principal, work })))
    throw new NotFoundError("client", params.client);
  return { status: 204, body: null };
};

function keyBody({ kid, state, signsFrom, endsAt }: ShownKey): Reply<"signingKeys.rotate">["body"] {
  return { id: kid, state, signsFrom: new Date(signsFrom).toISOString(), publishedUntil: moment(endsAt) };
}

export const listSigningKeys: Handler<"signingKeys.list"> = async ({ server, principal }) => ({
  status: 200,
  body: { items: (await ownIssuer(server, principal).signingKeys()).map(keyBody) },
});

export const rotateSigningKey: Handler<"signingKeys.rotate"> = async ({ server, principal, body }) => {
  const issuer = ownIssuer(server, principal);
  const kid = await issuer.rotate({ lead: (body.lead ?? 600) * 1000 });
  const made = (await issuer.signingKeys()).find((one) => one.kid === kid);
  if (made === undefined) throw new NotFoundError("signing key", kid);
  return { status: 201, body: keyBody(made) };
};
