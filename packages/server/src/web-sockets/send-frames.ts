import type { WebSocket } from "ws";
import { wasEndedByRights } from "../events/event-stream.ts";

/** How long a reader may take to say goodbye. */
const farewellMs = 2_000;

/** How a connection is kept. */
export interface Keeping {
  /** So often a reader is asked whether it is there. In ms. */
  pingMs: number;
  /** One that has not answered for so long is dropped. In ms. */
  patienceMs: number;
  closing: AbortSignal;
}

/** Ends a connection, with or without the reader's help. */
export function farewell(webSocket: WebSocket, code: number, reason: string): void {
  // What a close frame may hold: 123 bytes.
  webSocket.close(
    code,
    Buffer.from(reason)
      .subarray(0, 120)
      .toString()
      .replace(/\uFFFD+$/, ""),
  );
  setTimeout(() => webSocket.terminate(), farewellMs).unref();
}

/**
 * Sends the chunks of a stream as text messages, each when the one before has left this process: nothing is put by for a slow reader, and
 * the stream itself ends when it takes nothing for too long. What a reader sends is passed over.
 */
export async function sendFrames(webSocket: WebSocket, response: Response, keeping: Keeping): Promise<void> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  /** When the message that is on its way was sent; null when there is none. */
  let sentAt: number | null = null;
  let heardAt = performance.now();
  webSocket.on("pong", () => {
    heardAt = performance.now();
  });
  const pings = setInterval(() => {
    // What waits behind a message on its way is no answer. The stream has the same patience, but only until it ends.
    if (sentAt !== null) {
      if (performance.now() - sentAt > keeping.patienceMs) webSocket.terminate();
      return;
    }
    if (performance.now() - heardAt > keeping.pingMs + keeping.patienceMs) return webSocket.terminate();
    webSocket.ping();
  }, keeping.pingMs);
  pings.unref();
  webSocket.once("close", () => {
    clearInterval(pings);
    reader.cancel().catch(() => {});
  });
  reader.closed.catch(() => webSocket.terminate());
  if (webSocket.readyState !== webSocket.OPEN) await reader.cancel();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    sentAt = performance.now();
    await sent(webSocket, value);
    sentAt = null;
  }
  if (keeping.closing.aborted) farewell(webSocket, 1001, "this server is shutting down");
  else if (wasEndedByRights(response.body))
    // "Unauthorized" of IANA's list, and no refusal: whoever may yet, but something else, goes on where they were.
    farewell(webSocket, 3000, "what you may do has changed, or your sign-in has ended: connect again");
  else farewell(webSocket, 1000, "it has ended");
}

/** Resolves when a message has been handed to the network, or the connection is gone: then the stream ends by itself. */
function sent(webSocket: WebSocket, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    webSocket.send(chunk, { binary: false }, () => resolve());
  });
}
