import type { Erasure, RetentionRequest } from "@holdpoint/core";
import { erasedCodec, holdEventDigest, isFinished } from "@holdpoint/core";
import { firstFinished, runStatus } from "../columns/codes.ts";
import { readHoldEvent } from "../columns/hold.ts";
import { storedCodec } from "../columns/payload.ts";
import { integer, integerOrNull, text } from "../columns/read.ts";
import type { StatementName } from "../statements/statements.ts";
import { removeLimiters } from "./limit.ts";
import type { Context, Program } from "./program.ts";
import { all, one, run } from "./program.ts";

const rootsPerRead = 100;

export function* retain(
  context: Context,
  request: RetentionRequest,
): Program<{ removed: number; tombstones: number; holds: number }> {
  const removed = yield* removeTrees(context, request);
  const tombstones = yield* run("removeTombstones", context.namespace, request.tombstonesBefore);
  let holds = 0;
  if (request.holdsBefore !== null) {
    for (const row of yield* all("keptHolds", context.namespace, request.holdsBefore)) {
      const pk = integer(row, "pk");
      yield* run("removeHoldEvents", pk);
      holds += yield* run("removeHold", pk);
    }
  }
  yield* run("removeDebounces", context.namespace);
  yield* removeLimiters(context, request.now);
  yield* run("removeOldFirings", request.finishedBefore, context.namespace);
  yield* run("removeCached", context.namespace, request.now);
  return { removed, tombstones, holds };
}

function* removeTrees(context: Context, request: RetentionRequest): Program<number> {
  let removed = 0;
  let after: [finishedAt: number, pk: number] = [Number.MIN_SAFE_INTEGER, 0];
  for (;;) {
    const before = request.finishedBefore;
    const roots = yield* all("finishedRoots", context.namespace, ...after, before, rootsPerRead);
    for (const root of roots) {
      if (removed >= request.limit) return removed;
      after = [integer(root, "finished_at"), integer(root, "pk")];
      const tree = yield* finishedTree(context, text(root, "id"), before);
      if (tree === null) continue;
      for (const pk of tree) yield* removeRun(pk, request.now);
      removed += 1;
    }
    if (roots.length < rootsPerRead) return removed;
  }
}

/** A run with its earlier generations and their children, if all of them finished before then; otherwise null. */
function* finishedTree(context: Context, rootId: string, before: number): Program<number[] | null> {
  const tree: number[] = [];
  const open = [rootId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const row of yield* all("treeGenerations", context.namespace, id)) {
      const finishedAt = integerOrNull(row, "finished_at");
      if (integer(row, "status") < firstFinished || finishedAt === null || finishedAt >= before) return null;
      const pk = integer(row, "pk");
      tree.push(pk);
      for (const child of yield* all("treeChildren", pk)) open.push(text(child, "id"));
    }
  }
  return tree;
}

const removals = [
  "nameHolds",
  "removeEntries",
  "removeMail",
  "removeChunks",
  "removeStream",
  "removeLabels",
  "removeRun",
] as const satisfies StatementName[];

function* removeRun(pk: number, now: number): Program<void> {
  yield* run("bury", now, pk);
  for (const statement of removals) yield* run(statement, pk);
}

const nothing = new Uint8Array(0);
const erased = storedCodec(erasedCodec);

export function* erase(context: Context, pk: number, erasure: Erasure): Program<boolean> {
  const row = yield* one("fenceOf", pk, context.namespace);
  if (row === null) return false;
  const { expectSeq } = erasure;
  if (expectSeq !== undefined) {
    if (!isFinished(runStatus.word(row["status"])) || integer(row, "seq") !== expectSeq) return false;
  }
  const entries = new Map(erasure.entries.map(({ seq, digest }) => [seq, digest]));
  for (const row of yield* all("entriesWithPayload", pk)) {
    const seq = integer(row, "seq");
    yield* run("eraseEntry", erased, entries.get(seq) ?? nothing, pk, seq);
  }
  const mail = new Map(erasure.mail.map(({ n, digest }) => [n, digest]));
  for (const row of yield* all("mailWithPayload", pk)) {
    const n = integer(row, "n");
    yield* run("eraseMail", erased, mail.get(n) ?? nothing, pk, n);
  }
  yield* run("eraseSalts", pk);
  yield* run("eraseHolds", erased, nothing, erased, nothing, pk);
  yield* run("eraseProgress", erased, nothing, pk);
  for (const row of yield* all("holdEventsWithData", pk)) {
    const event = readHoldEvent(row);
    if (event.data?.codec === erasedCodec) continue;
    // What is left of it keeps its link in the trail verifiable.
    yield* run("eraseHoldEvent", erased, holdEventDigest(event), integer(row, "hold_pk"), event.n);
  }
  for (const statement of ["removeChunks", "removeStream", "removeLabels"] as const) yield* run(statement, pk);
  yield* run("eraseRun", `erased${erasure.by === null ? "" : ` by ${erasure.by}`}`, erasure.at, pk);
  return true;
}
