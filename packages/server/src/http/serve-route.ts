import { paths, type RouteDefinition, type RouteName, routes } from "@holdpoint/client/contract";
import type { Context } from "hono";
import type { Caller, Principal } from "../access/principal.ts";
import { permissionsOf } from "../access/roles.ts";
import type { Call } from "../routes/call.ts";
import { handlers } from "../routes/handlers.ts";
import type { Server } from "../server.ts";
import { checkPart } from "./check.ts";
import { ForbiddenError, RequestError } from "./errors.ts";
import { jsonResponse } from "./json-response.ts";
import { problemOf } from "./problem.ts";
import { readJsonBody } from "./read-body.ts";
import { readParameters } from "./read-parameters.ts";

/** Nobody in particular: who asks for what is public. */
const nobody: Principal = { id: "", namespace: "", roles: [] };

/** A handler of some route, its types put aside: `serveRoute` checks each part against the route's own schemas. */
type AnyHandler = (
  call: unknown,
) => Promise<Response | { status: number; body: unknown; headers?: Record<string, string> }>;

/**
 * Serves one route, in this order: who is it, may they, does it fit the schemas, then the work. What is refused was not looked at any
 * further.
 */
export async function serveRoute(server: Server, name: RouteName, context: Context, caller: Caller): Promise<Response> {
  const route: RouteDefinition = routes[name];
  const request = context.req.raw;
  context.set("route", paths[name].split(" ")[1]);
  context.set("rates", await server.rates.ofAddress(caller));
  const principal = route.permission === "public" ? nobody : await server.principal(request, caller);
  context.set("principal", principal.id);
  if (route.permission !== "public")
    context.set("rates", { ...context.get("rates"), ...(await server.rates.ofPrincipal(principal)) });
  const engine = route.permission === "public" ? server.engine : server.engineOf(principal);
  const entry = {
    by: principal.id,
    route: name,
    address: caller.address,
    requestId: String(context.get("requestId")),
  };
  const refused = (code: string, target: Record<string, unknown>): Promise<void> =>
    server.audit(engine, { ...entry, target, outcome: "refused", code });
  if (route.permission !== "public" && route.permission !== "signed-in") {
    if (!permissionsOf(principal).has(route.permission)) {
      await refused("FORBIDDEN", {});
      throw new ForbiddenError(route.permission);
    }
  }
  const params = route.params
    ? checkPart(route.params, readParameters(route.params, Object.entries(context.req.param())), "path")
    : {};
  const query = checkPart(
    route.query ?? noQuery,
    readParameters(route.query ?? noQuery, new URL(request.url).searchParams),
    "query",
  );
  const body = route.body ? checkPart(route.body, await readJsonBody(request, server.bodyLimits), "body") : {};
  const call: Omit<Call<RouteName>, "params" | "query" | "body"> = {
    engine,
    principal,
    actor: { by: principal.id, channel: "api", ...(caller.address === null ? {} : { address: caller.address }) },
    request,
    server,
  };
  const changes = request.method !== "GET" && request.method !== "HEAD";
  const target = targetOf(params, body);
  if (changes) await server.audit(engine, { ...entry, target, outcome: "asked", code: null });
  const work = (handlers[name] as AnyHandler)({ ...call, params, query, body });
  const reply = await withinTime(work, server.timeMs + extraMs(name, query)).catch(async (error: unknown) => {
    const problem = problemOf(error, entry.requestId);
    if (changes && problem.status < 500) await refused(problem.code, target);
    throw error;
  });
  if (reply instanceof Response) return reply;
  return jsonResponse(reply.body, { status: reply.status, ...(reply.headers ? { headers: reply.headers } : {}) });
}

/** Of what it is: the parts of the path, and the id of what is to be made. Nothing else that was sent is kept for ever. */
function targetOf(params: Record<string, unknown>, body: unknown): Record<string, unknown> {
  const id = (body as { id?: unknown } | null)?.id;
  return typeof id === "string" ? { ...params, id } : params;
}

const noQuery = routes["holds.similar"].query.pick({}).strict();

/** A long-poll waits as long as it was asked to. */
function extraMs(name: RouteName, query: unknown): number {
  return name === "runs.result" ? ((query as { wait?: number }).wait ?? 0) * 1000 : 0;
}

async function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new RequestError(503, "TOO_SLOW", "it takes too long; it may be done yet: look, or repeat it")),
    ms,
  );
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
