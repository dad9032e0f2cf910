import { z } from "zod";
import { attributes, duration, json, moment, newId, word } from "./text.ts";

/** Where a run stands. */
export const runStatus = z.enum([
  "ready",
  "running",
  "parked",
  "paused",
  "completed",
  "failed",
  "cancelled",
  "diverged",
]);

/** What a parked run waits for. */
export const waiting = z.enum(["hold", "operator", "signal", "child", "time", "retry", "worker"]);

/** A run at a glance. */
export const Run = z
  .object({
    id: z.string(),
    generation: z.int().describe("1, or more after `ctx.continueAsNew`"),
    workflow: z.string(),
    version: z.int(),
    status: runStatus,
    waiting: waiting.nullable().describe("what a parked run waits for"),
    outcome: z.string().nullable().describe("`success`, `rejected` or an author's word; null while it lives"),
    phase: z.literal("compensating").nullable(),
    note: z.string().nullable().describe("why it failed, diverged or is held"),
    queue: z.string(),
    priority: z.int(),
    thread: z.string().nullable(),
    attributes,
    progress: z.object({ done: z.number(), total: z.number() }).nullable(),
    createdBy: z.string().nullable(),
    createdAt: moment,
    updatedAt: moment,
    finishedAt: moment.nullable(),
    wakeAt: moment.nullable(),
    forkedFrom: z.object({ id: z.string(), seq: z.int() }).nullable(),
    entries: z.int().describe("entries in its journal"),
    humanWaitMs: z
      .number()
      .min(0)
      .optional()
      .describe("how long it has waited for people, in ms; in lists that were asked for it"),
    trace: z
      .object({
        id: z.string().regex(/^[0-9a-f]{32}$/),
        url: z.string().nullable().describe("where it is shown, where the server knows that"),
      })
      .optional()
      .describe("the trace that its spans are in, where its workers are traced; where it was asked for"),
  })
  .meta({ id: "Run" });

/** One thing that happened in a run. */
export const RunEvent = z
  .object({
    id: z.string().describe("`<run>.<generation>.<seq>`"),
    generation: z.int(),
    seq: z.int().describe("its number in this generation of the run"),
    type: z.string().describe("`run.opened`, `step.settled`, `hold.opened`, `mail.decision`, …"),
    key: z.string().describe("what it belongs to: `step:pay#1`"),
    outcome: z.enum(["ok", "error", "unknown"]).nullable(),
    attempt: z.int(),
    by: z.string().nullable(),
    startedAt: moment,
    at: moment,
    value: json.optional(),
    measures: json.optional(),
  })
  .meta({ id: "RunEvent" });

/** How a run is started. */
export const StartRun = z
  .strictObject({
    workflow: word(128).describe("name of a workflow"),
    input: json.optional().describe("what it takes; see the workflow's `input` schema"),
    id: newId.optional().describe("idempotency key and public id: the same id, workflow and input give the same run"),
    queue: word(128).optional(),
    priority: z.int().min(-1_000_000).max(1_000_000).optional().describe("higher goes first"),
    concurrencyKey: word().optional(),
    delay: duration.optional().describe("starts it so much later"),
    startAt: moment.optional().describe("starts it then"),
    thread: word().optional(),
    attributes: attributes.optional().describe("what it can be found by"),
    debounce: z
      .strictObject({
        key: word(),
        window: duration,
        maxWait: duration.optional(),
        input: z.enum(["last", "first"]).optional(),
      })
      .optional()
      .describe("several starts with one key within a window become one run"),
  })
  .meta({ id: "StartRun" });

/** Which runs; everything that is given must hold. */
export const runFilter = {
  workflow: word(128).optional(),
  version: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  status: z.array(runStatus).max(8).optional(),
  waiting: z.array(waiting).max(7).optional(),
  outcome: word(128).optional(),
  queue: word(128).optional(),
  thread: word().optional(),
  parentId: word().optional(),
  idPrefix: word().optional(),
  createdAfter: moment.optional(),
  createdBefore: moment.optional(),
  finishedAfter: moment.optional(),
  finishedBefore: moment.optional(),
};

/** Attributes as a query has them. */
export const attributeQuery = z
  .array(
    z
      .string()
      .min(3)
      .max(1200)
      .regex(/^[^=]+=/, "must be as in customer=ana"),
  )
  .max(20)
  .describe("`name=value`; true, false, null and numbers are what they look like, a text in quotes is a text");

/** How a run ended, or that it has not. */
export const RunResult = z
  .object({
    id: z.string(),
    status: runStatus,
    outcome: z.string().nullable(),
    output: json.optional().describe("what a completed run returned"),
    error: z
      .object({ code: z.string().nullable(), name: z.string(), message: z.string() })
      .nullable()
      .describe("why it has no result"),
  })
  .meta({ id: "RunResult" });

/** What a bulk operation did. */
export const BulkResult = z
  .object({
    done: z.array(z.string()).describe("ids of the runs it was done to"),
    refused: z.array(z.object({ id: z.string(), reason: z.string() })),
  })
  .meta({ id: "BulkResult" });

/** What recomputing a run's hash chain has found. */
export const Verification = z
  .object({
    id: z.string(),
    verdict: z
      .enum(["intact", "erased", "broken", "removed"])
      .describe("`erased`: whole, but its content was erased; `removed`: retention has left only a tombstone"),
    problems: z.array(
      z.object({
        generation: z.int(),
        kind: z.string(),
        seq: z.int().nullable().describe("where it was found; null when it concerns the whole run"),
        message: z.string(),
      }),
    ),
    entries: z.int().describe("how many were looked at"),
  })
  .meta({ id: "Verification" });

/** A run with all its generations: journal, messages, holds, as they are stored. */
export const ExportedRun = z
  .object({
    format: z.literal("holdpoint-run"),
    version: z.int(),
    generations: z.array(z.record(z.string(), z.unknown())),
  })
  .meta({ id: "ExportedRun" });
