import { isDeepStrictEqual } from "node:util";
import { HoldpointError, InvalidStateError, RunConflictError, ValidationError } from "../errors.ts";
import { decodePayload } from "../journal/payload.ts";
import { inputDigestOf } from "../run/new-run.ts";
import { sameBytes } from "../store/same-bytes.ts";
import type { NewMail, ResultOf, RunRow, StartOperation, StartResult } from "../store/store.ts";
import type { AnyWorkflow } from "../workflow/definition.ts";
import type { Transaction } from "../workflow/transaction.ts";
import { bornRun, prepareRun } from "./born-run.ts";
import { startDebounced } from "./debounced-start.ts";
import { type LineOfRun, lineOf } from "./line-of-run.ts";
import type { EngineParts } from "./parts.ts";
import { assemble } from "./payloads.ts";
import { newRunId } from "./run-id.ts";
import { checkRunOptions, type RunOptions } from "./run-options.ts";

/**
 * How a run is started now.
 *
 * @example
 * const engine = createEngine({ store: sqlite("app.db"), workflows: [refund] });
 * await database("app.db").transaction(async (tx) => {
 *   await tx.execute("insert into complaint (order_id) values (?)", ["A-7"]);
 *   await engine.run(refund, { orderId: "A-7", amount: 120 }, { id: "refund-A-7", tx });
 * });
 */
export interface StartOptions extends RunOptions {
  /**
   * Starts it in this transaction (of `database(…)` or `ctx.transaction`) of the database the store is in: when that is committed
   * the run is there, and else it never was. An outbox without a table or a relay.
   */
  tx?: Transaction;
  /**
   * A line for a log of this namespace (`store.logLines`), written in the same transaction as the run; it is told the run as it is born.
   * Where there is a run already none is written. What cannot be written down is not started.
   */
  line?: LineOfRun;
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
  const workflow = registry.require(name);
  checkRunOptions(options);
  const { value, ...made } = await prepareRun(parts, workflow, input);
  const { debounce } = options;
  if (debounce !== undefined) {
    // It may be an earlier start that is replaced: whose transaction would that be?
    if (options.tx !== undefined) {
      throw new ValidationError("run", [{ path: "tx", message: "and debounce cannot both be given" }]);
    }
    return startDebounced(parts, workflow, made, { ...options, debounce });
  }
  const id = options.id ?? newRunId(clock.now());
  const run = bornRun(parts, workflow, { ...made, id, options });
  const operation = { type: "start", run, signal, line: lineOf(parts, run, options) } as const;
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
      "run.tx: the store is in no database that a transaction could be of: use sqlite(path), postgres(url) or mysql(url)",
    );
  }
  const [result] = await store.transactions.within(namespace, transaction, [operation]);
  return result as ResultOf<StartOperation>;
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
