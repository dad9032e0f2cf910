import { paths, type RouteDefinition, type RouteName, routes } from "@holdpoint/client/contract";
import type { Engine, HoldpointError } from "@holdpoint/core";
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
import type { Exchange } from "./exchange.ts";
import { wholeJsonResponse } from "./json-response.ts";
import { arrivedBody, jsonOf, readJsonBody } from "./read-body.ts";
import { readParameters } from "./read-parameters.ts";

/** Nobody in particular: who asks for what is public. */
const nobody: Principal = { id: "", namespace: "", roles: [] };

/** A handler of some route, its types put aside: `serveRoute` checks each part against the route's own schemas. */
type AnyHandler = (call: unknown) => Promise<AnyReply>;
type AnyReply = Response | { status: number; body: unknown; json?: string; headers?: Record<string, string> };

/**
 * Serves one route, in this order: who is it, may they, does it fit the schemas, then the work. What is refused was not looked at any
 * further.
 *
 * @param sent the parts of the path, as they were sent
 */
export async function serveRoute(
  server: Server,
  name: RouteName,
  exchange: Exchange,
  sent: Readonly<Record<string, string>>,
  caller: Caller,
): Promise<Response> {
  const route: RouteDefinition = routes[name];
  const { request, requestId } = exchange;
  exchange.route = templates[name];
  const { principal, engine } = await askerOf(server, name, exchange, caller);
  const audit = { name, address: caller.address, requestId };
  const { permission } = route;
  const reached = permission === "public" || permission === "signed-in" ? "all" : reachOf(principal, permission);
  if (isNowhere(reached)) {
    const subject = { server, engine, principal, params: sent };
    await auditRefused({ ...audit, subject, body: null }, "FORBIDDEN");
    throw new ForbiddenError(permission);
  }
  const params = route.params
    ? checkPart(route.params, readParameters(route.params, Object.entries(sent)), "path")
    : {};
  const query = queryOf(route, request);
  const body = route.body && !route.raw ? checkPart(route.body, await bodyOf(exchange, server), "body") : {};
  const subject = { server, engine, principal, params };
  const reach =
    permission === "public" || permission === "signed-in"
      ? "all"
      : await authorized({ name, permission, principal, engine, params, body, reach: reached }, (code) =>
          auditRefused({ ...audit, subject, body }, code),
        );
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
  const work = (): Promise<AnyReply> =>
    withinTime((handlers[name] as AnyHandler)({ ...call, params, query, body }), server.timeMs + extraMs(name, query));
  // Who reads the body itself writes down what became of it: strangers are in no audit log.
  const changes = !route.raw && !route.unaudited && request.method !== "GET" && request.method !== "HEAD";
  const reply = changes ? await changed({ ...audit, subject, body }, work) : await work();
  if (reply instanceof Response) return request.method === "HEAD" ? headOf(reply) : reply;
  const { status, body: said, json } = reply;
  const headers = { "x-request-id": requestId, ...exchange.rates, ...reply.headers };
  return wholeJsonResponse(said, { status, headers, ...(json === undefined ? {} : { json }) });
}

/** The routes' paths, each with its parts in braces. */
const templates = Object.fromEntries(
  Object.entries(paths).map(([name, place]) => [name, place.split(" ")[1] ?? ""]),
) as Record<RouteName, string>;

function queryOf(route: RouteDefinition, { url }: Request): unknown {
  const schema = route.query ?? noQuery;
  if (!url.includes("?") && route.query === undefined) return {};
  return checkPart(schema, readParameters(schema, url.includes("?") ? new URL(url).searchParams : []), "query");
}

function bodyOf({ request, incoming }: Exchange, { bodyLimits }: Server): Promise<unknown> | unknown {
  const arrived = incoming && arrivedBody(incoming, bodyLimits);
  return arrived === null ? readJsonBody(request, bodyLimits) : jsonOf(arrived, request, bodyLimits);
}

async function authorized(asked: Parameters<typeof authorize>[0], refuse: (code: string) => Promise<void>) {
  try {
    return await authorize(asked);
  } catch (error) {
    await refuse((error as HoldpointError).code);
    throw error;
  }
}

/** Does what changes something, with its lines in the audit log. */
function changed(call: AuditedCall, work: () => Promise<AnyReply>): Promise<AnyReply> {
  if (call.name !== "runs.start") return audited(call, work, saidIn);
  return auditedStart(call, work, (reply) => (reply.status === 200 ? (saidIn(reply) as Shown) : null));
}

const saidIn = (reply: AnyReply): unknown => (reply instanceof Response ? null : reply.body);

/** An answer without its body, which nobody would read: a stream ends before it has begun. */
async function headOf(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}

/** Who asks, and the engine of their namespace. Whoever is refused here is in the audit log too, counted by address and minute. */
async function askerOf(
  server: Server,
  name: RouteName,
  exchange: Exchange,
  caller: Caller,
): Promise<{ principal: Principal; engine: Engine }> {
  const { permission } = routes[name];
  let principal = nobody;
  try {
    exchange.rates = await server.rates.ofAddress(caller);
    if (permission === "public") return { principal, engine: server.engine };
    const looking = server.principal(exchange.request, caller);
    // What those write whose keys are read together is written together.
    if (name === "runs.start") server.engine.expectWrite();
    principal = await looking;
    exchange.principal = principal.id;
    exchange.rates = { ...exchange.rates, ...(await server.rates.ofPrincipal(principal)) };
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

function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new RequestError(503, "TOO_SLOW", "it takes too long; it may be done yet: look, or repeat it"));
      // Nobody takes what comes now: a stream would be held open for nobody.
      work.then(discard).catch(() => {});
    }, ms);
    work.then(
      (done) => {
        clearTimeout(timer);
        resolve(done);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** A route's method and path, the path as Hono writes it. */
export function placeOf(name: RouteName): { method: string; path: string } {
  const [method = "", path = ""] = paths[name].split(" ");
  return { method, path: path.replaceAll(/\{(\w+)\}/g, ":$1") };
}
