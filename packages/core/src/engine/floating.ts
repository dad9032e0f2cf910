import { CancelledError } from "../errors.ts";
import { sites } from "../run/scope.ts";

let watching = 0;

/**
 * Keeps a promise that an author left floating from ending the process: `const b = work(); await a; await b` is sound, and
 * yet `b` may fail before it is awaited. Node tells for which code a rejection was: what belongs to no run of ours is
 * treated as if nobody were listening here, and ends the process unless somebody else handles it.
 *
 * Returns how to stop.
 */
export function watchFloating(): () => void {
  if (watching++ === 0) process.on("unhandledRejection", heard);
  return () => {
    if (--watching === 0) process.off("unhandledRejection", heard);
  };
}

function heard(reason: unknown): void {
  const execution = sites.getStore()?.execution;
  if (!execution) {
    if (process.listenerCount("unhandledRejection") > 1) return;
    throw reason instanceof Error ? reason : new Error(`unhandled rejection: ${String(reason)}`, { cause: reason });
  }
  // Everything a cancelled run left behind fails with its cancellation; that is no news.
  if (!(reason instanceof CancelledError)) execution.host.floating(execution, reason);
}
