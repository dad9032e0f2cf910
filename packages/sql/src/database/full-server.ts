import { setTimeout as delay } from "node:timers/promises";

/** How long a server without a free connection is asked again, in milliseconds. */
const patience = 5_000;

/** Opens a connection; while the server is full it is asked again, after growing pauses of random length. */
export async function whenNotFull<T>(open: () => Promise<T>, isFull: (error: unknown) => boolean): Promise<T> {
  const started = performance.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      if (!isFull(error) || performance.now() - started > patience) throw error;
    }
    await delay(Math.min(1_000, 20 * 2 ** attempt) * (0.5 + Math.random() / 2));
  }
}
