import type { BindingSubject, StoredBinding } from "../access/bindings.ts";
import { checkRights } from "../keys/api-keys.ts";
import type { Handler, Reply } from "./call.ts";

const bindingBody = ({ workflows, createdAt, ...binding }: StoredBinding): Reply<"access.bind">["body"] => ({
  ...binding,
  workflows: workflows && [...workflows],
  createdAt: new Date(createdAt).toISOString(),
});

/** A role that is given, as rights. */
const rightsOf = ({ role, workflows }: Pick<StoredBinding, "role" | "workflows">) => ({ roles: [role], workflows });

export const listBindings: Handler<"access.list"> = async ({ server, principal }) => ({
  status: 200,
  body: { items: (await server.bindings.list(principal.namespace)).map(bindingBody) },
});

export const bindRole: Handler<"access.bind"> = async ({ server, principal, body }) => {
  const { person, group, key, role, workflows = null } = body;
  const [kind, name] = Object.entries({ person, group, key }).find(([, one]) => one !== undefined) ?? ["person", ""];
  checkRights(principal, rightsOf({ role, workflows }));
  if (key !== undefined) await server.keys?.get(principal.namespace, key);
  const subject = { kind, name } as BindingSubject;
  const made = await server.bindings.bind(principal.namespace, subject, { role, workflows }, principal.id);
  return { status: 201, body: bindingBody(made) };
};

export const unbindRole: Handler<"access.unbind"> = async ({ server, principal, params }) => {
  const { namespace } = principal;
  checkRights(principal, rightsOf(await server.bindings.get(namespace, params.binding)));
  const standing = { kind: "binding" as const, id: params.binding };
  const work = () => server.bindings.unbind(namespace, params.binding);
  await server.administrators.unlessLast(namespace, standing, { by: principal, work });
  return { status: 204, body: null };
};
