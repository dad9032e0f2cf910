import type { Principal } from "../access/principal.ts";
import { reaches, reachOf } from "../access/reach.ts";
import { auditEntry } from "../audit/audit-line.ts";
import { act } from "../hooks/act.ts";
import type { Hooks, MadeHook } from "../hooks/hooks.ts";
import type { StoredHook } from "../hooks/stored-hook.ts";
import { verifyCall } from "../hooks/verify-call.ts";
import { ForbiddenError, RequestError, UnauthenticatedError } from "../http/errors.ts";
import { ifMatch, StaleError, tagOf } from "../http/etag.ts";
import { problemOf } from "../http/problem.ts";
import { parseJson, readTextBody } from "../http/read-body.ts";
import type { Server } from "../server.ts";
import type { Handler, Reply } from "./call.ts";
import { refuseOwnWorkflow } from "./own-workflows.ts";

function hooksOf({ webhooks, engine }: Server): Hooks {
  if (webhooks) return webhooks.hooks(engine);
  throw new RequestError(404, "NOT_FOUND", "this server has no hooks: it was set up without webhooks");
}

const hookTag = ({ name, action, verify, idempotency, window, maxBytes, tokens, secrets }: StoredHook): string =>
  tagOf([name, action, verify, idempotency, window, maxBytes, tokens, secrets.map(({ sealed }) => sealed)]);

function checkTag(request: Request, id: string, value: StoredHook): void {
  const tag = ifMatch(request);
  if (tag !== null && tag !== hookTag(value)) throw new StaleError(`hook "${id}"`);
}

function bodyOf(id: string, value: StoredHook): Reply<"hooks.show">["body"] {
  const { name, action, verify, idempotency, window, maxBytes, createdBy, createdAt } = value;
  return {
    ...{ id, name, action, verify, idempotency, window, maxBytes, createdBy },
    createdAt: new Date(createdAt).toISOString(),
    etag: `"${hookTag(value)}"`,
  };
}

const shown = (id: string, value: StoredHook) => {
  const body = bodyOf(id, value);
  return { status: 200 as const, body, headers: { etag: body.etag } };
};

const made = ({ id, value, token, secret }: MadeHook) => ({
  status: 201 as const,
  body: { token, secret, ...bodyOf(id, value) },
});

export const listHooks: Handler<"hooks.list"> = async ({ server, principal }) => {
  const all = await hooksOf(server).list(principal.namespace);
  return { status: 200, body: { items: all.map(({ id, value }) => bodyOf(id, value)) } };
};

export const createHook: Handler<"hooks.create"> = async ({ server, principal, body }) => {
  checkAction(principal, body.action);
  return made(await hooksOf(server).create(principal.namespace, body, principal.id));
};

export const showHook: Handler<"hooks.show"> = async ({ server, principal, params }) =>
  shown(params.hook, await hooksOf(server).get(principal.namespace, params.hook));

export const changeHook: Handler<"hooks.change"> = async ({ server, principal, params, body, request }) => {
  const hooks = hooksOf(server);
  await hooks.get(principal.namespace, params.hook);
  if (ifMatch(request) === null)
    throw new RequestError(428, "PRECONDITION_REQUIRED", "send the hook's ETag as If-Match to change it");
  checkAction(principal, body.action);
  const check = (old: StoredHook): void => checkTag(request, params.hook, old);
  return shown(params.hook, await hooks.change(principal.namespace, params.hook, body, check));
};

export const removeHook: Handler<"hooks.remove"> = async ({ server, principal, params, request }) => {
  const hooks = hooksOf(server);
  checkTag(request, params.hook, await hooks.get(principal.namespace, params.hook));
  await hooks.remove(principal.namespace, params.hook);
  return { status: 204, body: null };
};

export const rotateHook: Handler<"hooks.rotate"> = async ({ server, principal, params, body }) => {
  const hooks = hooksOf(server);
  const overlapMs = (body.overlap ?? 86_400) * 1000;
  const { namespace } = principal;
  checkAction(principal, (await hooks.get(namespace, params.hook)).action);
  if (body.what === "secret") return made(await hooks.rotateSecret(namespace, params.hook, body.secret, overlapMs));
  if (body.secret !== undefined)
    throw new RequestError(422, "VALIDATION", 'body.secret: is for `"what": "secret"`; tokens are made here');
  return made(await hooks.rotateToken(namespace, params.hook, overlapMs));
};

/**
 * A hook does for others what whoever makes, changes or opens it anew may do themselves: start its workflow, or signal runs, of which nobody knows
 * yet which. A workflow that nobody has registered here may come with a later deploy; one of our own never may be started.
 */
function checkAction(principal: Principal, action: StoredHook["action"]): void {
  const needed = action.type === "start" ? "runs:start" : "runs:signal";
  const reach = reachOf(principal, needed);
  if (action.type === "start" ? !reaches(reach, action.workflow) : reach !== "all") throw new ForbiddenError(needed);
  if (action.type === "start") refuseOwnWorkflow(action.workflow);
}

/** Who has the token, then whether it is signed, then what it says. What is refused was not looked at any further. */
export const receiveHook: Handler<"hooks.receive"> = async ({ server, params, request, actor, requestId }) => {
  const unknown = new UnauthenticatedError("this hook is not known here");
  if (!server.webhooks) throw unknown;
  const hooks = hooksOf(server);
  const opened = await hooks.opened(params.token);
  if (opened === null) throw unknown;
  const { id, value: hook } = opened;
  const principal = { id: `hook:${id}`, namespace: hook.namespace, roles: [] };
  const rates = await server.rates.ofPrincipal(principal);
  const engine = server.engineOf(principal);
  const size = Math.min(hook.maxBytes, server.bodyLimits.size);
  const body = await readTextBody(request, { ...server.bodyLimits, size });
  const call = { headers: request.headers, body, now: Date.now() };
  const named = verifyCall(hook, await hooks.secretsOf(hook), call);
  const entry = {
    by: principal.id,
    action: "hooks.receive",
    target: { hook: id },
    address: actor.address ?? null,
    requestId,
  };
  await server.audit(engine, auditEntry({ ...entry, outcome: "asked" }));
  try {
    const json = parseJson(body, server.bodyLimits);
    const done = await act(engine, { id, hook }, { headers: request.headers, json }, named);
    return { status: 202, body: done, headers: rates };
  } catch (error) {
    const { status, code } = problemOf(error, requestId);
    if (status < 500) await server.audit(engine, auditEntry({ ...entry, outcome: "refused", code }));
    throw error;
  }
};
