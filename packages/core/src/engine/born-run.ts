import { encodePayload } from "../journal/payload.ts";
import { newRun } from "../run/new-run.ts";
import type { Chunk, NewRun, StoredPayload } from "../store/store.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { durationMs } from "../workflow/duration.ts";
import { parseAsync } from "../workflow/schema.ts";
import type { EngineParts } from "./parts.ts";
import type { RunOptions } from "./run-options.ts";

/** The input of a run as its workflow takes it, and as it is stored. */
export async function prepareRun(
  parts: EngineParts,
  workflow: AnyWorkflow,
  input: unknown,
): Promise<{ value: unknown; payload: StoredPayload | null; chunks: Chunk[] }> {
  const subject = `input of "${workflow.name}"`;
  const value = workflow.input ? await parseAsync(workflow.input, input, subject) : input;
  const { limits } = parts.worker.host;
  const encoding = { codec: parts.codec, subject, limit: limits.payload, inlineLimit: limits.inline };
  return { value, ...encodePayload(value, encoding) };
}

/** A first generation, ready to be written; it is born now. */
export function bornRun(
  parts: EngineParts,
  workflow: AnyWorkflow,
  from: {
    id: string;
    payload: StoredPayload | null;
    chunks: Chunk[];
    options: RunOptions;
    /** Digest of the input, where it is not that of `payload`. */
    startedWith?: Uint8Array;
  },
): NewRun {
  const { id, payload, chunks, options, startedWith } = from;
  const at = parts.clock.now();
  const delay = options.delay === undefined ? 0 : durationMs(options.delay, "delay");
  return newRun({
    namespace: parts.namespace,
    id,
    generation: 1,
    workflow: workflow.name,
    version: workflow.version,
    input: payload,
    chunks,
    queue: options.queue ?? workflow.options.queue ?? "default",
    priority: options.priority ?? 0,
    concurrencyKey: options.concurrencyKey ?? null,
    readyAt: options.startAt?.getTime() ?? at + delay,
    thread: options.thread ?? null,
    attributes: options.attributes ?? {},
    createdBy: options.by ?? null,
    at,
    parent: null,
    forkedFrom: null,
    seed: null,
    mail: [],
    previousHead: null,
    trace: traceOf(parts, workflow, id, options),
    chainKey: parts.options.chainKey,
    sealing: parts.store.sealing,
    ...(startedWith === undefined ? {} : { startedWith }),
  });
}

/** A probe's word goes first: its span lies within the trace that was given. */
function traceOf({ namespace, worker }: EngineParts, { name }: AnyWorkflow, id: string, { trace }: RunOptions) {
  const { probes } = worker.settings;
  return probes?.traceOfStart({ namespace, id, workflow: name, parent: null }) ?? trace ?? null;
}
