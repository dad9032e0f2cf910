import type { NewRun } from "../store/store.ts";
import { parse } from "../workflow/schema.ts";
import type { Execution } from "./execution.ts";
import { newRun } from "./new-run.ts";

/** The next generation of a run that ends with `continueAsNew`: same id, fresh history, unread signals carried over. */
export function nextGeneration(execution: Execution, given: unknown, head: Uint8Array): NewRun {
  const { row, workflow, ledger } = execution;
  const input = workflow.input ? parse(workflow.input, given, `input of "${workflow.name}"`) : given;
  const { payload, chunks } = execution.encodeApart(input, `input of "${workflow.name}"`);
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
    attributes: row.attributes,
    createdBy: row.createdBy,
    at: execution.host.clock.now(),
    parent: row.parent,
    forkedFrom: null,
    seed: null,
    mail: ledger.unreadSignals().map(({ n: _n, ...mail }) => mail),
    previousHead: head,
    chainKey: execution.host.chainKey,
  });
}
