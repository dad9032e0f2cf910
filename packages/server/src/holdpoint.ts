import { type RouteName, routes } from "@holdpoint/client/contract";
import type { Engine } from "@holdpoint/core";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { cors } from "hono/cors";
import type { Caller } from "./access/principal.ts";
import { ConsoleFiles } from "./console/console-files.ts";
import { type ConsolePlace, serveConsole } from "./console/serve-console.ts";
import { answered, refused } from "./http/answer.ts";
import { directStarts, type Shortcut } from "./http/direct-starts.ts";
import { RequestError } from "./http/errors.ts";
import { Exchange } from "./http/exchange.ts";
import { compressedFrom, isComplete } from "./http/json-response.ts";
import { secureHeaders } from "./http/secure-headers.ts";
import { placeOf, serveRoute } from "./http/serve-route.ts";
import { serveInbox } from "./inbox/serve-inbox.ts";
import { serveMcpRequest } from "./mcp/http.ts";
import { openApiDocument } from "./openapi/document.ts";
import { docsPage } from "./openapi/page.ts";
import type { ServerOptions } from "./options.ts";
import { Server } from "./server.ts";

/** What travels with a request. */
interface Variables {
  exchange: Exchange;
}

/** An application of Hono that serves an engine: to be mounted in another, or served by itself. */
export type HoldpointApp = Hono<{ Variables: Variables }>;

/**
 * Holdpoint over HTTP, as a Hono application: the API at `/api/v1`, its document at `/api/openapi.json`, a readable page at `/api/docs`,
 * `/inbox` for people and `/console` for browsers with scripts, `/healthz` and `/readyz`. The engine is yours: start and stop it yourself.
 *
 * @example
 * import { apiKeys, holdpoint } from "@holdpoint/server";
 * const keys = apiKeys({ engine, secret: "at least 32 characters nobody can guess" });
 * const app = holdpoint(engine, { keys });
 * const response = await app.request("/healthz");
 */
export function holdpoint(engine: Engine, options: ServerOptions = {}): HoldpointApp {
  return appOf(new Server(engine, options), options);
}

/** The way past the application for what is asked most, for a server of its own; null where every answer needs the application. */
export function shortcutOf(server: Server, { cors }: ServerOptions): Shortcut | null {
  return cors ? null : directStarts(server, [secureHeaders, compressLarge]);
}

/** The application of a server. */
export function appOf(server: Server, options: ServerOptions): HoldpointApp {
  const app: HoldpointApp = new Hono();
  app.onError((error, context) => {
    const exchange = context.get("exchange") ?? new Exchange(context.req.raw);
    return refused(server, exchange, error, { path: context.req.path, base: baseOf(context) });
  });
  app.use(async (context, next) => {
    const exchange = new Exchange(context.req.raw);
    context.set("exchange", exchange);
    await answered(server, exchange, context.req.path, async () => {
      await next();
      return context.res;
    });
  });
  app.use(secureHeaders);
  if (options.cors) app.use(corsOf(options.cors.origins));
  app.use(compressLarge);

  for (const name of Object.keys(routes) as RouteName[]) {
    const { method, path } = placeOf(name);
    app.on(method, path, (context) =>
      serveRoute(server, name, context.get("exchange"), context.req.param(), callerOf(server, context)),
    );
  }
  for (const path of ["/api/openapi.json", "/api/docs", "/decide", "/inbox"] as const) app.use(path, named(path));
  app.use("/inbox/*", named("/inbox/*"));
  app.get("/api/openapi.json", (context) => context.json(openApiDocument({ base: baseOf(context) })));
  app.get("/api/docs", (context) => docsPage(baseOf(context)));
  const { decisionPage } = options;
  if (decisionPage) app.all("/decide", (context) => decisionPage(context.req.raw));
  const { mcp } = options;
  if (mcp)
    app.all("/mcp", (context) => {
      const { requestId } = context.get("exchange");
      return serveMcpRequest(server, mcp, context.req.raw, { caller: callerOf(server, context), requestId });
    });
  if (options.inbox ?? true) {
    app.all("/inbox", (context) => inboxOf(server, options, context));
    app.all("/inbox/*", (context) => inboxOf(server, options, context));
  }
  if (options.console !== undefined) routeConsole(app, options.console, options);
  otherMethods(app);
  app.all("*", async (context) => {
    const response = await options.signIn?.handle(
      context.req.raw,
      server.source(callerOf(server, context).address, context.get("exchange").requestId),
    );
    if (response) context.get("exchange").route = "/auth";
    if (response) return response;
    throw new RequestError(404, "NOT_FOUND", `there is nothing at ${context.req.path.slice(0, 200)}; see /api/docs`);
  });
  return app;
}

