import type { Millis, RunRow } from "../store/store.ts";
import type { Rest } from "./host.ts";
import type { TraceContext } from "./trace-context.ts";

/** A run, as whoever measures an engine is told of it. */
export interface ProbedRun {
  readonly namespace: string;
  /** Its public id. */
  readonly id: string;
  /** From 1; raised by `ctx.continueAsNew`. */
  readonly generation: number;
  readonly workflow: string;
  readonly version: number;
  readonly queue: string;
  readonly createdAt: Millis;
  /** In whose trace it was started; null where nobody said. */
  readonly trace: TraceContext | null;
}

/**
 * One turn of a run: from the moment a worker takes it up until it waits, ends or is lost. Everything that is told of a turn
 * has the very same object.
 */
export interface Turn extends ProbedRun {
  /** Nobody took the run up before. */
  readonly first: boolean;
  /** Its coroutine was still in memory: nothing was replayed. */
  readonly resumed: boolean;
  /** Since when the run could have been taken up. */
  readonly readyAt: Millis;
  /** When it was. */
  readonly beganAt: Millis;
}

/**
 * How a turn ended. `yielded`: given back although there is more to do, because this worker stops; `lost`: another worker has the run,
 * or may have.
 */
export type TurnEnd = "parked" | "paused" | "finished" | "yielded" | "lost" | "diverged";

/** The turn that begins with a claim. */
export function turnOf(
  row: RunRow,
  { namespace, trace, resumed, beganAt }: Pick<Turn, "namespace" | "trace" | "resumed" | "beganAt">,
): Turn {
  const { id, generation, workflow, version, queue, createdAt, readyAt, epoch } = row;
  const run = { namespace, id, generation, workflow, version, queue, createdAt, trace };
  return { ...run, first: epoch === 1, resumed, readyAt, beganAt };
}

/** How a turn ended that came to rest so. */
export function turnEnd(rest: Rest): TurnEnd {
  switch (rest.type) {
    case "parked":
      return rest.paused ? "paused" : "parked";
    case "fenced":
    case "frontier":
      return "lost";
    default:
      return rest.type;
  }
}
