import type { Clock } from "../clock.ts";

/** Calls `work` every `ms`, never twice at once. */
export function every(
  clock: Clock,
  ms: number,
  work: () => Promise<unknown>,
  failed: (error: unknown) => void,
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
      { unref: true, poll: true },
    );
  };
  arm();
  return () => {
    stopped = true;
    cancel();
  };
}
