import type { LabelOperation, SealOperation, SealResult } from "@holdpoint/core";
import { isFinished, sameBytes } from "@holdpoint/core";
import { runStatus } from "../columns/codes.ts";
import { blob, integer } from "../columns/read.ts";
import { forward } from "./deliver.ts";
import { runChanged } from "./feed.ts";
import { withdrawPendingHolds } from "./hold.ts";
import type { Context, Program } from "./program.ts";
import { one, run } from "./program.ts";
import { insertEntry } from "./start.ts";

export function* seal(context: Context, operation: SealOperation): Program<SealResult> {
  const { pk, expectSeq, entry, head, status, at } = operation;
  const { namespace } = context;
  const row = yield* one("fenceOf", pk, namespace);
  if (row === null) return { type: "absent" };
  const before = runStatus.word(row.status);
  const seq = integer(row, "seq");
  if (isFinished(before)) {
    if (before !== status || !sameBytes(blob(row, "head"), head)) return { type: "absent" };
    return { type: "sealed", seq };
  }
  const { note, outcome, previousHead } = operation;
  const sealed = yield* run(
    "seal",
    1,
    1,
    head,
    at,
    runStatus.of(status),
    note,
    outcome,
    at,
    pk,
    namespace,
    expectSeq,
    previousHead,
  );
  if (sealed === 0) return { type: "mail", seq };
  yield insertEntry(pk, expectSeq + 1, entry);
  yield runChanged(context, pk, `run.${status}`, at);
  yield* withdrawPendingHolds(context, pk, operation.holdEvent);
  yield* forward(context, operation.deliveries);
  (context.news.mail ??= new Set()).add(pk);
  return { type: "sealed", seq: expectSeq + 1 };
}

export function* label(
  context: Context,
  operation: LabelOperation,
): Program<{ type: "labelled" } | { type: "absent" }> {
  const row = yield* one("deliveryById", context.namespace, operation.runId);
  if (row === null) return { type: "absent" };
  // One label per person: the column cannot be null in a primary key, so nobody is the empty name.
  yield* run("setLabel", integer(row, "pk"), operation.key, operation.by ?? "", operation.label, operation.at);
  return { type: "labelled" };
}
