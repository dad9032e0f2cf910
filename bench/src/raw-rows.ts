/** Bytes of the row a trivial step leaves behind: key, numbers, hash, a short value. */
export const rawBytes = Buffer.alloc(130);
/** Rows of a statement of the grouped yardstick. */
export const rawGroup = 100;

/** The yardsticks: rows of the size of a step's, inserted on one connection with a prepared statement, each statement a commit. */
export interface RawRates {
  /** One row a statement: commits per second. */
  single: number;
  /** A hundred rows a statement: rows per second. */
  grouped: number;
}

/** How often a second something can be done. */
export async function rawRate(count: number, once: (i: number) => Promise<unknown>): Promise<number> {
  // The connection is warm, and the statement prepared.
  for (let i = -20; i < 0; i++) await once(i);
  const began = performance.now();
  for (let i = 0; i < count; i++) await once(i);
  return (count / (performance.now() - began)) * 1000;
}
