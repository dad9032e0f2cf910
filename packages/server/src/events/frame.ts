/** One event of a stream. */
export interface ServerSentEvent {
  /** Where a reader goes on behind it. */
  id?: string;
  event?: string;
  data: unknown;
}

const encoder = new TextEncoder();

/** An event as it is written. JSON has no line breaks of its own, so one `data` line is enough. */
export function frame({ id, event, data }: ServerSentEvent): Uint8Array {
  const head = `${id === undefined ? "" : `id: ${id}\n`}${event === undefined ? "" : `event: ${event}\n`}`;
  return encoder.encode(`${head}data: ${JSON.stringify(data)}\n\n`);
}

/** No event, but the place to go on from: a reader remembers it although nothing happened. */
export const placeFrame = (id: string): Uint8Array => encoder.encode(`id: ${id}\n\n`);

/** A sign of life. */
export const beatFrame = encoder.encode(": here\n\n");

/** Browsers come back after a second. */
export const retryFrame = encoder.encode("retry: 1000\n\n");

/** Several frames as one chunk. */
export function joined(frames: readonly Uint8Array[]): Uint8Array {
  const [only] = frames;
  return only !== undefined && frames.length === 1 ? only : new Uint8Array(Buffer.concat(frames));
}
