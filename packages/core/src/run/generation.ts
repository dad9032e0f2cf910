import type { EncodedPayload } from "../journal/payload.ts";
import type { NewRun } from "../store/store.ts";
import type { Execution } from "./execution.ts";
import { newRun } from "./new-run.ts";

/** The next generation of a run that ends with `continueAsNew`: same id, fresh history, unread signals carried over. */
export function nextGeneration(execution: Execution, { payload, chunks }: EncodedPayload, head: Uint8Array): NewRun {
  const { row, workflow, ledger } = execution;
  const newest = execution.host.newest(workflow.name) ?? workflow;
  return newRun({
    namespace: execution.host.namespace,
    id: row.id,
    generation: row.generation + 1,
    workflow: row.workflow,
    version: Math.max(row.version, newest.version),
    input: payload,
    chunks,
    queue: row.queue,
    priority: row.priority,
    concurrencyKey: row.concurrencyKey,
    readyAt: execution.host.clock.now(),
    thread: row.thread,
    attributes: Object.fromEntries(Object.entries(row.attributes).filter(([, value]) => value !== null)),
    createdBy: row.createdBy,
    trace: execution.trace,
    at: execution.host.clock.now(),
    parent: row.parent,
    forkedFrom: null,
    seed: null,
    mail: [...ledger.unreadSignals(), ...execution.passedOn].map(({ n: _n, ...mail }) => mail),
    startedWith: row.inputDigest,
    previousHead: head,
    chainKey: execution.host.chainKey,
    sealing: execution.host.sealing,
  });
}
