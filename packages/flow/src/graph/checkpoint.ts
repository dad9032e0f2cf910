import { type RunHandle, ValidationError } from "@holdpoint/core";
import type { FlowState } from "../definition/registry.ts";
import { isOf, streamOf } from "./result.ts";

/** A graph's state after one of its nodes. */
export interface StateCheckpoint {
  type: "graph.checkpoint";
  /** `RUN/NODE#TIMES`. */
  id: string;
  node: string;
  state: FlowState;
}

/**
 * The states of a run of a graph with `checkpointEnabled`, in order, as they are stored with the run. A run needs none of them to
 * resume: they are for looking back, and for beginning another run with one.
 *
 * @example
 * const last = (await checkpointsOf(run)).at(-1);
 */
export async function checkpointsOf(run: RunHandle<unknown>): Promise<StateCheckpoint[]> {
  return (await streamOf(run)).filter((value): value is StateCheckpoint => isOf(value, "graph.checkpoint"));
}

/**
 * Named states in memory: what is saved is a copy, and so is what is loaded. When it is full the one that was first saved goes.
 *
 * @example
 * const checkpoints = new WorkflowCheckpoint({ maxSize: 100 });
 * checkpoints.save("draft", { text: "…" });
 * checkpoints.load("draft"); // { text: "…" }
 *
 * @throws ValidationError `maxSize` is no whole number
 */
export class WorkflowCheckpoint {
  /** How many it keeps; 0 is no limit. */
  readonly maxSize: number;
  private readonly states = new Map<string, FlowState>();

  constructor({ maxSize = 512 }: { maxSize?: number } = {}) {
    if (!Number.isSafeInteger(maxSize) || maxSize < 0) {
      throw new ValidationError("checkpoint", [
        { path: "maxSize", message: `${maxSize} must be a whole number; 0 is no limit` },
      ]);
    }
    this.maxSize = maxSize;
  }

  /** How many there are. */
  get size(): number {
    return this.states.size;
  }

  /** Keeps a copy, in the place of an earlier one of this id. */
  save(id: string, state: Readonly<FlowState>): void {
    this.states.set(id, structuredClone(state));
    if (this.maxSize === 0 || this.states.size <= this.maxSize) return;
    const [oldest] = this.states.keys();
    if (oldest !== undefined) this.states.delete(oldest);
  }

  /** A copy; null when there is none. */
  load(id: string): FlowState | null {
    const state = this.states.get(id);
    return state ? structuredClone(state) : null;
  }

  /** Whether there was one. */
  delete(id: string): boolean {
    return this.states.delete(id);
  }

  /** Their ids, the first saved first. */
  ids(): string[] {
    return [...this.states.keys()];
  }
}
