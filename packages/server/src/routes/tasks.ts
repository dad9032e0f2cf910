import type { Engine } from "@holdpoint/core";
import type { HITLStateMachine, TaskContext } from "@holdpoint/tasks";
import { RequestError } from "../http/errors.ts";
import type { Server } from "../server.ts";
import type { Handler, Reply } from "./call.ts";
import { given, wire } from "./wire.ts";

function machineOf(server: Server, engine: Engine): HITLStateMachine {
  const machine = server.tasksOf(engine);
  if (machine) return machine;
  throw new RequestError(404, "NOT_FOUND", "this server has no task machine: give it one as its option `tasks`");
}

function bodyOf(task: TaskContext): Reply<"tasks.show">["body"] {
  const { taskId, state, currentStep, history, metadata, interruptPoint, approvalData, ...rest } = task;
  const { error, result, createdAt, updatedAt } = rest;
  return {
    ...{ id: taskId, state, step: currentStep, history: [...history], metadata: { ...wire(metadata) } },
    interrupt: interruptPoint && { ...wire(interruptPoint), context: wire(interruptPoint.context) },
    approval: approvalData && wire(approvalData),
    error,
    ...(result === undefined ? {} : { result: wire(result) }),
    createdAt: wire(createdAt),
    updatedAt: wire(updatedAt),
  };
}

const shown = (task: TaskContext) => ({ status: 200 as const, body: bodyOf(task) });

export const listTasks: Handler<"tasks.list"> = async ({ engine, server, query }) => {
  const machine = machineOf(server, engine);
  const tasks = query.state === undefined ? machine.getAllTasks() : machine.getTasksByState(query.state);
  return { status: 200, body: { items: (await tasks).map(bodyOf), cursor: null } };
};

export const startTask: Handler<"tasks.start"> = async ({ engine, server, actor, body }) => {
  const { id, ...rest } = body;
  const task = await machineOf(server, engine).startTask(id, { by: actor.by, ...given(rest) });
  return { status: 201, body: bodyOf(task) };
};

export const showTask: Handler<"tasks.show"> = async ({ engine, server, params }) =>
  shown(await machineOf(server, engine).getTask(params.task));

export const taskTrail: Handler<"tasks.trail"> = async ({ engine, server, params }) => ({
  status: 200,
  body: { items: wire(await machineOf(server, engine).audit(params.task)) },
});

export const requestTaskApproval: Handler<"tasks.requestApproval"> = async ({
  engine,
  server,
  actor,
  params,
  body,
}) => {
  const { reason, reviewers, ...rest } = body;
  const asked = { reason, by: actor.by, ...given(rest), ...(reviewers ? { reviewers: given(reviewers) } : {}) };
  return shown(await machineOf(server, engine).requestApproval(params.task, asked));
};

export const decideTask: Handler<"tasks.decide"> = async ({ engine, server, actor, params, body }) => {
  const machine = machineOf(server, engine);
  const { approved, note, option } = body;
  const said = { approver: actor.by, ...given({ option }) };
  const task = approved
    ? machine.approve(params.task, { ...said, ...given({ note }) })
    : machine.reject(params.task, { ...said, ...given({ reason: note }) });
  return shown(await task);
};

export const stepTask: Handler<"tasks.step"> = async ({ engine, server, actor, params, body }) =>
  shown(await machineOf(server, engine).step(params.task, body.name, { by: actor.by }));

export const resumeTask: Handler<"tasks.resume"> = async ({ engine, server, actor, params }) =>
  shown(await machineOf(server, engine).resume(params.task, { by: actor.by }));

export const completeTask: Handler<"tasks.complete"> = async ({ engine, server, actor, params, body }) =>
  shown(await machineOf(server, engine).complete(params.task, { by: actor.by, ...given(body) }));

export const failTask: Handler<"tasks.fail"> = async ({ engine, server, actor, params, body }) =>
  shown(await machineOf(server, engine).fail(params.task, body.error, { by: actor.by }));
