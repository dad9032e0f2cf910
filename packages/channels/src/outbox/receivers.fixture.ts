import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";

/** One request as it came. */
export interface Received {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

/** A real HTTP server that answers as it is told, and keeps what it was sent. */
export async function httpReceiver(
  answer: (received: Received, count: number, response: ServerResponse) => unknown = ok,
): Promise<{
  url: string;
  received: Received[];
  stop: () => Promise<void>;
}> {
  const received: Received[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part: string) => {
      body += part;
    });
    request.on("end", () => {
      const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const one = { method: request.method ?? "", path: request.url ?? "", headers, body };
      received.push(one);
      void answer(one, received.length, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const ok = (_received: Received, _count: number, response: ServerResponse): void =>
  void response.writeHead(200).end("ok");

/** A real SMTP server; `refuse` gives an SMTP answer in the place of taking a mail, or has it taken and never says so. */
export async function smtpReceiver(
  refuse: (count: number, to: string) => { code: number; text: string } | "hang" | null = () => null,
): Promise<{ url: string; mails: Email[]; attempts: () => number; stop: () => Promise<void> }> {
  const mails: Email[] = [];
  let count = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    logger: false,
    onData(stream, session, callback) {
      const parts: Uint8Array[] = [];
      stream.on("data", (part: Uint8Array) => parts.push(part));
      stream.on("end", () => {
        count += 1;
        const refusal = refuse(count, session.envelope.rcptTo[0]?.address ?? "");
        if (refusal !== null && refusal !== "hang")
          return callback(Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
        PostalMime.parse(Buffer.concat(parts)).then(
          (mail) => {
            mails.push(mail);
            if (refusal === null) callback();
          },
          (error: unknown) => callback(error as Error),
        );
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    attempts: () => count,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
