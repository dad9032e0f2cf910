import type { Server } from "../server.ts";

/** One event of a stream; without data it is a sign of life. */
export interface ServerSentEvent {
  id?: string;
  event?: string;
  data: unknown;
}

const encoder = new TextEncoder();

/** An event as it is written. JSON has no line breaks of its own, so one `data` line is enough. */
function frame({ id, event, data }: ServerSentEvent): Uint8Array {
  const head = `${id === undefined ? "" : `id: ${id}\n`}${event === undefined ? "" : `event: ${event}\n`}`;
  return encoder.encode(`${head}data: ${JSON.stringify(data)}\n\n`);
}

/**
 * Serves events as they are taken: the next one is fetched when the reader has room for it, so that nothing piles up here however slow
 * the reader is. One that takes nothing for `patience` is dropped; it comes back with the id it saw last.
 */
export function eventStream(server: Server, events: AsyncIterator<ServerSentEvent>): Response {
  const { streams, heartbeatMs, patienceMs, closing } = server;
  let lastTaken = performance.now();
  let open = true;
  let end = (): void => {};
  const stop = (): void => {
    if (!open) return;
    open = false;
    streams.open--;
    end();
    events.return?.().catch(() => {});
  };
  streams.open++;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const close = (): void => {
          if (!open) return;
          stop();
          controller.close();
        };
        const beat = setInterval(
          () => {
            const idle = (controller.desiredSize ?? 0) > 0;
            if (!idle && performance.now() - lastTaken > patienceMs) {
              stop();
              controller.error(new Error("the reader takes nothing"));
            } else if (idle) controller.enqueue(encoder.encode(": here\n\n"));
          },
          Math.min(heartbeatMs, patienceMs),
        );
        beat.unref();
        closing.addEventListener("abort", close);
        end = () => {
          clearInterval(beat);
          closing.removeEventListener("abort", close);
        };
        // Browsers come back after this long.
        controller.enqueue(encoder.encode("retry: 1000\n\n"));
      },
      async pull(controller) {
        lastTaken = performance.now();
        try {
          const { done, value } = await events.next();
          if (!open) return;
          if (!done) {
            lastTaken = performance.now();
            return controller.enqueue(frame(value));
          }
          stop();
          controller.close();
        } catch (error) {
          server.log.error({ error }, "an event stream failed");
          stop();
          controller.error(new Error("the stream broke off"));
        }
      },
      cancel: stop,
    },
    { highWaterMark: 16 },
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
