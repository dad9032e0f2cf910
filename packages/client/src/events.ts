import { ProblemError } from "./problem-error.ts";

/** Waits so long before it comes back, in ms; doubled while it fails, up to the second. */
const pauseMs = 250;
const longestMs = 10_000;

/**
 * Events of a stream, over as many connections as it takes: each goes on after the last event that was seen. Ends when the server says so,
 * or when `signal` is aborted.
 */
export async function* followEvents<T>(
  connect: (headers: Record<string, string>) => Promise<Response>,
  signal: AbortSignal | null,
): AsyncGenerator<T> {
  let last = "";
  for (let pause = pauseMs; !signal?.aborted; pause = Math.min(2 * pause, longestMs)) {
    try {
      const response = await connect({
        accept: "text/event-stream",
        ...(last === "" ? {} : { "last-event-id": last }),
      });
      if (response.status === 204 || response.body === null) return;
      for await (const { id, event, data } of framesOf(response.body)) {
        if (event === "end") return;
        pause = pauseMs;
        if (id !== "") last = id;
        // Without data it says where the reader is, although nothing happened.
        if (data !== "") yield JSON.parse(data) as T;
      }
    } catch (error) {
      if (signal?.aborted) return;
      // What the server refuses it refuses again, but for a server that is going or too full.
      if (error instanceof ProblemError && error.status !== 503 && error.status !== 429) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The frames of an event stream: https://html.spec.whatwg.org/multipage/server-sent-events.html */
async function* framesOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<{ id: string; event: string; data: string }> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const frames = rest.split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames) {
        const fields: Record<string, string> = { id: "", event: "", data: "" };
        for (const line of frame.split("\n")) {
          const [, name = "", text = ""] = /^(\w+): ?(.*)$/.exec(line) ?? [];
          if (name in fields) fields[name] = text;
        }
        const { id = "", event = "", data = "" } = fields;
        yield { id, event, data };
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
