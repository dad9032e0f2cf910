import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** A request on its way through the server, and what is known of it by now. */
export class Exchange {
  readonly request: Request;
  /** Names it in the log, and in its answer: the sender's own `X-Request-Id`, or a new one. */
  readonly requestId: string;
  /** Node's half of the request, where nobody but this server has seen it: a body that has arrived is taken from there. */
  readonly incoming: IncomingMessage | null;
  /** Under which name it was sent, once that is known. */
  principal: string | null = null;
  /** The template of its path, where there is one. */
  route: string | null = null;
  /** Headers that say how often may be asked yet. */
  rates: Readonly<Record<string, string>> | null = null;

  constructor(request: Request, incoming: IncomingMessage | null = null) {
    this.request = request;
    this.incoming = incoming;
    const sent = request.headers.get("x-request-id");
    this.requestId = sent !== null && /^[\w.-]{8,64}$/.test(sent) ? sent : randomUUID();
  }
}
