import { systemClock } from "../clock.ts";
import { type Duration, durationMs } from "../workflow/duration.ts";
import type { Engine } from "./engine.ts";

/** What ends with an engine. */
export interface ShutDownOptions {
  /** How long all of it may take. Default "25s": less than the 30 s after which Kubernetes kills. */
  deadline?: Duration;
  /**
   * What takes requests, or else calls the engine: each is told at once, while steps still run, and how long it has. `server.stop` of `@holdpoint/server` is one.
   */
  serving?: readonly ((within: { within: number }) => Promise<void>)[];
  /** What must end behind those and before the engine: `webhooks.start` gives one. */
  before?: readonly (() => Promise<void>)[];
}

/** Of the deadline, kept for what comes after the steps: giving runs back, closing the store. */
const reserveShare = 0.1;
const mostReserveMs = 2000;

/**
 * Ends an engine and what serves it, in order and within a deadline: nothing is claimed any more and no request is taken, from this moment on; streams end;
 * steps and requests that are under way may end; runs whose step takes longer are given back; the store is closed.
 *
 * @returns `"ended"`, or `"late"` where the deadline has passed and something still goes on: end the process then. Nothing is lost by it: another worker takes the runs over.
 *
 * @example
 * const server = await serve(engine, { port: 8080 });
 * process.once("SIGTERM", async () => {
 *   const outcome = await shutDown(engine, { deadline: "25s", serving: [server.stop] });
 *   process.exit(outcome === "ended" ? 0 : 1);
 * });
 */
export async function shutDown(
  engine: Pick<Engine, "drain" | "stop">,
  { deadline = "25s", serving = [], before = [] }: ShutDownOptions = {},
): Promise<"ended" | "late"> {
  const ms = durationMs(deadline, "deadline");
  const within = Math.max(0, ms - Math.min(ms * reserveShare, mostReserveMs));
  const inOrder = async (): Promise<"ended"> => {
    const drained = await Promise.allSettled([engine.drain({ within }), ...serving.map((end) => end({ within }))]);
    const ended = await Promise.allSettled(before.map((end) => end()));
    await engine.stop();
    for (const one of [...drained, ...ended]) if (one.status === "rejected") throw one.reason;
    return "ended";
  };
  const late = Promise.withResolvers<"late">();
  const cancel = systemClock.timer(ms, () => late.resolve("late"));
  const ending = inOrder();
  // Late, nobody waits for it any more.
  ending.catch(() => {});
  try {
    return await Promise.race([ending, late.promise]);
  } finally {
    cancel();
  }
}
