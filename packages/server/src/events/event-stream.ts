import { RequestError } from "../http/errors.ts";
import type { Call } from "../routes/call.ts";
import { beatFrame, retryFrame } from "./frame.ts";

/** How many bytes may wait for a reader. */
const room = 16 * 1024;

/** Who follows, and where. */
export type Following = Pick<Call<"events.follow">, "server" | "request" | "principal" | "actor">;

const endedByRights = new WeakSet<ReadableStream>();

/** Whether a stream was ended because its reader has other rights than when it began. */
export const wasEndedByRights = (body: ReadableStream | null): boolean => body !== null && endedByRights.has(body);

/**
 * Serves chunks of frames as they are taken: the next one is fetched when the reader has room for it, so that nothing piles up here however
 * slow the reader is. One that takes nothing for `patience` is dropped; it comes back with the id it saw last. So does one whose rights have
 * changed: what it may see is decided anew.
 *
 * @param beat what an idle stream shows from time to time
 * @throws RequestError too many streams are open
 */
export function eventStream(
  { server, request, principal, actor }: Following,
  chunks: AsyncIterator<Uint8Array>,
  beat: () => Uint8Array = () => beatFrame,
): Response {
  const { streams, heartbeatMs, patienceMs, closing } = server;
  if (streams.open >= streams.most) {
    endQuietly(chunks);
    throw new RequestError(503, "TOO_MANY_STREAMS", "too many streams are open here; try again in a while", {
      headers: { "retry-after": "5" },
    });
  }
  let lastTaken = performance.now();
  let open = true;
  let end = (): void => {};
  const stop = (): void => {
    if (!open) return;
    open = false;
    streams.open--;
    end();
    endQuietly(chunks);
  };
  streams.open++;
  const rights = server.rights.follow({ request, principal, caller: { address: actor.address ?? null } });
  const body: ReadableStream<Uint8Array> = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const close = (): void => {
          if (!open) return;
          stop();
          controller.close();
        };
        const closeForRights = (): void => {
          endedByRights.add(body);
          close();
        };
        const beats = setInterval(
          () => {
            const idle = (controller.desiredSize ?? 0) > 0;
            if (!idle && performance.now() - lastTaken > patienceMs) {
              stop();
              controller.error(new Error("the reader takes nothing"));
            } else if (idle) controller.enqueue(beat());
          },
          Math.min(heartbeatMs, patienceMs),
        );
        beats.unref();
        closing.addEventListener("abort", close);
        rights.over.addEventListener("abort", closeForRights);
        end = () => {
          clearInterval(beats);
          closing.removeEventListener("abort", close);
          rights.over.removeEventListener("abort", closeForRights);
          rights.leave();
        };
        controller.enqueue(retryFrame);
        // The signal was given while the request was looked at: it is not given again.
        if (closing.aborted) close();
      },
      async pull(controller) {
        lastTaken = performance.now();
        try {
          const { done, value } = await chunks.next();
          if (!open) return;
          if (!done) {
            lastTaken = performance.now();
            return controller.enqueue(value);
          }
          stop();
          controller.close();
        } catch (error) {
          if (!open) return;
          server.log.error({ error }, "an event stream failed");
          stop();
          controller.error(new Error("the stream broke off"));
        }
      },
      cancel: stop,
    },
    { highWaterMark: room, size: (chunk) => chunk.byteLength },
  );
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      // What buffers on the way would hold events back.
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}

function endQuietly(chunks: AsyncIterator<Uint8Array>): void {
  // The stream is over for its reader: what ends badly after it is nobody's.
  chunks.return?.().catch(() => {});
}
