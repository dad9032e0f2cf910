import type { IncomingMessage, Server as NodeServer } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { HoldpointApp } from "../holdpoint.ts";
import { firstMessage } from "./first-message.ts";
import { answerTo, faultOf, isStream, mayConnect, reasonOf, refuse } from "./handshake.ts";
import { farewell, type Keeping, sendFrames } from "./send-frames.ts";

/** What a reader sends is one message of a key and a place. In bytes. */
const longestMessage = 20_480;
/** How long who has connected may take to say who they are. */
const greetingMs = 10_000;
/** So many may be connected at once of whom nobody knows who they are. */
const mostStrangers = 100;

/** How connections are kept, and whose. */
export interface WebSocketOptions extends Keeping {
  /** Pages of which other origins may connect. */
  origins: readonly string[];
}

/**
 * Streams of events over WebSockets: where a `GET` is answered with server-sent events, the same frames are sent as text messages, with
 * the same places and the same rules. The application itself answers the request, so who may follow what is decided in one place.
 *
 * Who asks is known by the handshake (a header, a session cookie), or by a first message `{"authorization": "Bearer hp_…"}`: browsers can
 * set no header, and a key in a URL ends in logs.
 *
 * @returns what ends all of them at once: Node's own server no longer knows connections that were upgraded
 */
export function acceptWebSockets(node: NodeServer, app: HoldpointApp, options: WebSocketOptions): () => void {
  const { origins, closing } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload: longestMessage, clientTracking: false });
  const sockets = new Set<Duplex>();
  let strangers = 0;

  const greeted = async (webSocket: WebSocket, message: IncomingMessage): Promise<void> => {
    const leave = (): void => farewell(webSocket, 1001, "this server is shutting down");
    closing.addEventListener("abort", leave);
    if (closing.aborted) leave();
    strangers++;
    const said = await firstMessage(webSocket, greetingMs).finally(() => strangers--);
    closing.removeEventListener("abort", leave);
    if (said === null) return farewell(webSocket, 4401, "say who you are in the first message");
    const response = await answerTo(app, message, said);
    if (isStream(response)) return sendFrames(webSocket, response, options);
    if (response.status === 204) return farewell(webSocket, 1000, "it has ended");
    farewell(webSocket, 4000 + (response.ok ? 400 : response.status), await reasonOf(response));
  };

  const answer = async (message: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    // Null when there is nobody to talk to any more.
    const take = (): Promise<WebSocket | null> =>
      new Promise((resolve) => {
        if (socket.destroyed) return resolve(null);
        socket.once("close", () => resolve(null));
        server.handleUpgrade(message, socket, head, (webSocket) => {
          // What goes wrong on a connection ends it, which is heard.
          webSocket.on("error", () => {});
          resolve(webSocket);
        });
      });
    const fault = faultOf(message);
    if (fault) return refuse(socket, fault.status, fault.reason);
    if (closing.aborted) return refuse(socket, 503, "this server is shutting down");
    if (!mayConnect(message, origins))
      return refuse(socket, 403, "pages of this origin may not connect; list it in cors.origins");
    const response = await answerTo(app, message, {});
    if (isStream(response)) {
      const webSocket = await take();
      return webSocket ? sendFrames(webSocket, response, options) : response.body?.cancel();
    }
    if (response.status === 204) {
      const webSocket = await take();
      return webSocket ? farewell(webSocket, 1000, "it has ended") : undefined;
    }
    const mayYetSay = response.status === 401 && message.headers.authorization === undefined;
    if (!mayYetSay) return refuse(socket, response.ok ? 400 : response.status, await reasonOf(response));
    if (strangers >= mostStrangers) return refuse(socket, 503, "too many connections wait to say who they are");
    const webSocket = await take();
    if (webSocket) await greeted(webSocket, message);
  };

  node.on("upgrade", (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    answer(message, socket, head).catch(() => socket.destroy());
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
