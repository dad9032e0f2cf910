import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { sendFrames } from "./send-frames.ts";

/** A connection whose other side takes nothing. */
class StuckSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  #waiting = (): void => {};

  send(_chunk: unknown, _options: unknown, done: () => void): void {
    this.#waiting = done;
  }

  close(): void {}

  terminate(): void {
    if (this.readyState !== this.OPEN) return;
    this.readyState = 3;
    this.emit("close");
    this.#waiting();
  }
}

test("a reader that takes nothing is dropped after the stream itself has ended, too", async () => {
  const socket = new StuckSocket();
  const keeping = { pingMs: 5, patienceMs: 5, closing: new AbortController().signal };
  await sendFrames(socket as unknown as WebSocket, new Response("the last of it"), keeping);
  expect(socket.readyState).toBe(3);
});
