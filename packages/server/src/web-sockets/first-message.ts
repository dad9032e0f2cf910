import type { WebSocket } from "ws";

/** What a reader may say of itself, as headers of its request. */
export type Greeting = Record<string, string>;

/**
 * The first message of a connection, `{"authorization": "Bearer hp_…", "after": "…"}`, as headers; null when it is anything else, or
 * does not come in time.
 */
export function firstMessage(webSocket: WebSocket, withinMs: number): Promise<Greeting | null> {
  const { promise, resolve } = Promise.withResolvers<Greeting | null>();
  const timer = setTimeout(() => resolve(null), withinMs);
  webSocket.once("message", (data, isBinary) => resolve(isBinary ? null : readGreeting(String(data))));
  webSocket.once("close", () => resolve(null));
  return promise.finally(() => clearTimeout(timer));
}

function readGreeting(text: string): Greeting | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof said !== "object" || said === null) return null;
  const { authorization, after } = said as Record<string, unknown>;
  if (typeof authorization !== "string" || !/^Bearer [\x21-\x7e]+$/.test(authorization)) return null;
  if (after === undefined) return { authorization };
  return typeof after === "string" && /^[\x21-\x7e]+$/.test(after) ? { authorization, "last-event-id": after } : null;
}
