import { isDeepStrictEqual } from "node:util";
import { HoldpointError, InvalidStateError, RunConflictError, ValidationError } from "../errors.ts";
import { decodePayload, encodePayload } from "../journal/payload.ts";
import { checkAttributes } from "../run/attributes.ts";
import { inputDigestOf, newRun } from "../run/new-run.ts";
import { sameBytes } from "../store/same-bytes.ts";
import type {
  Attributes,
  Chunk,
  NewMail,
  NewRun,
  ResultOf,
  RunRow,
  StartOperation,
  StartResult,
  StoredPayload,
} from "../store/store.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import { type Duration, durationMs } from "../workflow/duration.ts";
import { parseAsync } from "../workflow/schema.ts";
import type { Transaction } from "../workflow/transaction.ts";
import type { EngineParts } from "./parts.ts";
import { assemble } from "./payloads.ts";
import { newRunId } from "./run-id.ts";

/**
 * How a run is started. All are optional.
 *
 * @example
 * await engine.run(refund, { orderId: "A-7", amount: 120 }, { id: "refund-A-7", by: "ana", delay: "10m" });
 */
export interface RunOptions {
  /** Idempotency key and public id; default a random one. */
  id?: string;
  /** Who starts it; kept with the run. */
  by?: string;
  /** Default: the workflow's, else "default". */
  queue?: string;
  /** Higher goes first. Default 0. */
  priority?: number;
  /** What its queue's `perKey` limit counts: a customer, an account. */
  concurrencyKey?: string;
  /** Starts it so much later. */
  delay?: Duration;
  /** Starts it at this time; goes before `delay`. */
  startAt?: Date;
  /** Ties runs of one conversation or case together. */
  thread?: string;
  /** What it can be found by, beside what `ctx.set` adds. */
  attributes?: Attributes;
}

/**
 * How a run is started now.
 *
 * @example
 * await app.transaction(async (tx) => {
 *   await tx.execute("insert into orders (id) values (?)", ["A-7"]);
 *   await engine.run(ship, { orderId: "A-7" }, { id: "ship-A-7", tx });
 * });
 */
export interface StartOptions extends RunOptions {
  /**
   * Starts it in this transaction (of `database(…)` or `ctx.transaction`) of the database the store is in: when that is committed
   * the run is there, and else it never was. An outbox without a table or a relay.
   */
  tx?: Transaction;
}

/** Starts a run, or finds the one that has its id; `signal` is delivered either way, in the same transaction. */
export async function startRun(
  parts: EngineParts,
  name: string,
  input: unknown,
  options: StartOptions,
  signal: NewMail | null,
): Promise<{ id: string; created: boolean }> {
  const { registry, clock, committer } = parts;
  const workflow = registry.newest(name) ?? registry.require(name);
  checkRunOptions(options);
  const { value, ...made } = await prepareRun(parts, workflow, input);
  const id = options.id ?? newRunId(clock.now());
  const run = bornRun(parts, workflow, { ...made, id, options });
  const operation = { type: "start", run, signal } as const;
  const { tx } = options;
  const result = tx === undefined ? await committer.submit(operation) : await startIn(parts, tx, operation);
  if (result.type === "refused") throw new HoldpointError("STORE", `run ${id} was not taken: ${result.reason}`);
  const same = (): boolean | Promise<boolean> =>
    signal !== null ||
    sameBytes(
      (result.run ?? result.tombstone)?.inputDigest ?? new Uint8Array(0),
      inputDigestOf(workflow.name, made.payload),
    ) ||
    (result.run !== null && hasInput(parts, result.run, value));
  if (!result.created) await checkExisting(result, id, workflow, same);
  return { id, created: result.created };
}

async function startIn(
  { store, namespace }: EngineParts,
  transaction: Transaction,
  operation: StartOperation,
): Promise<ResultOf<StartOperation>> {
  if (store.transactions === undefined) {
    throw new InvalidStateError(
      "run.tx: the store is in no database that a transaction could be of: use sqlite(path) or postgres(url)",
    );
  }
  const [result] = await store.transactions.within(namespace, transaction, [operation]);
  return result as ResultOf<StartOperation>;
}

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
  from: { id: string; payload: StoredPayload | null; chunks: Chunk[]; options: RunOptions },
): NewRun {
  const { id, payload, chunks, options } = from;
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
    chainKey: parts.options.chainKey,
  });
}

/** @throws ValidationError naming the option that is wrong */
export function checkRunOptions(options: RunOptions): void {
  const wrong = (path: string, message: string): never => {
    throw new ValidationError("run", [{ path, message }]);
  };
  const { id, priority, startAt, delay, attributes } = options;
  if (id !== undefined && !(typeof id === "string" && id.length > 0 && id.length <= 256 && !/\p{Cc}/u.test(id)))
    wrong("id", "must be 1 to 256 characters without control characters");
  if (priority !== undefined && !Number.isSafeInteger(priority))
    wrong("priority", `${priority} must be a whole number`);
  if (startAt !== undefined && Number.isNaN(startAt.getTime())) wrong("startAt", "is not a time");
  if (startAt !== undefined && delay !== undefined) wrong("delay", "and startAt cannot both be given");
  if (attributes) checkAttributes(attributes, "run.attributes");
}

/** Throws `RunConflictError` unless the run that has the id is the one that was asked for. */
async function checkExisting(
  result: StartResult,
  id: string,
  workflow: AnyWorkflow,
  same: () => boolean | Promise<boolean>,
): Promise<void> {
  const existing = result.run ?? result.tombstone;
  if (!existing) return;
  if (existing.workflow !== workflow.name) {
    throw new RunConflictError(
      id,
      `belongs to a run of "${existing.workflow}", not "${workflow.name}"; use another id`,
    );
  }
  if (!(await same())) {
    throw new RunConflictError(id, "was started with another input; use another id, or the same input");
  }
}

/** The digest tells apart what is the same to a program, too: fields in another order. Looked at only when it differs. */
async function hasInput(parts: EngineParts, row: RunRow, value: unknown): Promise<boolean> {
  const { store, namespace, codec } = parts;
  const [first] = await store.generations(namespace, row.id);
  if (!first || first.salt === null) return false;
  const [history] = await store.history(namespace, [{ pk: first.pk, after: 0 }]);
  if (!history) return false;
  const { entries } = await assemble(store, namespace, first.pk, { entries: history.entries.slice(0, 1), mail: [] });
  return isDeepStrictEqual(decodePayload(entries[0]?.payload ?? null, codec), value);
}
