import { z } from "zod";
import { pageOf, pageQuery } from "../page.ts";
import { route } from "../route.ts";
import { Firing, Schedule, ScheduleDefinition } from "../schedule.ts";
import { moment, prose, word } from "../text.ts";

const id = z.string().regex(/^[\w.:-]{1,180}$/, 'must be 1 to 180 letters, digits, ".", "_", ":" and "-"');
const params = z.object({ schedule: id });
const tag = "Schedules";
const schedule = { 200: Schedule };

export const scheduleRoutes = {
  "schedules.list": route({
    tag,
    summary: "List schedules, by id",
    permission: "schedules:read",
    query: z.strictObject({ event: word().optional(), ...pageQuery }),
    success: { 200: pageOf(Schedule) },
  }),
  "schedules.show": route({
    tag,
    summary: "Show a schedule",
    permission: "schedules:read",
    params,
    success: schedule,
    etag: "gives",
  }),
  "schedules.put": route({
    tag,
    summary: "Create or replace a schedule",
    description:
      "Where there is one with another definition, `If-Match` with its `ETag` is required: of two who edit only one is taken. What is paused stays paused.",
    permission: "schedules:write",
    params,
    body: ScheduleDefinition,
    success: schedule,
    etag: "takes",
  }),
  "schedules.remove": route({
    tag,
    summary: "Remove a schedule",
    description: "With its history; runs it started stay.",
    permission: "schedules:write",
    params,
    success: { 204: null },
  }),
  "schedules.history": route({
    tag,
    summary: "What a schedule did, newest first",
    permission: "schedules:read",
    params,
    query: z.strictObject(pageQuery),
    success: { 200: pageOf(Firing) },
  }),
  "schedules.upcoming": route({
    tag,
    summary: "A schedule's next due times",
    permission: "schedules:read",
    params,
    query: z.strictObject({ count: z.int().min(1).max(100).optional() }),
    success: { 200: z.object({ items: z.array(moment) }) },
  }),
  "schedules.pause": route({
    tag,
    summary: "Pause a schedule",
    permission: "schedules:operate",
    params,
    body: z.strictObject({ note: prose(1000).optional() }).meta({ id: "PauseScheduleRequest" }),
    success: schedule,
  }),
  "schedules.resume": route({
    tag,
    summary: "Let a schedule go on",
    permission: "schedules:operate",
    params,
    body: z.strictObject({}),
    success: schedule,
  }),
  "schedules.run": route({
    tag,
    summary: "Start a run of a schedule now",
    permission: "schedules:operate",
    params,
    body: z
      .strictObject({
        id: word(128).optional().describe("the same call with it again is the same run"),
        input: z.record(z.string(), z.unknown()).optional(),
      })
      .meta({ id: "RunScheduleRequest" }),
    success: { 201: z.object({ runId: z.string() }) },
  }),
  "schedules.backfill": route({
    tag,
    summary: "Make up for a range of due times",
    permission: "schedules:operate",
    params,
    body: z
      .strictObject({ from: moment, to: moment, overlap: z.enum(["allow", "queue"]).optional() })
      .meta({ id: "BackfillRequest" }),
    success: {
      200: z.object({
        started: z.array(z.string()),
        waiting: z.array(z.string()),
        existing: z.array(z.string()),
      }),
    },
  }),
};
