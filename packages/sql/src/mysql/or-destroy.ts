import type { Connection } from "mysql2/promise";
import { isSilent } from "./errors.ts";

/**
 * What the server says. A connection on which it was silent for too long is closed at once: the driver keeps the next
 * statement, a rollback too, until the first one is answered, and does not count the time.
 */
export async function orDestroy<T>(connection: Connection, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (isSilent(error)) connection.destroy();
    throw error;
  }
}
