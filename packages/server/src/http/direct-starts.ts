import { IncomingMessage } from "node:http";
import { paths } from "@holdpoint/client/contract";
import { Hono, type MiddlewareHandler } from "hono";
import type { Server } from "../server.ts";
import { answered, refused } from "./answer.ts";
import { Exchange } from "./exchange.ts";
import { isComplete } from "./json-response.ts";
import { serveRoute } from "./serve-route.ts";

/** What Node's adapter gives with a request. */
interface NodeBindings {
  incoming?: unknown;
}

/** Serves a request, or says that it is for the application: null. */
export type Shortcut = (request: Request, bindings: NodeBindings) => Promise<Response> | null;

const [method = "", path = ""] = paths["runs.start"].split(" ");

/**
 * Starts of runs past the application's router and its chain of middlewares: with them a start costs a tenth more. Everything that is checked,
 * counted and written down is in `answered` and `serveRoute`, which serve the application, too; an answer that the chain has something
 * to do with (a refusal, one to be compressed) goes through it.
 */
export function directStarts(server: Server, chain: readonly MiddlewareHandler[]): Shortcut {
  const finishing = new Hono<{ Bindings: { answer: Response } }>();
  finishing.use(...chain);
  finishing.all("*", (context) => context.env.answer);
  const serve = async (request: Request, incoming: IncomingMessage): Promise<Response> => {
    const exchange = new Exchange(request, incoming);
    const caller = {
      address: server.proxies.clientOf(incoming.socket.remoteAddress ?? null, request.headers),
    };
    const answer = await answered(server, exchange, path, async () => {
      try {
        return await serveRoute(server, "runs.start", exchange, noParams, caller);
      } catch (error) {
        return refused(server, exchange, error as Error, { path, base: "" });
      }
    });
    return isComplete(answer) ? answer : finishing.fetch(request, { answer });
  };
  return (request, { incoming }) =>
    incoming instanceof IncomingMessage && incoming.url === path && incoming.method === method
      ? serve(request, incoming)
      : null;
}

const noParams = {};
