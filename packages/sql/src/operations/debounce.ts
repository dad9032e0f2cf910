import type { Debounce, Debounced, NewRun, StartResult } from "@holdpoint/core";
import { statusCode } from "../columns/codes.ts";
import { integer, text } from "../columns/read.ts";
import { attributesText, readRun } from "../columns/run.ts";
import type { SqlRow } from "../driver/driver.ts";
import type { Context, Program } from "./program.ts";
import { one, run } from "./program.ts";
import { createRun, insertChunks, insertEntry } from "./start.ts";

interface Found {
  /** What the key means, or meant. */
  known: SqlRow | null;
  /** Its run, while that waits for its delayed start and nobody has claimed it. */
  waiting: SqlRow | null;
}

function* find({ namespace }: Context, workflow: string, key: string): Program<Found> {
  const known = yield* one("debounce", namespace, workflow, key);
  if (known === null) return { known, waiting: null };
  const row = yield* one("runById", namespace, text(known, "run_id"));
  const waits = row !== null && row.status === statusCode.delayed && row.epoch === 0 && row.generation === 1;
  return { known, waiting: waits ? row : null };
}

export function* debounced(context: Context, workflow: string, key: string): Program<Debounced | null> {
  const { known, waiting } = yield* find(context, workflow, key);
  if (known === null || waiting === null) return null;
  return { run: readRun(waiting, context.name), firstAt: integer(known, "first_at") };
}

const moved: StartResult = { type: "started", created: false, run: null, tombstone: null };

/** A start with a debounce key: creates the run, or takes the place of the one that waits. */
export function* startDebounced(context: Context, created: NewRun, debounce: Debounce): Program<StartResult> {
  return debounce.replaces === null
    ? yield* startFirst(context, created, debounce)
    : yield* replaceRun(context, created, debounce.key, debounce.replaces);
}

/** The key is taken before the run is created: of several who come first, one goes on. */
function* startFirst(context: Context, created: NewRun, { key, firstAt }: Debounce): Program<StartResult> {
  const { namespace } = context;
  const { workflow, id } = created;
  const { known, waiting } = yield* find(context, workflow, key);
  if (waiting !== null || (yield* one("idTaken", namespace, id, namespace, id)) !== null) return moved;
  if (known === null) yield* run("insertDebounce", namespace, workflow, key, id, firstAt);
  else {
    const taken = yield* run("moveDebounce", id, firstAt, namespace, workflow, key, text(known, "run_id"));
    if (taken === 0) return moved;
  }
  const pk = yield* createRun(context, created, null);
  return { type: "started", created: true, run: yield* rowOf(context, pk), tombstone: null };
}

function* replaceRun(
  context: Context,
  created: NewRun,
  key: string,
  { pk, head }: NonNullable<Debounce["replaces"]>,
): Program<StartResult> {
  const { waiting } = yield* find(context, created.workflow, key);
  if (waiting === null || integer(waiting, "pk") !== pk) return moved;
  const isDelayed = created.readyAt > created.createdAt;
  const changed = yield* run(
    "replaceRun",
    created.version,
    created.spec,
    created.codeHash,
    isDelayed ? statusCode.delayed : statusCode.ready,
    created.queue,
    created.priority,
    created.concurrencyKey,
    created.readyAt,
    created.seed,
    created.salt,
    created.head,
    created.thread,
    created.inputDigest,
    attributesText(created.attributes),
    created.createdBy,
    created.createdAt,
    created.createdAt,
    pk,
    context.namespace,
    head,
  );
  if (changed === 0) return moved;
  yield* run("removeFirstEntry", pk);
  for (const [i, entry] of created.entries.entries()) yield insertEntry(pk, i + 1, entry);
  yield* insertChunks(pk, created.chunks);
  // Whoever sleeps until the earlier time is told to look again.
  context.news.ready = true;
  return { type: "started", created: false, run: yield* rowOf(context, pk), tombstone: null };
}

function* rowOf(context: Context, pk: number) {
  const row = yield* one("runByPk", pk, context.namespace);
  return row && readRun(row, context.name);
}
