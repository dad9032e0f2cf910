import { redactPath, traceRequest, withLogFields } from "@holdpoint/telemetry";
import type { Server } from "../server.ts";
import { RequestError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { isComplete, jsonResponse } from "./json-response.ts";
import { problemOf } from "./problem.ts";

/**
 * Has a request served, whichever way it came: in a span of its own, with what every answer says, counted and logged.
 *
 * @param path the path that was asked for
 */
export async function answered(
  server: Server,
  exchange: Exchange,
  path: string,
  serve: () => Promise<Response>,
): Promise<Response> {
  const { request, requestId } = exchange;
  const began = performance.now();
  let response: Response | null = null;
  const serving = async (): Promise<void> => {
    response = await serve();
  };
  const facts = () => ({ requestId, route: exchange.route, status: response?.status ?? 500 });
  await withLogFields({ requestId }, () => traceRequest(request, serving, facts));
  const answer = response as Response | null;
  if (answer === null) throw new TypeError("a request was served without an answer");
  if (!isComplete(answer)) {
    answer.headers.set("x-request-id", requestId);
    for (const [field, value] of Object.entries(exchange.rates ?? {}))
      if (!answer.headers.has(field)) answer.headers.set(field, value);
  }
  // Who keeps a connection would keep the server from ending.
  if (server.closing.aborted) answer.headers.set("connection", "close");
  const { method } = request;
  const { route } = exchange;
  const ms = performance.now() - began;
  const { status } = answer;
  server.metrics.http.answered({ method, route, status, seconds: ms / 1000 });
  const fields = {
    requestId,
    method,
    // A template holds no secrets.
    path: path === route ? path : redactPath(path),
    status,
    ms: Math.round(ms),
    by: exchange.principal,
  };
  server.log.info(fields, "request");
  return answer;
}

/**
 * Every failure ends here: a problem document, and a line in the log for what is our fault.
 *
 * @param at the path that was asked for, and what stands before the application's own paths
 */
export function refused(
  server: Server,
  exchange: Exchange,
  error: Error,
  { path, base }: { path: string; base: string },
): Response {
  const { requestId } = exchange;
  const problem = problemOf(error, requestId);
  countRefusal(server, problem.code, exchange.principal !== null);
  if (problem.status >= 500) server.log.error({ requestId, path: redactPath(path), error }, "a request failed");
  return jsonResponse(
    { ...problem, type: `${base}${problem.type}` },
    {
      status: problem.status,
      type: "application/problem+json",
      ...(error instanceof RequestError ? { headers: error.headers } : {}),
    },
  );
}

function countRefusal({ metrics: { http } }: Server, code: string, known: boolean): void {
  if (code === "UNAUTHENTICATED") http.denied("unauthenticated");
  if (code === "FORBIDDEN" || code === "NOT_ALLOWED") http.denied("forbidden");
  if (code === "TOO_MANY_REQUESTS") http.rateLimited(known ? "principal" : "address");
}
