import { type Severity, ValidationError } from "@holdpoint/core";
import { type ApprovalData, type InterruptPoint, type TaskFields, TaskState } from "./states.ts";

const severities: readonly Severity[] = ["low", "medium", "high", "critical"];

/** A task as JSON: the names are those of the Python machine it comes from, so that documents can go either way. */
export interface TaskJson {
  task_id: string;
  state: TaskState;
  current_step: string | null;
  history: string[];
  metadata: Record<string, unknown>;
  interrupt_point: {
    reason: string;
    context: unknown;
    options: string[];
    severity: Severity;
    created_at: string;
  } | null;
  approval_data: {
    decision: "approved" | "rejected";
    approver: string | null;
    at: string;
    note: string | null;
    option: string | null;
  } | null;
  error: string | null;
  result?: unknown;
  created_at: string;
  updated_at: string;
}

/**
 * A task as it was read. It does not change by itself: read it again with `machine.getTask(id)`.
 *
 * A bare one is PENDING; `machine.restore(context)` gives it to a machine.
 *
 * @example
 * const text = JSON.stringify(await machine.getTask("deploy_prod"));
 * const task = TaskContext.fromJSON(text);
 */
export class TaskContext implements TaskFields {
  readonly taskId: string;
  readonly state: TaskState;
  readonly currentStep: string | null;
  readonly history: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly interruptPoint: InterruptPoint | null;
  readonly approvalData: ApprovalData | null;
  readonly error: string | null;
  readonly result: unknown;
  readonly createdAt: Date;
  readonly updatedAt: Date;

  constructor(taskId: string, state: TaskState = TaskState.PENDING, fields: Partial<TaskFields> = {}) {
    if (typeof taskId !== "string" || taskId === "") throw wrong("task_id", "must be a text");
    const now = new Date();
    this.taskId = taskId;
    this.state = state;
    this.currentStep = fields.currentStep ?? null;
    this.history = fields.history ?? [];
    this.metadata = fields.metadata ?? {};
    this.interruptPoint = fields.interruptPoint ?? null;
    this.approvalData = fields.approvalData ?? null;
    this.error = fields.error ?? null;
    this.result = fields.result;
    this.createdAt = fields.createdAt ?? now;
    this.updatedAt = fields.updatedAt ?? fields.createdAt ?? now;
    Object.freeze(this);
  }

  /** What `JSON.stringify` writes. */
  toJSON(): TaskJson {
    const { interruptPoint: point, approvalData: approval } = this;
    return {
      task_id: this.taskId,
      state: this.state,
      current_step: this.currentStep,
      history: [...this.history],
      metadata: { ...this.metadata },
      interrupt_point: point && {
        reason: point.reason,
        context: point.context,
        options: [...point.options],
        severity: point.severity,
        created_at: point.createdAt.toISOString(),
      },
      approval_data: approval && {
        decision: approval.decision,
        approver: approval.approver,
        at: approval.at.toISOString(),
        note: approval.note,
        option: approval.option,
      },
      error: this.error,
      ...(this.result === undefined ? {} : { result: this.result }),
      created_at: this.createdAt.toISOString(),
      updated_at: this.updatedAt.toISOString(),
    };
  }

  /**
   * A task from its JSON, as text or as a value.
   *
   * @throws ValidationError it is not a task: names the field
   */
  static fromJSON(json: string | TaskJson): TaskContext {
    const given = record(typeof json === "string" ? parsed(json) : json, "");
    const state = given.state as TaskState;
    if (!Object.hasOwn(TaskState, state)) throw wrong("state", `must be one of ${Object.keys(TaskState).join(", ")}`);
    const createdAt = time(given.created_at, "created_at") ?? new Date();
    return new TaskContext(text(given.task_id, "task_id") ?? "", state, {
      currentStep: text(given.current_step, "current_step"),
      history: texts(given.history, "history"),
      metadata: given.metadata === undefined ? {} : record(given.metadata, "metadata"),
      interruptPoint: pointOf(given.interrupt_point),
      approvalData: approvalOf(given.approval_data),
      error: text(given.error, "error"),
      result: given.result,
      createdAt,
      updatedAt: time(given.updated_at, "updated_at") ?? createdAt,
    });
  }
}

function pointOf(given: unknown): InterruptPoint | null {
  if (given === undefined || given === null) return null;
  const point = record(given, "interrupt_point");
  const severity = point.severity as Severity;
  if (!severities.includes(severity))
    throw wrong("interrupt_point.severity", `must be one of ${severities.join(", ")}`);
  return {
    reason: text(point.reason, "interrupt_point.reason") ?? "",
    context: point.context ?? null,
    options: texts(point.options, "interrupt_point.options"),
    severity,
    createdAt: time(point.created_at, "interrupt_point.created_at") ?? new Date(),
  };
}

function approvalOf(given: unknown): ApprovalData | null {
  if (given === undefined || given === null) return null;
  const approval = record(given, "approval_data");
  const { decision } = approval;
  if (decision !== "approved" && decision !== "rejected")
    throw wrong("approval_data.decision", 'must be "approved" or "rejected"');
  return {
    decision,
    approver: text(approval.approver, "approval_data.approver"),
    at: time(approval.at, "approval_data.at") ?? new Date(),
    note: text(approval.note, "approval_data.note"),
    option: text(approval.option, "approval_data.option"),
  };
}

const wrong = (path: string, message: string): ValidationError => new ValidationError("task", [{ path, message }]);

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw wrong("", `is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(path, "must be an object");
  return value as Record<string, unknown>;
}

function text(value: unknown, path: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw wrong(path, "must be a text");
  return value;
}

function texts(value: unknown, path: string): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((one) => typeof one === "string"))
    throw wrong(path, "must be a list of texts");
  return value;
}

function time(value: unknown, path: string): Date | null {
  const given = text(value, path);
  if (given === null) return null;
  const date = new Date(given);
  if (Number.isNaN(date.getTime())) throw wrong(path, "must be a time, as in 2026-01-31T09:00:00Z");
  return date;
}
