import { decodePayload, type EncodedPayload, encodePayload } from "../journal/payload.ts";
import type { StoredPayload } from "../store/store.ts";
import type { Host } from "./host.ts";
import type { RunWriter } from "./writer.ts";

/** How an execution turns values into what is stored, measured before it is written, and back. */
export abstract class RunValues {
  abstract readonly host: Host;
  abstract readonly writer: RunWriter;

  /** A value as it is stored; its chunks ride along with the next entry. */
  encode(value: unknown, subject: string): StoredPayload | null {
    const { payload, chunks } = this.encodeApart(value, subject);
    if (chunks.length > 0) this.writer.ride.chunks.push(...chunks);
    return payload;
  }

  /** A value for another run: its chunks are given back. */
  encodeApart(value: unknown, subject: string): EncodedPayload {
    const { codec, limits } = this.host;
    return encodePayload(value, { codec, subject, limit: limits.payload, inlineLimit: limits.inline });
  }

  /** A value in one piece, whatever its size: for mail and hold requests. */
  plain(value: unknown): StoredPayload {
    const { codec, limits } = this.host;
    const { payload } = encodePayload(value, {
      codec,
      subject: "value",
      limit: limits.payload,
      inlineLimit: limits.payload,
    });
    return payload ?? { codec: "json", bytes: Buffer.from("null"), ref: false };
  }

  /** An error as it is stored; one that cannot be is reduced to its name and message. */
  encodeError(error: unknown): StoredPayload {
    try {
      return this.plain(error);
    } catch {
      const message = error instanceof Error ? error.message : String(error);
      const reduced = new Error(message.slice(0, longestMessage));
      if (error instanceof Error) reduced.name = error.name;
      delete reduced.stack;
      return this.plain(reduced);
    }
  }

  /** A failed attempt as it is stored: its error and when the next one may start. */
  encodeAttempt(error: unknown, retryAt: number): StoredPayload {
    try {
      return this.plain({ error, retryAt });
    } catch {
      return this.plain({ error: this.decode(this.encodeError(error)), retryAt });
    }
  }

  decode(payload: StoredPayload | null): unknown {
    return decodePayload(payload, this.host.codec);
  }
}

/** Of an error that could not be stored whole. */
const longestMessage = 1000;