/** The console below its path, and the way there. */
function routeConsole(app: HoldpointApp, directory: string, { signIn }: ServerOptions): void {
  const files = new ConsoleFiles(directory);
  const browser = signIn?.browser ?? null;
  const ways = browser && {
    path: browser.path,
    provider: browser.providerPath !== null,
    accounts: browser.local !== null,
  };
  const serveFile = (context: Context<{ Variables: Variables }>): Promise<Response> => {
    const place: ConsolePlace = { base: baseOf(context), signIn: ways };
    return serveConsole(files, context.req.raw, context.req.path.slice(`${place.base}/console/`.length), place);
  };
  app.use("/console/*", named("/console/*"));
  app.get("/", (context) => context.redirect(`${context.req.path.replace(/\/$/, "")}/console/`, 303));
  app.get("/console", (context) => context.redirect(`${baseOf(context)}/console/`, 308));
  app.all("/console/*", serveFile);
  // What stands behind the # of an invitation's link goes along: only the browser knows it.
  if (signIn?.accounts)
    app.get("/invitation", (context) =>
      context.redirect(`${context.req.path.replace(/\/invitation$/, "")}/console/invitation`, 303),
    );
}

/** The pages of the inbox. */
async function inboxOf(
  server: Server,
  { signIn }: ServerOptions,
  context: Context<{ Variables: Variables }>,
): Promise<Response> {
  const caller = callerOf(server, context);
  const exchange = context.get("exchange");
  exchange.rates = await server.rates.ofAddress(caller);
  const { requestId } = exchange;
  const path = `${baseOf(context)}/inbox`;
  return serveInbox(server, context.req.raw, { path, caller, requestId, signIn: signIn?.browser ?? null });
}

const compressAny = compress({ threshold: compressedFrom });

const compressLarge: MiddlewareHandler = async (context, next) => {
  await next();
  if (!isComplete(context.res)) await compressAny(context, async () => {});
};

/** Says which template a path has that is no route of the API. */
const named =
  (route: string): MiddlewareHandler<{ Variables: Variables }> =>
  (context, next) => {
    context.get("exchange").route = route;
    return next();
  };

/** Paths that are there for other methods. */
function otherMethods(app: HoldpointApp): void {
  const methods = new Map<string, string[]>();
  for (const name of Object.keys(routes) as RouteName[]) {
    const { method, path } = placeOf(name);
    methods.set(path, [...(methods.get(path) ?? []), method, ...(method === "GET" ? ["HEAD"] : [])]);
  }
  for (const [path, allowed] of methods) {
    app.all(path, () => {
      const allow = allowed.join(", ");
      throw new RequestError(405, "METHOD_NOT_ALLOWED", `this takes ${allow}`, { headers: { allow } });
    });
  }
}

/** Where the application is mounted: what stands before its own paths. */
function baseOf(context: Context): string {
  return (
    /^(.*?)\/(?:api\/|hooks\/hk_|metrics$|healthz$|readyz$|decide$|(?:inbox|console)(?:\/|$))/.exec(
      context.req.path,
    )?.[1] ?? ""
  );
}

function callerOf({ proxies }: Server, context: Context): Caller {
  return { address: proxies.clientOf(peerOf(context), context.req.raw.headers) };
}

function peerOf(context: Context): string | null {
  try {
    return getConnInfo(context).remote.address ?? null;
  } catch {
    // Not on Node's own server: nobody says.
    return null;
  }
}

const corsOf = (origins: readonly string[]) =>
  cors({
    origin: [...origins],
    allowMethods: ["GET", "POST", "PUT", "DELETE"],
    allowHeaders: ["authorization", "content-type", "if-match", "last-event-id", "x-request-id"],
    exposeHeaders: ["etag", "location", "retry-after", "x-request-id"],
    maxAge: 600,
  });
