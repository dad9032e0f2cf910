import { paths, type RouteDefinition, type RouteName, routes } from "@holdpoint/client/contract";
import type { Engine, HoldpointError } from "@holdpoint/core";
import type { Context } from "hono";
import { authorize } from "../access/authorize.ts";
import type { Caller, Principal } from "../access/principal.ts";
import { isNowhere, reachOf } from "../access/reach.ts";
import { type AuditedCall, audited, auditedStart, auditRefused, lineOfStart } from "../audit/audited-call.ts";
import type { Shown } from "../audit/standing.ts";
import type { Call } from "../routes/call.ts";
import { handlers } from "../routes/handlers.ts";
import type { Server } from "../server.ts";
import { checkPart } from "./check.ts";
import { ForbiddenError, RequestError } from "./errors.ts";
import { wholeJsonResponse } from "./json-response.ts";
import { readJsonBody } from "./read-body.ts";
import { readParameters } from "./read-parameters.ts";

/** Nobody in particular: who asks for what is public. */
const nobody: Principal = { id: "", namespace: "", roles: [] };

/** A handler of some route, its types put aside: `serveRoute` checks each part against the route's own schemas. */
type AnyHandler = (call: unknown) => Promise<AnyReply>;
type AnyReply = Response | { status: number; body: unknown; headers?: Record<string, string> };

/**
 * Serves one route, in this order: who is it, may they, does it fit the schemas, then the work. What is refused was not looked at any
 * further.
 */
export async function serveRoute(server: Server, name: RouteName, context: Context, caller: Caller): Promise<Response> {
  const route: RouteDefinition = routes[name];
  const request = context.req.raw;
  context.set("route", paths[name].split(" ")[1]);
  const { principal, engine } = await askerOf(server, name, context, caller);
  const requestId = String(context.get("requestId"));
  const audit = { name, address: caller.address, requestId };
  const { permission } = route;
  if (permission !== "public" && permission !== "signed-in" && isNowhere(reachOf(principal, permission))) {
    const subject = { server, engine, principal, params: context.req.param() };
    await auditRefused({ ...audit, subject, body: null }, "FORBIDDEN");
    throw new ForbiddenError(permission);
  }
  const params = route.params
    ? checkPart(route.params, readParameters(route.params, Object.entries(context.req.param())), "path")
    : {};
  const query = checkPart(
    route.query ?? noQuery,
    readParameters(route.query ?? noQuery, request.url.includes("?") ? new URL(request.url).searchParams : []),
    "query",
  );
  const body =
    route.body && !route.raw ? checkPart(route.body, await readJsonBody(request, server.bodyLimits), "body") : {};
  const subject = { server, engine, principal, params };
  const reach =
    permission === "public" || permission === "signed-in"
      ? "all"
      : await authorize({ name, permission, principal, engine, params, body }).catch(async (error: HoldpointError) => {
          await auditRefused({ ...audit, subject, body }, error.code);
          throw error;
        });
  const call: Omit<Call<RouteName>, "params" | "query" | "body"> = {
    engine,
    principal,
    reach,
    actor: { by: principal.id, channel: "api", ...(caller.address === null ? {} : { address: caller.address }) },
    request,
    requestId,
    server,
    lineOfRun: name === "runs.start" ? lineOfStart({ ...audit, subject, body }) : undefined,
  };
  const work = () =>
    withinTime((handlers[name] as AnyHandler)({ ...call, params, query, body }), server.timeMs + extraMs(name, query));
  // Who reads the body itself writes down what became of it: strangers are in no audit log.
  const changes = !route.raw && request.method !== "GET" && request.method !== "HEAD";
  const reply = changes ? await changed({ ...audit, subject, body }, work) : await work();
  if (reply instanceof Response) return request.method === "HEAD" ? headOf(reply) : reply;
  const headers = { "x-request-id": requestId, ...context.get("rates"), ...reply.headers };
  return wholeJsonResponse(reply.body, { status: reply.status, headers });
}

/** Does what changes something, with its lines in the audit log. */
function changed(call: AuditedCall, work: () => Promise<AnyReply>): Promise<AnyReply> {
  const bodyOf = (reply: AnyReply): unknown => (reply instanceof Response ? null : reply.body);
  if (call.name !== "runs.start") return audited(call, work, bodyOf);
  return auditedStart(call, work, (reply) => (reply.status === 200 ? (bodyOf(reply) as Shown) : null));
}

/** An answer without its body, which nobody would read: a stream ends before it has begun. */
async function headOf(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}

/** Who asks, and the engine of their namespace. Whoever is refused here is in the audit log too, counted by address and minute. */
async function askerOf(
  server: Server,
  name: RouteName,
  context: Context,
  caller: Caller,
): Promise<{ principal: Principal; engine: Engine }> {
  const { permission } = routes[name];
  let principal = nobody;
  try {
    context.set("rates", await server.rates.ofAddress(caller));
    if (permission === "public") return { principal, engine: server.engine };
    principal = await server.principal(context.req.raw, caller);
    context.set("principal", principal.id);
    context.set("rates", { ...context.get("rates"), ...(await server.rates.ofPrincipal(principal)) });
    return { principal, engine: server.engineOf(principal) };
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    const known = principal === nobody ? null : { namespace: principal.namespace, by: principal.id, target: {} };
    const whose = error.whose ?? {
      namespace: server.engine.namespace,
      by: null,
      target: {},
      ...known,
      code: error.code,
    };
    server.refusals.note({ ...whose, action: name, address: caller.address });
    throw error;
  }
}

const noQuery = routes["holds.similar"].query.pick({}).strict();

/** A long-poll waits as long as it was asked to. */
function extraMs(name: RouteName, query: unknown): number {
  return name === "runs.result" ? ((query as { wait?: number }).wait ?? 0) * 1000 : 0;
}

async function discard(reply: unknown): Promise<void> {
  if (reply instanceof Response) await reply.body?.cancel();
}

async function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new RequestError(503, "TOO_SLOW", "it takes too long; it may be done yet: look, or repeat it"));
    // Nobody takes what comes now: a stream would be held open for nobody.
    work.then(discard).catch(() => {});
  }, ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}

/** A route's method and path, the path as Hono writes it. */
export function placeOf(name: RouteName): { method: string; path: string } {
  const [method = "", path = ""] = paths[name].split(" ");
  return { method, path: path.replaceAll(/\{(\w+)\}/g, ":$1") };
}
