import type { Clock } from "../clock.ts";

/** Calls `work` every `ms`, never twice at once. With `keepsAlive` the process does not end for want of anything else to do. */
export function every(
  clock: Clock,
  ms: number,
  work: () => Promise<unknown>,
  failed: (error: unknown) => void,
  { keepsAlive = false }: { keepsAlive?: boolean } = {},
): () => void {
  let stopped = false;
  let cancel = (): void => {};
  const arm = (): void => {
    cancel = clock.timer(
      ms,
      () => {
        work()
          .catch((error: unknown) => stopped || failed(error))
          .finally(() => {
            if (!stopped) arm();
          });
      },
      { unref: !keepsAlive, poll: true },
    );
  };
  arm();
  return () => {
    stopped = true;
    cancel();
  };
}
