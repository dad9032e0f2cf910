import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { HoldpointApp } from "../holdpoint.ts";

/** Headers that are of the connection, not of the request. */
const ofConnection = /^(connection|upgrade|keep-alive|transfer-encoding|content-length|sec-websocket-.*)$/;

/**
 * Whether the page that connects may: a browser sends its cookies along whatever page asks, and says which page it was. What is no browser
 * says nothing.
 */
export function mayConnect({ headers }: IncomingMessage, origins: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined || origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** What keeps a handshake from becoming a connection, whoever asks. */
export function faultOf({ headers }: IncomingMessage): { status: number; reason: string } | null {
  if (headers.upgrade?.toLowerCase() !== "websocket") return { status: 426, reason: "only websocket is spoken here" };
  if (headers["sec-websocket-version"] !== "13")
    return { status: 426, reason: "only version 13 of websocket is spoken here; say so in sec-websocket-version" };
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? ""))
    return { status: 400, reason: "sec-websocket-key must be 16 random bytes in base64" };
  return null;
}

/** The application's answer to the request that the handshake is, with what the reader has said since. */
export async function answerTo(
  app: HoldpointApp,
  message: IncomingMessage,
  said: Readonly<Record<string, string>>,
): Promise<Response> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers))
    if (value !== undefined && !ofConnection.test(name))
      headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  for (const [name, value] of Object.entries(said)) headers.set(name, value);
  const url = new URL(message.url ?? "/", `http://${message.headers.host ?? "localhost"}`);
  return app.fetch(new Request(url, { headers }), { incoming: message });
}

/** Whether an answer is a stream of events. */
export const isStream = (response: Response): boolean =>
  response.status === 200 && response.headers.get("content-type") === "text/event-stream";

/** Why there is no stream: a sentence. */
export async function reasonOf(response: Response): Promise<string> {
  if (response.ok) {
    await response.body?.cancel();
    return "there are no events at this path";
  }
  const problem = (await response.json().catch(() => ({}))) as { detail?: unknown };
  return typeof problem.detail === "string" ? problem.detail : `the server answered ${response.status}`;
}

/** Ends a handshake with an answer instead of a connection. */
export function refuse(socket: Duplex, status: number, reason: string): void {
  const body = JSON.stringify({ status, detail: reason });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}`,
      "connection: close",
      // Where another version was asked for, this is the one to ask for.
      ...(status === 426 ? ["upgrade: websocket", "sec-websocket-version: 13"] : []),
      "content-type: application/problem+json",
      `content-length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}
