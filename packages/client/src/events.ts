import { framesOf } from "./frames.ts";
import { ProblemError } from "./problem-error.ts";

/** Waits so long before it comes back, in ms; doubled while it fails, up to the second. */
const pauseMs = 250;
const longestMs = 10_000;

/**
 * Events of a stream, over as many connections as it takes: each goes on after the last event that was seen. Ends when the server says so,
 * or when `signal` is aborted.
 *
 * @param connect the text of the stream from a place on; null when it has ended and the reader has seen everything
 */
export async function* followEvents<T>(
  connect: (after: string) => Promise<AsyncIterable<string> | null>,
  signal: AbortSignal | null,
): AsyncGenerator<T> {
  let last = "";
  for (let pause = pauseMs; !signal?.aborted; pause = Math.min(2 * pause, longestMs)) {
    try {
      const texts = await connect(last);
      if (texts === null) return;
      for await (const frames of framesOf(texts))
        for (const { id, event, data } of frames) {
          if (event === "end") return;
          pause = pauseMs;
          if (id !== "") last = id;
          if (data !== "") yield JSON.parse(data) as T;
        }
    } catch (error) {
      if (signal?.aborted) return;
      // What the server refuses it refuses again, but for a server that is going or too full.
      if (error instanceof ProblemError && error.status !== 503 && error.status !== 429) throw error;
    }
    if (!signal?.aborted) await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
