import type { Call } from "./operation.ts";

/** Something recorded or just committed that can be handed to the workflow now. */
export interface Completion {
  readonly seq: number;
  readonly time: number;
  /** The call it completes; null for what concerns the run as a whole. */
  readonly call: Call | null;
  /** Hands it out; false when there was nothing to hand out after all. */
  deliver(): boolean;
}
