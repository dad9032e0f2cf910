import type { RunHandle } from "@holdpoint/core";
import type { Handler } from "../routes/call.ts";
import { wire } from "../routes/wire.ts";
import { eventStream } from "./event-stream.ts";
import { frame, joined } from "./frame.ts";
import { readPosition, type StreamPosition } from "./stream-position.ts";

/** So many events are given to a connection at once: one by one they would each wait their turn. */
const together = 100;

const ended = new Set(["completed", "failed", "cancelled", "diverged"]);

/** A run's journal as a stream: from the beginning, or from where the reader was, to its end. */
export const followRun: Handler<"runs.events"> = async (call) => {
  const { engine, params, query, request } = call;
  const run = await engine.get(params.run);
  const given = request.headers.get("last-event-id") ?? query.after;
  const position = given === undefined ? { generation: 1, after: 0 } : readPosition(given);
  // Browsers come back after the end, too: this tells them not to.
  if (given !== undefined && (await isOver(run, position))) return new Response(null, { status: 204 });
  return eventStream(call, eventsOf(run, position));
};

async function isOver(run: RunHandle, position: StreamPosition): Promise<boolean> {
  return ended.has(await run.status()) && (await run.journal({ ...position, limit: 1 })).length === 0;
}

async function* eventsOf(run: RunHandle, position: StreamPosition): AsyncGenerator<Uint8Array> {
  for await (const events of run.watchPages(position)) {
    const frames = events.map((event) => frame({ id: `${event.generation}.${event.seq}`, data: wire(event) }));
    for (let from = 0; from < frames.length; from += together) yield joined(frames.slice(from, from + together));
  }
  const { status, outcome } = await run.describe();
  yield frame({ event: "end", data: { status, outcome } });
}
