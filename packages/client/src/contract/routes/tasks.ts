import { z } from "zod";
import { pageOf } from "../page.ts";
import { route } from "../route.ts";
import { StartTask, Task, TaskApproval, TaskDecision, TaskTransition, taskState } from "../task.ts";
import { json, prose, word } from "../text.ts";

const params = z.object({ task: word(128) });
const tag = "Tasks";
const task = { 200: Task };

export const taskRoutes = {
  "tasks.list": route({
    tag,
    summary: "List tasks, oldest first",
    description: "Tasks of the task machine: they stop for a person and go on when they are told to.",
    permission: "runs:read",
    query: z.strictObject({ state: taskState.optional() }),
    success: { 200: pageOf(Task) },
  }),
  "tasks.start": route({
    tag,
    summary: "Begin a task",
    permission: "runs:start",
    body: StartTask,
    success: { 201: Task },
  }),
  "tasks.show": route({ tag, summary: "Show a task", permission: "runs:read", params, success: task }),
  "tasks.trail": route({
    tag,
    summary: "A task's transitions, oldest first",
    permission: "runs:read",
    params,
    success: { 200: z.object({ items: z.array(TaskTransition) }) },
  }),
  "tasks.requestApproval": route({
    tag,
    summary: "Interrupt a running task for a person",
    description: "It is AWAITING_APPROVAL, and a hold is open: it can be decided here or as any other hold.",
    permission: "runs:signal",
    params,
    body: TaskApproval,
    success: task,
  }),
  "tasks.decide": route({
    tag,
    summary: "Approve or reject a task",
    description: "The same as deciding its hold, whose rules say who may.",
    permission: "holds:decide",
    params,
    body: TaskDecision,
    success: task,
  }),
  "tasks.step": route({
    tag,
    summary: "Say which step a running task is at now",
    permission: "runs:signal",
    params,
    body: z.strictObject({ name: word(128) }).meta({ id: "TaskStepRequest" }),
    success: task,
  }),
  "tasks.resume": route({
    tag,
    summary: "Go on with an approved task",
    permission: "runs:signal",
    params,
    body: z.strictObject({}),
    success: task,
  }),
  "tasks.complete": route({
    tag,
    summary: "Say that a running task is done",
    permission: "runs:signal",
    params,
    body: z.strictObject({ result: json.optional() }).meta({ id: "CompleteTaskRequest" }),
    success: task,
  }),
  "tasks.fail": route({
    tag,
    summary: "Say that a task has failed",
    permission: "runs:signal",
    params,
    body: z.strictObject({ error: prose() }).meta({ id: "FailTaskRequest" }),
    success: task,
  }),
};
