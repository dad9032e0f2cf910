import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a stand-in answers next, in no provider's words. */
export interface Reply {
  text?: string;
  calls?: { id: string; name: string; args: object }[];
  input?: number;
  cached?: number;
  output?: number;
}

/** A failure: a status with the provider's error body, or a stream that is cut after its first piece: the connection breaks, or ends as if that were all. */
export type Next =
  | Reply
  | { status: number; headers?: Record<string, string> }
  | { cut: "broken" | "ended"; text: string };

/** One provider's wire format. */
export interface Wire {
  /** The whole answer's body. */
  body(reply: Reply, model: string): object;
  /** The server-sent events of a stream, each its name (null for none) and its data. */
  events(reply: Reply, model: string): [string | null, object | string][];
  /** An error's body. */
  error(status: number, message: string): object;
  /** Whether this request asks for a stream. */
  streams(path: string, body: Record<string, unknown>): boolean;
}

/** A request as it came. */
export interface Received {
  path: string;
  headers: IncomingMessage["headers"];
  body: Record<string, unknown>;
}

/** A local HTTP server that speaks a provider's wire format and says what it is told to. */
export class StandIn {
  readonly received: Received[] = [];
  readonly #next: Next[] = [];
  readonly #server: Server;
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What it answers to the next requests. */
  will(...next: Next[]): void {
    this.#next.push(...next);
  }

  get last(): Received {
    return this.received.at(-1) as Received;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}") as Record<string, unknown>;
    const path = request.url ?? "";
    this.received.push({ path, headers: request.headers, body });
    const next = this.#next.shift() ?? { status: 500 };
    const model = typeof body.model === "string" ? body.model : "model-1";
    response.setHeader("x-request-id", `req-${this.received.length}`);
    if ("status" in next) {
      response.writeHead(next.status, { "content-type": "application/json", ...next.headers });
      response.end(JSON.stringify(this.#wire.error(next.status, `the stand-in says ${next.status}`)));
      return;
    }
    const reply: Reply = "cut" in next ? { text: next.text } : next;
    if (!this.#wire.streams(path, body)) {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(this.#wire.body(reply, model)));
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const events = this.#wire.events(reply, model);
    const kept = "cut" in next ? events.slice(0, Math.max(1, events.findIndex(isDelta) + 1)) : events;
    for (const [name, data] of kept) {
      const text = typeof data === "string" ? data : JSON.stringify(data);
      response.write(`${name === null ? "" : `event: ${name}\n`}data: ${text}\n\n`);
    }
    if ("cut" in next && next.cut === "broken") setImmediate(() => response.destroy());
    else response.end();
  }
}

/** The first event that has a piece of the text in it. */
const isDelta = ([, data]: [string | null, object | string]): boolean => JSON.stringify(data).includes("Tea ");

/** A text in two pieces. */
export const pieces = (text: string): string[] => text.match(/\S+\s*/g) ?? [];
