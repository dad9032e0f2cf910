import {
  type ApproveRequest,
  checkHoldRequest,
  type InferOut,
  type Severity,
  type StandardSchemaV1,
  ValidationError,
} from "@holdpoint/core";
import type { Moment, StateMachine, Transition } from "../machine/definition.ts";
import { context, stateMachine } from "../machine/state-machine.ts";
import type { TaskFields, TaskState } from "./states.ts";

/** What a task asks a person, besides why. */
export interface ApprovalRequest extends Pick<ApproveRequest, "consequence" | "reviewers" | "deadline"> {
  /** Why approval is needed: the hold's title. */
  reason: string;
  /** What the person needs for the decision. */
  context?: unknown;
  /** Actions to choose from; the one picked is recorded and decides nothing by itself. */
  options?: readonly string[];
  /** Default `medium`. High and critical ones are decided as they were read, which `approve` does. */
  severity?: Severity;
}

/** What is stored of a task: what `TaskContext` shows, and the request its hold is made of. */
export interface StoredTask extends TaskFields {
  readonly request: Pick<ApproveRequest, "consequence" | "reviewers" | "deadline"> | null;
}

/** Checked by its type alone: the machine's own methods send it. */
const typed = <T>(): StandardSchemaV1<T> => ({
  "~standard": { version: 1, vendor: "holdpoint", validate: (value) => ({ value: value as T }) },
});

const events = {
  start: typed<undefined>(),
  requestApproval: typed<ApprovalRequest>(),
  resume: typed<undefined>(),
  complete: typed<{ result?: unknown }>(),
  fail: typed<{ error: string }>(),
  step: typed<{ name: string }>(),
  annotate: typed<{ metadata: Record<string, unknown> }>(),
};
/** The events of a task. */
export type TaskEvents = typeof events;
/** The machine of the seven states. */
export type TaskMachine = StateMachine<TaskState, StoredTask, TaskEvents>;

type At<Data> = Moment<StoredTask, Data>;
type Asked = InferOut<TaskEvents["requestApproval"]>;

const touch = <Data>(update: (moment: At<Data>) => Partial<StoredTask>) => {
  return (moment: At<Data>): StoredTask => ({ ...moment.context, ...update(moment), updatedAt: moment.event.at });
};
const done = (task: StoredTask): string[] => [
  ...task.history,
  ...(task.currentStep === null ? [] : [task.currentStep]),
];

const failing: Transition<TaskState, StoredTask, { error: string }> = {
  to: "FAILED",
  update: touch(({ event }) => ({ error: event.data.error, interruptPoint: null, request: null })),
};
const annotating = (to: TaskState): Transition<TaskState, StoredTask, { metadata: Record<string, unknown> }> => ({
  to,
  update: touch(({ context, event }) => ({ metadata: { ...context.metadata, ...event.data.metadata } })),
});
const decided = (decision: "approved" | "rejected"): ((moment: At<unknown>) => StoredTask) =>
  touch(({ event }) => ({
    interruptPoint: null,
    request: null,
    approvalData: {
      decision,
      approver: event.by,
      at: event.at,
      note: event.decision?.note ?? null,
      option: event.decision?.option ?? null,
    },
  }));

/** The hold of a task that awaits approval. */
function holdOf(task: Pick<StoredTask, "interruptPoint" | "request">): ApproveRequest {
  const point = task.interruptPoint;
  return {
    title: point?.reason ?? "",
    ...(point && { severity: point.severity, options: point.options }),
    ...(point?.context !== null && { context: point?.context }),
    ...task.request,
  };
}

const interrupted = ({ event }: At<Asked>): Pick<StoredTask, "interruptPoint" | "request" | "approvalData"> => {
  const { reason, context: evidence = null, options = [], severity = "medium", ...request } = event.data;
  return {
    interruptPoint: { reason, context: evidence, options, severity, createdAt: event.at },
    request,
    approvalData: null,
  };
};

/** A request that no hold could be made of is refused before anything changes. */
function canBeAsked(moment: At<Asked>): true | string {
  try {
    checkHoldRequest("approval", holdOf(interrupted(moment)), "approval");
    return true;
  } catch (error) {
    if (error instanceof ValidationError) return error.message;
    throw error;
  }
}

/**
 * The task machine: PENDING, RUNNING, AWAITING_APPROVAL, APPROVED, REJECTED, COMPLETED and FAILED, as a durable state machine.
 * `name` tells machines on one store apart.
 */
export function taskMachine(name = "task"): TaskMachine {
  return stateMachine({
    name,
    context: context<StoredTask>(),
    events,
    initial: "RUNNING",
    states: {
      PENDING: {
        on: { start: { to: "RUNNING", update: touch(() => ({})) }, fail: failing, annotate: annotating("PENDING") },
      },
      RUNNING: {
        on: {
          requestApproval: { to: "AWAITING_APPROVAL", guard: canBeAsked, update: touch(interrupted) },
          complete: {
            to: "COMPLETED",
            update: touch(({ context, event }) => ({
              history: done(context),
              currentStep: null,
              result: event.data.result,
            })),
          },
          fail: failing,
          step: {
            to: "RUNNING",
            update: touch(({ context, event }) => ({ history: done(context), currentStep: event.data.name })),
          },
          annotate: annotating("RUNNING"),
        },
      },
      AWAITING_APPROVAL: {
        hold: ({ context }) => holdOf(context),
        decided: {
          approved: { to: "APPROVED", update: decided("approved") },
          rejected: { to: "REJECTED", update: decided("rejected") },
          expired: {
            to: "FAILED",
            update: touch(() => ({ error: "nobody decided in time", interruptPoint: null, request: null })),
          },
        },
        on: { fail: failing },
      },
      APPROVED: {
        on: { resume: { to: "RUNNING", update: touch(() => ({})) }, fail: failing, annotate: annotating("APPROVED") },
      },
      REJECTED: { final: "rejected" },
      COMPLETED: { final: true },
      FAILED: { final: { fails: ({ error }) => error ?? "failed" } },
    },
  });
}
