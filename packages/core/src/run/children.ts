import { createHash } from "node:crypto";
import { ChildFailedError } from "../errors.ts";
import type { Mail } from "../store/store.ts";
import type { ChildHandle, ChildOptions } from "../workflow/context.ts";
import type { Workflow } from "../workflow/definition.ts";
import { parse } from "../workflow/schema.ts";
import { cancelMail } from "./ending.ts";
import type { Execution } from "./execution.ts";
import { newRun } from "./new-run.ts";
import type { OpenCall } from "./operation.ts";
import type { Scope } from "./scope.ts";
import { waitDraft } from "./sleep.ts";

/** Starts a child and waits for its result. */
export function callChild<In, Out>(
  execution: Execution,
  scope: Scope,
  workflow: Workflow<In, Out>,
  input: In,
  options: ChildOptions,
): Promise<Out> {
  return startChild(execution, scope, workflow, input, options).call.promise;
}

/** Starts a child; the handle is given once it durably exists. */
export async function callSpawn<In, Out>(
  execution: Execution,
  scope: Scope,
  workflow: Workflow<In, Out>,
  input: In,
  options: ChildOptions,
): Promise<ChildHandle<Out>> {
  const child = startChild(execution, scope, workflow, input, options);
  execution.backgroundCalls++;
  child.call.promise.then(
    () => execution.backgroundCalls--,
    () => execution.backgroundCalls--,
  );
  await child.created;
  let awaited = false;
  return {
    id: child.id,
    result: () => {
      if (!awaited && child.call.open) {
        awaited = true;
        execution.backgroundCalls--;
        child.call.promise.then(
          () => execution.backgroundCalls++,
          () => execution.backgroundCalls++,
        );
        execution.schedule();
      }
      return child.call.promise;
    },
  };
}

function startChild<In, Out>(
  execution: Execution,
  scope: Scope,
  workflow: Workflow<In, Out>,
  input: In,
  options: ChildOptions,
): { id: string; call: OpenCall<Out>; created: Promise<void> } {
  const key = scope.key("child", workflow.name);
  const given = workflow.input ? parse(workflow.input, input, `input of "${workflow.name}"`) : input;
  const call = execution.open<Out>(key, "child", scope);
  const hash = createHash("sha256").update(`${execution.row.seed}\0${key}`).digest("base64url").replaceAll(/[-_]/g, "");
  const id = options.id ?? `${execution.row.id}.${workflow.name}-${hash.slice(0, 10)}`;
  const close = options.parentClose ?? "cancel";
  const fact = { id, close, done: false };
  execution.children.set(key, fact);
  call.onMail = (mail) => {
    fact.done = true;
    finish(execution, call, workflow.name, id, mail);
  };
  call.onCancel = (reason) => {
    if (!execution.ended && close === "cancel" && !fact.done)
      execution.host.send(id, cancelMail(execution, reason.message));
  };
  const record = execution.reach(call);
  if (record?.opens[0]) return { id, call, created: Promise.resolve() };
  const created = new Promise<void>((resolve) => {
    execution.startLater({
      call,
      start: () => {
        const { payload, chunks } = execution.encodeApart(given, `input of child "${workflow.name}"`);
        const { row, host } = execution;
        const now = host.clock.now();
        execution.writer.ride.children.push(
          newRun({
            namespace: host.namespace,
            id,
            generation: 1,
            workflow: workflow.name,
            version: host.newest(workflow.name)?.version ?? workflow.version,
            input: payload,
            chunks,
            queue: options.queue ?? workflow.options.queue ?? row.queue,
            priority: options.priority ?? row.priority,
            concurrencyKey: null,
            readyAt: now,
            thread: row.thread,
            attributes: options.attributes ?? {},
            createdBy: row.createdBy,
            at: now,
            parent: { pk: row.pk, key: execution.ledger.storedKey(key), close },
            forkedFrom: null,
            seed: null,
            mail: [],
            previousHead: null,
            chainKey: host.chainKey,
          }),
        );
        const draft = waitDraft(execution, key, "child", "opened", { id });
        draft.committed = () => resolve();
        execution.write(draft, true);
      },
    });
  });
  return { id, call, created };
}

function finish<Out>(execution: Execution, call: OpenCall<Out>, name: string, id: string, mail: Mail): void {
  if (mail.outcome === "ok") return call.resolve(execution.decode(mail.payload) as Out);
  const cause = execution.decode(mail.payload);
  const status = (cause as { code?: string } | null)?.code === "CANCELLED" ? "was cancelled" : "failed";
  call.reject(new ChildFailedError(name, id, status, cause));
}
