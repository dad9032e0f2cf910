import { z } from "zod";
import { json, moment, prose, word } from "./text.ts";

/** The seven states of a task. */
export const taskState = z.enum([
  "PENDING",
  "RUNNING",
  "AWAITING_APPROVAL",
  "APPROVED",
  "REJECTED",
  "COMPLETED",
  "FAILED",
]);
const severity = z.enum(["low", "medium", "high", "critical"]);

/** A task of the task machine. */
export const Task = z
  .object({
    id: z.string(),
    state: taskState,
    step: z.string().nullable().describe("the step it is at"),
    history: z.array(z.string()).describe("the steps it has completed"),
    metadata: z.record(z.string(), z.unknown()),
    interrupt: z
      .object({
        reason: z.string(),
        context: json,
        options: z.array(z.string()),
        severity,
        createdAt: moment,
      })
      .nullable()
      .describe("where it waits for a person"),
    approval: z
      .object({
        decision: z.enum(["approved", "rejected"]),
        approver: z.string().nullable().describe("null when a deadline decided"),
        at: moment,
        note: z.string().nullable(),
        option: z.string().nullable(),
      })
      .nullable()
      .describe("the last decision about it"),
    error: z.string().nullable(),
    result: json.optional(),
    createdAt: moment,
    updatedAt: moment,
  })
  .meta({ id: "Task" });

/** A step of a task's way. */
export const TaskTransition = z
  .object({
    from: taskState.nullable(),
    to: taskState,
    event: z.string(),
    by: z.string().nullable(),
    at: moment,
  })
  .meta({ id: "TaskTransition" });

/** What a task is begun with. */
export const StartTask = z
  .strictObject({
    id: word(128),
    metadata: z.record(z.string(), z.unknown()).optional(),
    step: word(128).optional().describe("the step it is at first"),
  })
  .meta({ id: "StartTaskRequest" });

/** What a person is asked about a task. */
export const TaskApproval = z
  .strictObject({
    reason: prose(1000).describe("why approval is needed"),
    consequence: prose(1000).optional(),
    context: json.optional(),
    options: z
      .array(word(128))
      .max(20)
      .optional()
      .describe("the one picked is recorded, and decides nothing by itself"),
    severity: severity.optional(),
    reviewers: z
      .strictObject({ people: z.array(word()).max(100).optional(), groups: z.array(word()).max(100).optional() })
      .optional(),
  })
  .meta({ id: "TaskApprovalRequest" });

/** What a person says of a task. */
export const TaskDecision = z
  .strictObject({ approved: z.boolean(), note: prose().optional(), option: word(128).optional() })
  .meta({ id: "TaskDecisionRequest" });
