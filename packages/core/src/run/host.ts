import type { Clock } from "../clock.ts";
import type { DivergedError } from "../errors.ts";
import type { PayloadCodec } from "../journal/codec.ts";
import type { Sealing } from "../store/sealing.ts";
import type { Mail, NewMail, StoredPayload } from "../store/store.ts";
import type { StoreTransaction } from "../store/transactions.ts";
import type { StepInfo, WorkflowLog } from "../workflow/context.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import type { Execution } from "./execution.ts";
import type { TraceContext } from "./trace-context.ts";
import type { Turn } from "./turn.ts";

/** Sizes that are measured before anything is written, in bytes of the encoded value. */
export interface PayloadLimits {
  /** The largest value; more is `PayloadTooLargeError`. */
  payload: number;
  /** Values above it are stored as content-addressed chunks. */
  inline: number;
}

/** Which step is about to be executed. */
export interface StepFacts {
  readonly runId: string;
  readonly workflow: string;
  readonly step: string;
  readonly key: string;
}

/** An attempt of a step that is about to be made. */
export interface StartedStep {
  /** In which turn of which run. */
  readonly turn: Turn;
  /** The step's key in the run. */
  readonly key: string;
  /** As its author calls it. */
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
}

/** Calls a step's function: whatever it gives or throws is what the step gives or throws. */
export type AroundStep = (step: StartedStep, call: () => unknown) => unknown;

/** A hold's answer, or the end of its time, that a run goes on with. */
export interface AnsweredHold {
  /** In which turn of which run. */
  readonly turn: Turn;
  /** Its key in the run. */
  readonly key: string;
  /** As its author calls it. */
  readonly name: string;
  /** `expired`: its time was over before anybody decided. */
  readonly outcome: "decided" | "expired";
  /** When it was opened. */
  readonly openedAt: number;
  /** When it was decided, or its time was over. */
  readonly answeredAt: number;
}

/** Gives what is executed in the place of a step's function; what it gives back is recorded all the same. */
export type StepStandIn = (facts: StepFacts, fn: (info: StepInfo) => unknown) => (info: StepInfo) => unknown;

/** What an execution needs from whoever runs it: a worker, or a dry replay. */
export interface Host {
  readonly namespace: string;
  readonly clock: Clock;
  readonly codec: PayloadCodec;
  readonly limits: PayloadLimits;
  /** Keys the hash chain; undefined for a plain one. */
  readonly chainKey: Uint8Array | undefined;
  /** Encrypts what is written; undefined where nothing is encrypted. */
  readonly sealing: Sealing | undefined;
  /** False in a dry replay: the execution stops at the frontier and starts nothing. */
  readonly live: boolean;
  /** Nothing new may start: runs are given back as they come to rest. */
  readonly draining: boolean;
  readonly services: ReadonlyMap<string, unknown>;
  /** The registered workflow a child is started with; null when this process does not have it. */
  newest(name: string): AnyWorkflow | null;
  log(execution: Execution): WorkflowLog;
  /** The execution has something to write: ask it for its operation at the end of this turn. */
  request(execution: Execution): void;
  /** Mail with a number above `after`, chunks put together. */
  readMail(execution: Execution, after: number): Promise<Mail[]>;
  /** Delivers mail to another run, at least once; its `dedupe` makes it once. */
  send(to: string, mail: NewMail): void;
  /** Where workflow code waits for something unrecorded, to end the run for it; undefined to let it be (production warns). */
  foreignAwait(execution: Execution): string | null | undefined;
  /** Set where somebody wants to be around the functions of steps. */
  readonly aroundStep?: AroundStep | undefined;
  /** Whose trace a child belongs to. */
  traceOfChild(execution: Execution, workflow: string, id: string): TraceContext | null;
  /** A run goes on with the answer to a hold. */
  holdAnswered?: ((answered: AnsweredHold) => void) | undefined;
  /** Set in tests only: stands in for the functions of steps. */
  readonly standIn?: StepStandIn | undefined;
  /** Whether this worker's lease still holds, on the monotonic clock: asked before each effect. */
  leaseHeld(): boolean;
  /** A transaction of the store's database; null where there is no such thing. */
  transaction(alone: () => Promise<void>): StoreTransaction | null;
  cacheGet(key: string): Promise<StoredPayload | null>;
  cachePut(key: string, value: StoredPayload, expiresAt: number): Promise<void>;
  /** Something failed in the author's code that nobody awaits, or not yet. */
  floating(execution: Execution, reason: unknown): void;
  /** The store does not take this run's entries any more. */
  broken(execution: Execution, error: Error): void;
  /** The execution came to rest: see `Rest`. */
  rested(execution: Execution, rest: Rest): void;
}

/** How an execution came to rest. */
export type Rest =
  | { type: "parked"; paused: boolean }
  | { type: "finished" }
  /** Given back although there is more to do. */
  | { type: "yielded" }
  | { type: "fenced" }
  /** Only in a dry replay: all recorded history was reached without a difference. */
  | { type: "frontier" }
  | { type: "diverged"; error: DivergedError };
