import { z } from "zod";
import { attributes, duration, json, moment, word } from "./text.ts";

const misfire = z.enum(["skip", "once", "all"]);
const overlap = z.enum(["skip", "queue", "allow", "cancel"]);

/** A schedule as it stands. */
export const Schedule = z
  .object({
    id: z.string(),
    workflow: z.string(),
    when: z.union([
      z.object({ cron: z.string(), timeZone: z.string() }),
      z.object({ every: z.number().describe("milliseconds"), from: moment.nullable() }),
      z.object({ event: z.string() }),
    ]),
    input: json.optional(),
    dueAs: z.string().nullable(),
    misfire,
    atMost: z.int(),
    grace: z.number().describe("milliseconds"),
    overlap,
    run: z.record(z.string(), z.unknown()),
    paused: z.boolean(),
    pausedBy: z.string().nullable(),
    note: z.string().nullable(),
    nextAt: moment.nullable(),
    running: z.array(z.string()),
    waiting: z.int(),
    createdBy: z.string().nullable(),
    createdAt: moment,
    updatedAt: moment,
    etag: z.string().describe("what `If-Match` takes to replace it"),
  })
  .meta({ id: "Schedule" });

/** A schedule as it is written. */
export const ScheduleDefinition = z
  .strictObject({
    workflow: word(128),
    when: z.union([
      z.strictObject({ cron: word(), timeZone: word(64).optional() }),
      z.strictObject({ every: duration, from: moment.optional() }),
      z.strictObject({ event: word() }),
    ]),
    input: z.record(z.string(), z.unknown()).optional(),
    dueAs: word(128).optional(),
    misfire: misfire.optional(),
    atMost: z.int().min(1).max(1000).optional(),
    grace: duration.optional(),
    overlap: overlap.optional(),
    run: z
      .strictObject({
        queue: word(128).optional(),
        priority: z.int().min(-1_000_000).max(1_000_000).optional(),
        concurrencyKey: word().optional(),
        thread: word().optional(),
        attributes: attributes.optional(),
      })
      .optional(),
  })
  .meta({ id: "ScheduleDefinition" });

/** A line of a schedule's history. */
export const Firing = z
  .object({
    key: z.string(),
    kind: z.enum(["due", "manual", "backfill", "event"]),
    outcome: z.enum(["started", "waiting", "skipped", "missed", "failed"]),
    dueAt: moment,
    runId: z.string().nullable(),
    by: z.string().nullable(),
    note: z.string().nullable(),
    at: moment,
  })
  .meta({ id: "Firing" });

/** What a schedule made of an event. */
export const EventFiring = z
  .object({
    schedule: z.string(),
    outcome: z.enum(["started", "waiting", "skipped", "missed", "failed"]),
    runId: z.string().nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: "EventFiring" });
