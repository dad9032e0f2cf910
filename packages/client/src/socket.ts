import { ProblemError } from "./problem-error.ts";

/** So many characters may wait to be taken: a WebSocket cannot be told to wait, so it is closed, and goes on later where it was. */
const mostWaiting = 4_000_000;

/**
 * The text that comes over a WebSocket; ends with the connection. The key goes in the first message: what stands in a URL ends in logs.
 *
 * @throws ProblemError the server refused
 */
export async function* messagesOf(
  url: string,
  key: string | undefined,
  signal: AbortSignal | null,
): AsyncGenerator<string> {
  const socket = new WebSocket(url.replace(/^http/, "ws"));
  const waiting: string[] = [];
  let size = 0;
  let over: { code: number; reason: string } | null = null;
  let wake = (): void => {};
  const close = (): void => socket.close();
  signal?.addEventListener("abort", close);
  socket.onopen = () => {
    if (key !== undefined) socket.send(JSON.stringify({ authorization: `Bearer ${key}` }));
  };
  socket.onmessage = ({ data }) => {
    waiting.push(data as string);
    size += (data as string).length;
    if (size > mostWaiting) close();
    wake();
  };
  socket.onclose = (event) => {
    over = event;
    wake();
  };
  try {
    for (;;) {
      const text = waiting.shift();
      if (text !== undefined) {
        size -= text.length;
        yield text;
      } else if (over !== null) return ended(over);
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    signal?.removeEventListener("abort", close);
    close();
  }
}

/** 1000 is the end of what was followed; 4000 and more a status, as of a refused request. */
function ended({ code, reason }: { code: number; reason: string }): void {
  if (code >= 4000) throw new ProblemError(code - 4000, { detail: reason });
}
