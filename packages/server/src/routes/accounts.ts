import { NotFoundError } from "@holdpoint/core";
import type { Principal } from "../access/principal.ts";
import { reachOf } from "../access/reach.ts";
import type { Role } from "../access/roles.ts";
import { RequestError } from "../http/errors.ts";
import { ifMatch, StaleError, tagOf } from "../http/etag.ts";
import { checkRights } from "../keys/api-keys.ts";
import type { Server } from "../server.ts";
import { type Account, accountName } from "../sign-in/local/account.ts";
import type { LocalAccounts } from "../sign-in/local/accounts.ts";
import type { IssuedInvitation, PendingInvitation } from "../sign-in/local/invitations.ts";
import type { Call, Handler, Reply } from "./call.ts";
import { given } from "./wire.ts";

type Body = Reply<"accounts.show">["body"];

/** The accounts of a server. Throws `RequestError` 404 where it has none. */
export function accountsOf({ signIn }: Server): LocalAccounts {
  if (signIn?.accounts) return signIn.accounts;
  throw new RequestError(404, "NOT_FOUND", "this server has no local accounts; people sign in another way");
}

/** What two people may edit at once. */
const accountTag = ({ person, disabled }: Account): string => tagOf([person, disabled]);

/** An account as it is shown. */
export function accountBody(account: Account): Body {
  const { name, person, hasPassword, hasTotp, disabled, createdBy, createdAt } = account;
  return {
    ...{ name, hasPassword, hasTotp, disabled, createdBy },
    person: person.id,
    displayName: person.name,
    roles: [...person.roles],
    groups: [...person.groups],
    createdAt: new Date(createdAt).toISOString(),
    etag: `"${accountTag(account)}"`,
  };
}

const shown = (account: Account) => {
  const body = accountBody(account);
  return { status: 200 as const, body, headers: { etag: body.etag } };
};

/** An account of a namespace. Throws `NotFoundError`, also for one of another. */
export async function accountOf(server: Server, namespace: string, name: string): Promise<Account> {
  const found = await accountsOf(server).find(name);
  if (found?.person.namespace !== namespace) throw new NotFoundError("account", name);
  return found;
}

/** An account that somebody may change: nobody gives or takes more rights than their own. */
async function manageable({
  server,
  principal,
  params,
}: Pick<Call<"accounts.show">, "server" | "principal" | "params">): Promise<Account> {
  const account = await accountOf(server, principal.namespace, params.account);
  checkRights(principal, await rightsOf(server, account.person));
  return account;
}

/** What somebody may do, with what they are given by name and by group. */
async function rightsOf(
  server: Server,
  person: Pick<Principal, "id" | "namespace" | "roles" | "groups">,
): Promise<Pick<Principal, "roles" | "bindings">> {
  return { roles: person.roles, bindings: await server.bindings.of(person) };
}

function invitationBody({
  id,
  account,
  reset,
  by,
  expiresAt,
}: PendingInvitation): Reply<"invitations.list">["body"]["items"][number] {
  const { name, person } = account;
  return {
    ...{ id, reset, account: name, person: person.id, roles: [...person.roles], groups: [...person.groups] },
    createdBy: by,
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

function issued(
  { id, link, expiresAt }: IssuedInvitation,
  account: Account,
  { reset, by }: { reset: boolean; by: string },
) {
  const pending = { id, account, reset, by, expiresAt: expiresAt.getTime() };
  return { status: 201 as const, body: { link, ...invitationBody(pending) } };
}

export const listAccounts: Handler<"accounts.list"> = async ({ server, principal }) => ({
  status: 200,
  body: { items: (await accountsOf(server).list(principal.namespace)).map(accountBody) },
});

export const inviteAccount: Handler<"accounts.invite"> = async ({ server, principal, body }) => {
  const accounts = accountsOf(server);
  const { name, roles, groups = [], ...rest } = body;
  const { namespace } = principal;
  const person = { id: body.person ?? accountName(name), namespace, roles, groups };
  checkRights(principal, await rightsOf(server, person));
  const made = await accounts.invite({ name, namespace, roles, groups, ...given(rest) }, principal.id);
  const account = await accounts.invited(made.token);
  if (account === null) throw new RequestError(409, "INVALID_STATE", "the invitation was withdrawn or taken already");
  return issued(made, account, { reset: false, by: principal.id });
};

export const showAccount: Handler<"accounts.show"> = async ({ server, principal, params }) =>
  shown(await accountOf(server, principal.namespace, params.account));

export const changeAccount: Handler<"accounts.change"> = async (call) => {
  const { server, principal, body, request } = call;
  const { name, person } = await manageable(call);
  const tag = ifMatch(request);
  if (tag === null)
    throw new RequestError(428, "PRECONDITION_REQUIRED", "send the account's ETag as If-Match to change it");
  const rights: { roles: Role[]; groups?: string[] } = { roles: body.roles, ...given({ groups: body.groups }) };
  const after = await rightsOf(server, { ...person, ...rights });
  checkRights(principal, after);
  const work = () =>
    accountsOf(server).setRights(name, rights, (now) => {
      if (accountTag(now) !== tag) throw new StaleError(`account "${name}"`);
    });
  if (reachOf(after, "access:manage") === "all") await work();
  else await server.administrators.unlessLast(person.namespace, { kind: "account", id: name }, { by: principal, work });
  return shown(await accountOf(server, person.namespace, name));
};

export const disableAccount: Handler<"accounts.disable"> = async (call) => {
  const { server, principal } = call;
  const { name } = await manageable(call);
  const work = () => accountsOf(server).setDisabled(name, true);
  await server.administrators.unlessLast(principal.namespace, { kind: "account", id: name }, { by: principal, work });
  return shown(await accountOf(server, principal.namespace, name));
};

export const enableAccount: Handler<"accounts.enable"> = async (call) => {
  const { name } = await manageable(call);
  await accountsOf(call.server).setDisabled(name, false);
  return shown(await accountOf(call.server, call.principal.namespace, name));
};

export const resetAccount: Handler<"accounts.reset"> = async (call) => {
  const { server, principal, body } = call;
  const account = await manageable(call);
  const made = await accountsOf(server).reset(account.name, { totp: body.totp ?? false, by: principal.id });
  return issued(made, account, { reset: true, by: principal.id });
};

export const removeAccountTotp: Handler<"accounts.removeTotp"> = async (call) => {
  await accountsOf(call.server).clearTotp((await manageable(call)).name);
  return { status: 204, body: null };
};

export const removeAccount: Handler<"accounts.remove"> = async (call) => {
  const { server, principal, request } = call;
  const account = await manageable(call);
  const tag = ifMatch(request);
  if (tag !== null && tag !== accountTag(account)) throw new StaleError(`account "${account.name}"`);
  const work = () => accountsOf(server).remove(account.name);
  const standing = { kind: "account" as const, id: account.name };
  await server.administrators.unlessLast(principal.namespace, standing, { by: principal, work });
  return { status: 204, body: null };
};

export const listInvitations: Handler<"invitations.list"> = async ({ server, principal }) => ({
  status: 200,
  body: { items: (await accountsOf(server).invitations.list(principal.namespace)).map(invitationBody) },
});

export const withdrawInvitation: Handler<"invitations.withdraw"> = async ({ server, principal, params }) => {
  if (await accountsOf(server).invitations.withdraw(principal.namespace, params.invitation))
    return { status: 204, body: null };
  throw new NotFoundError("invitation", params.invitation);
};
