import type { StoredPayload } from "../store/store.ts";

const newline = 0x0a;

/** A value of the output stream as it is stored: its codec's name, a line end, its bytes. */
export function packStreamValue(payload: StoredPayload): Uint8Array {
  return Buffer.concat([Buffer.from(`${payload.codec}\n`, "utf8"), payload.bytes]);
}

export function unpackStreamValue(packed: Uint8Array): StoredPayload {
  const end = packed.indexOf(newline);
  return { codec: Buffer.from(packed.subarray(0, end)).toString("utf8"), bytes: packed.subarray(end + 1), ref: false };
}

/** Counts what a run has emitted, so that a replay does not emit it again. */
export class EmitCounter {
  private emitted = 0;

  /** Whether the next value is new to a stream that has `streamed` already. */
  isNew(streamed: number): boolean {
    return this.emitted++ >= streamed;
  }

  /** A retry goes on where so many had been emitted. */
  goOnAfter(emitted: number): void {
    this.emitted = emitted;
  }
}
