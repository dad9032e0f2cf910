import { createHash } from "node:crypto";
import { ChildFailedError } from "../errors.ts";
import type { Entry, Mail } from "../store/store.ts";
import type { ChildHandle, ChildOptions } from "../workflow/context.ts";
import type { Workflow } from "../workflow/definition.ts";
import { parse } from "../workflow/schema.ts";
import { cancelMail, reasonOf } from "./ending.ts";
import type { ChildFact, Execution } from "./execution.ts";
import { newRun } from "./new-run.ts";
import type { CallHandler, OpenCall } from "./operation.ts";
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
  return startChild(execution, scope, workflow, input, options, false).call.promise;
}

/** Starts a child; the handle is given once it durably exists. */
export async function callSpawn<In, Out>(
  execution: Execution,
  scope: Scope,
  workflow: Workflow<In, Out>,
  input: In,
  options: ChildOptions,
): Promise<ChildHandle<Out>> {
  const child = startChild(execution, scope, workflow, input, options, true);
  execution.backgroundCalls++;
  child.call.promise.then(
    () => execution.backgroundCalls--,
    () => execution.backgroundCalls--,
  );
  await child.created;
  let awaited = false;
  return {
    get id() {
      return child.fact.id;
    },
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
  spawned: boolean,
): { fact: ChildFact; call: OpenCall<Out>; created: Promise<void> } {
  const key = scope.key("child", workflow.name);
  const given = workflow.input ? parse(workflow.input, input, `input of "${workflow.name}"`) : input;
  const call = execution.open<Out>(key, "child", scope);
  const close = options.parentClose ?? "cancel";
  const fact = { id: "", close, done: false };
  call.outlivesRun = close === "abandon";
  execution.children.set(key, fact);
  const handler: CallHandler = {
    onMail(mail) {
      fact.done = true;
      finish(execution, call, workflow.name, fact.id, mail);
    },
    onCancel(reason) {
      if (!execution.ended && close === "cancel" && !fact.done)
        execution.host.send(fact.id, cancelMail(execution, reasonOf(reason)));
    },
  };
  call.handler = handler;
  const record = execution.reach(call);
  const created = new Promise<void>((resolve, reject) => {
    // Cancelled before it was begun: whoever waits for the handle hears of that.
    if (spawned) call.promise.catch(reject);
    /** Where the code waits for it, its existence is news like any other: in its place of the order, live as in a replay. */
    const exists = (seq: number, time: number): void => {
      if (!spawned) return;
      const deliver = (): boolean => {
        resolve();
        return true;
      };
      execution.ledger.offer({ seq, time, call: null, deliver });
    };
    /** It exists already, under the id that was recorded; or it is created when nothing recorded is left. */
    const begin = (opened: Entry | undefined): void => {
      if (!opened) {
        fact.id = childId(execution, workflow.name, key, options.id);
        return execution.startLater({ call, start: create });
      }
      fact.id = (execution.decode(opened.payload) as { id: string }).id;
      exists(opened.seq, opened.endedAt);
    };
    handler.onVoid = ({ opens, settled }) => {
      fact.done = false;
      if (!settled) begin(opens[0]);
    };
    const create = (): void => {
      const { payload, chunks } = execution.encodeApart(given, `input of child "${workflow.name}"`);
      const { row, host } = execution;
      const now = host.clock.now();
      execution.writer.ride.children.push(
        newRun({
          namespace: host.namespace,
          id: fact.id,
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
          sealing: host.sealing,
          trace: host.traceOfChild(execution, workflow.name, fact.id),
        }),
      );
      const draft = waitDraft(execution, key, "child", "opened", { id: fact.id });
      // Code that waits for the handle goes on with it: the run must not park in the same write.
      if (spawned) execution.pendingResults++;
      draft.committed = {
        committed: (seq) => {
          if (spawned) execution.pendingResults--;
          exists(seq, draft.endedAt);
        },
        dropped: () => {
          if (spawned) execution.pendingResults--;
        },
      };
      execution.write(draft, true);
    };
    begin(record?.opens[0]);
  });
  return { fact, call, created };
}

/**
 * The same in every replay; another one when a retry starts the child afresh. A fork's children, too, are not those of
 * the run it was forked from: an id that the author gave is then told apart by a suffix.
 */
function childId({ row, ledger }: Execution, workflow: string, key: string, given: string | undefined): string {
  const stored = ledger.storedKey(key);
  const digest = (text: string): string =>
    createHash("sha256").update(text).digest("base64url").replaceAll(/[-_]/g, "").slice(0, 10);
  if (given === undefined) return `${row.id}.${workflow}-${digest(`${row.seed}\0${stored}`)}`;
  const again = ledger.wasVoided(key) ? stored.slice(key.length) : "";
  return given + again + (row.forkedFrom ? `~${digest(row.id)}` : "");
}

function finish<Out>(execution: Execution, call: OpenCall<Out>, name: string, id: string, mail: Mail): void {
  if (mail.outcome === "ok") return call.resolve(execution.decode(mail.payload) as Out);
  const cause = execution.decode(mail.payload);
  const status = (cause as { code?: string } | null)?.code === "CANCELLED" ? "was cancelled" : "failed";
  call.reject(new ChildFailedError(name, id, status, cause));
}
