import { followEvents } from "./events.ts";
import { textsOf } from "./frames.ts";
import { paths, type RouteName } from "./paths.ts";
import { ProblemError } from "./problem-error.ts";
import { messagesOf } from "./socket.ts";
import type { RouteInput, RouteOutput, StreamItem, StreamName } from "./types.ts";

/** Where the server is, and who asks. */
export interface ClientOptions {
  /** Where Holdpoint is: `https://holds.example.com`, or with the path it is mounted at. */
  url: string;
  /** An API key: `hp_…`. Without one, requests carry what the browser has (cookies of the same origin). */
  key?: string;
  /** Instead of the platform's. */
  fetch?: typeof fetch;
}

/** What one request may say besides. */
export interface RequestOptions {
  /** Ends the request, or the stream. */
  signal?: AbortSignal;
  /** The `ETag` of what was read: refused with 412 when it is another by now. */
  ifMatch?: string;
  /** How a stream of events comes: server-sent events, or a WebSocket where those are held back on the way. Default "fetch". */
  over?: "fetch" | "websocket";
}

const streams: ReadonlySet<string> = new Set<StreamName>(["runs.events", "events.follow"]);

/** Routes that answer with a file: it comes piece by piece. */
type FileRoute = "audit.export" | "annotations.export";
const files: ReadonlySet<string> = new Set<FileRoute>(["audit.export", "annotations.export"]);

type Group = RouteName extends `${infer G}.${string}` ? G : never;
type Action<G extends string> = Extract<RouteName, `${G}.${string}`> extends `${G}.${infer A}` ? A : never;
type Named<G extends string, A extends string> = Extract<RouteName, `${G}.${A}`>;
type Answer<N extends RouteName> = N extends StreamName
  ? AsyncGenerator<StreamItem<N>>
  : N extends FileRoute
    ? Promise<ReadableStream<Uint8Array>>
    : Promise<RouteOutput<N>>;
type Method<N extends RouteName> =
  Record<never, never> extends RouteInput<N>
    ? (input?: RouteInput<N>, options?: RequestOptions) => Answer<N>
    : (input: RouteInput<N>, options?: RequestOptions) => Answer<N>;

/** Every route of the API as a function: `client.runs.start(…)`, `client.holds.decide(…)`. */
export type HoldpointClient = { [G in Group]: { [A in Action<G>]: Method<Named<G, A>> } };

/** What is sent, and how. */
interface Sent {
  method: string;
  url: string;
  body: string | undefined;
}

/**
 * A client of one server. Each function takes one object: the parts of the path, the query or the body, whatever the route has.
 *
 * @example
 * import { createClient } from "@holdpoint/client";
 * const client = createClient({ url: "http://localhost:4400", key: "hp_…" });
 * const run = await client.runs.start({ workflow: "refund", input: { orderId: "A-7", amount: 120 }, id: "refund-A-7" });
 * const { items } = await client.holds.list({ run: run.id });
 * for (const { id, revision, evidenceHash } of items)
 *   await client.holds.decide({ hold: id, revision, evidenceHash, answer: { approved: true } });
 * for await (const event of client.runs.events({ run: run.id })) console.log(event.type, event.key);
 * for await (const event of client.events.follow({ of: "hold" }, { over: "websocket" })) console.log(event.type, event.id);
 *
 * @throws ProblemError from each function: the server refused
 */
export function createClient({ url, key, fetch: send = fetch }: ClientOptions): HoldpointClient {
  const base = url.replace(/\/+$/, "");
  const client: Record<string, Record<string, unknown>> = {};
  const ask = async (sent: Sent, options: RequestOptions, extra: Record<string, string> = {}): Promise<Response> => {
    const headers = {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(sent.body === undefined ? {} : { "content-type": "application/json" }),
      ...(options.ifMatch === undefined ? {} : { "if-match": options.ifMatch }),
      ...extra,
    };
    const init = { method: sent.method, headers, body: sent.body ?? null, signal: options.signal ?? null };
    const response = await send(sent.url, init);
    if (response.ok) return response;
    const problem = (await response.json().catch(() => null)) as Record<string, unknown> | null;
    throw new ProblemError(response.status, problem ?? {});
  };
  const listen = async (sent: Sent, options: RequestOptions, after: string): Promise<AsyncIterable<string> | null> => {
    const place = after === "" ? {} : { "last-event-id": after };
    const { status, body } = await ask(sent, options, { accept: "text/event-stream", ...place });
    return status === 204 || body === null ? null : textsOf(body);
  };
  for (const [name, place] of Object.entries(paths)) {
    const [group = "", action = ""] = name.split(".");
    const call = (input: Record<string, unknown> = {}, options: RequestOptions = {}): unknown => {
      const sent = write(base, place, input);
      if (streams.has(name))
        return followEvents((after) => {
          // A WebSocket has no header for the place.
          if (options.over !== "websocket") return listen(sent, options, after);
          const from = after === "" ? sent : write(base, place, { ...input, after });
          return Promise.resolve(messagesOf(from.url, key, options.signal ?? null));
        }, options.signal ?? null);
      return ask(sent, options).then((response) => (files.has(name) ? response.body : read(response)));
    };
    client[group] = { ...client[group], [action]: call };
  }
  return client as unknown as HoldpointClient;
}

function read(response: Response): unknown {
  if (response.status === 204) return undefined;
  return response.headers.get("content-type")?.includes("json") ? response.json() : response.text();
}

/** One object as path, query or body. */
function write(base: string, place: string, input: Record<string, unknown>): Sent {
  const [method = "GET", path = ""] = place.split(" ");
  const rest = { ...input };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
  if (method === "POST" || method === "PUT") return { method, url: base + filled, body: JSON.stringify(rest) };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) query.append(name, String(one));
  const text = query.toString();
  return { method, url: base + filled + (text === "" ? "" : `?${text}`), body: undefined };
}
