import { z } from "zod";
import { Hold } from "../hold.ts";
import { pageOf, pageQuery } from "../page.ts";
import { route } from "../route.ts";
import {
  attributeQuery,
  BulkResult,
  ExportedRun,
  Run,
  RunEvent,
  RunResult,
  runFilter,
  runStatus,
  StartRun,
  Verification,
} from "../run.ts";
import { attributes, json, moment, newId, prose, word } from "../text.ts";

const params = z.object({ run: word() });
const tag = "Runs";
const nothing = z.strictObject({});
const seq = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const waitReason = z.union([
  z.object({ type: z.literal("hold"), key: z.string(), hold: Hold }),
  z.object({ type: z.literal("signal"), key: z.string(), name: z.string(), until: moment.nullable() }),
  z.object({ type: z.literal("child"), key: z.string(), id: z.string(), workflow: z.string(), status: runStatus }),
  z.object({ type: z.literal("time"), key: z.string(), until: moment.nullable() }),
  z.object({
    type: z.literal("retry"),
    key: z.string(),
    attempts: z.int(),
    error: z.string(),
    until: moment.nullable(),
  }),
  z.object({ type: z.literal("step"), key: z.string() }),
]);

export const runRoutes = {
  "runs.start": route({
    tag,
    summary: "Start a run",
    description:
      "201 when it was created, 200 when a run with this id, workflow and input was there already: repeat it until it answers. The same id with another input is `RUN_CONFLICT`.",
    permission: "runs:start",
    body: StartRun,
    success: { 201: Run, 200: Run },
  }),
  "runs.list": route({
    tag,
    summary: "List runs, newest first",
    permission: "runs:read",
    query: z.strictObject({
      ...runFilter,
      attribute: attributeQuery.optional(),
      humanWait: z.boolean().optional().describe("with `humanWaitMs` of each run"),
      ...pageQuery,
    }),
    success: { 200: pageOf(Run) },
  }),
  "runs.bulk": route({
    tag,
    summary: "Cancel, retry, pause or resume every run that fits a filter",
    description: "The filter must have at least one condition. One that is refused leaves the others alone.",
    permission: "runs:control",
    body: z
      .strictObject({
        action: z.enum(["cancel", "retry", "pause", "resume"]),
        filter: z
          .strictObject({ ...runFilter, attributes: attributes.optional() })
          .refine((filter) => Object.values(filter).some((value) => value !== undefined), "must have a condition"),
        reason: prose(1000).optional().describe("of a cancel"),
      })
      .meta({ id: "BulkRequest" }),
    success: { 200: BulkResult },
  }),
  "runs.show": route({
    tag,
    summary: "Show a run",
    permission: "runs:read",
    params,
    query: z.strictObject({ trace: z.boolean().optional().describe("with the trace that its spans are in") }),
    success: { 200: Run },
  }),
  "runs.why": route({
    tag,
    summary: "Say why a run is where it is",
    description: "Every answer, message, run, time and step it waits for.",
    permission: "runs:read",
    params,
    success: {
      200: z
        .object({
          run: Run,
          waits: z.array(waitReason),
          codeIsHere: z.boolean().describe("false: only holds, children and the time it wakes are known"),
          workers: z.int().describe("live workers that have its code"),
          pausedBy: z.string().nullable(),
        })
        .meta({ id: "Why" }),
    },
  }),
  "runs.journal": route({
    tag,
    summary: "Read a run's journal",
    description: "What it did and what was delivered to it, in order, of its newest generation.",
    permission: "runs:read",
    params,
    query: z.strictObject({
      after: seq.optional().describe("a `seq`: only what came after it"),
      limit: z.int().min(1).max(1000).optional().describe("100 by default"),
    }),
    success: { 200: z.object({ items: z.array(RunEvent), next: seq.nullable().describe("`after` of the next page") }) },
  }),
  "runs.events": route({
    tag,
    summary: "Follow a run",
    description:
      "Server-sent events: the journal from the beginning (or after `Last-Event-ID`), then what happens, until the run has ended; then one `end`. Nothing is left out and nothing comes twice over reconnects.",
    permission: "runs:read",
    params,
    query: z.strictObject({
      after: word(64).optional().describe("an event's `<generation>.<seq>`, instead of the header"),
    }),
    success: { 200: null },
    stream: RunEvent,
  }),
  "runs.verification": route({
    tag,
    summary: "Check a run's record against its hash chain",
    description:
      "Recomputes every link of every generation, and its holds'. Who can write the whole store can write a whole new chain: heads kept elsewhere (`holdpoint anchors`) are what that is held against.",
    permission: "runs:read",
    params,
    success: { 200: Verification },
  }),
  "runs.export": route({
    tag,
    summary: "Everything that is stored of a run",
    description: "One document, for archives and for replaying it elsewhere: `holdpoint replay`.",
    permission: "runs:read",
    params,
    success: { 200: ExportedRun },
  }),
  "runs.result": route({
    tag,
    summary: "Wait for a run's result",
    description:
      "200 once it has ended (also when it failed: `error` says why), 202 when it has not within `wait` seconds.",
    permission: "runs:read",
    params,
    query: z.strictObject({ wait: z.number().min(0).max(60).optional().describe("seconds; 0 by default") }),
    success: { 200: RunResult, 202: RunResult },
  }),
  "runs.signal": route({
    tag,
    summary: "Send a run a message",
    description: "It is kept until the run waits for it.",
    permission: "runs:signal",
    params,
    body: z
      .strictObject({
        name: word(),
        value: json.optional(),
        dedupe: word().optional().describe("makes repeating it harmless"),
      })
      .meta({ id: "SignalRequest" }),
    success: { 204: null },
  }),
  "runs.cancel": route({
    tag,
    summary: "Cancel a run",
    description: "Its running steps are aborted and completed ones undone. `force` ends it without any of that.",
    permission: "runs:control",
    params,
    body: z
      .strictObject({ reason: prose(1000).optional(), force: z.boolean().optional() })
      .meta({ id: "CancelRequest" }),
    success: { 204: null },
  }),
  "runs.pause": route({
    tag,
    summary: "Pause a run",
    description: "Running steps end, then it stays put; answers and messages are kept.",
    permission: "runs:control",
    params,
    body: nothing,
    success: { 204: null },
  }),
  "runs.resume": route({
    tag,
    summary: "Let a paused run go on",
    permission: "runs:control",
    params,
    body: nothing,
    success: { 204: null },
  }),
  "runs.retry": route({
    tag,
    summary: "Retry a failed or diverged run",
    description: "It goes on at the failed step; what was recorded before is not run again.",
    permission: "runs:control",
    params,
    body: nothing,
    success: { 204: null },
  }),
  "runs.fork": route({
    tag,
    summary: "Fork a run",
    description: "A new run that has this one's record up to `from`, and goes its own way from there.",
    permission: "runs:control",
    params,
    body: z
      .strictObject({
        from: z
          .union([word(1024), seq])
          .describe("the key the new run does afresh, or a journal number to go on after"),
        decisions: z.enum(["reuse", "ask"]),
        id: newId.optional().describe("of the new run"),
      })
      .meta({ id: "ForkRequest" }),
    success: { 201: Run },
  }),
};
