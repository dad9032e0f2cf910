import { z } from "zod";
import { ChangeEvent, changeType } from "../change.ts";
import { route } from "../route.ts";
import { attributeQuery, runStatus } from "../run.ts";
import { EventFiring } from "../schedule.ts";
import { json, word } from "../text.ts";

const tag = "Events";

export const eventRoutes = {
  "events.follow": route({
    tag,
    summary: "Follow all runs and holds",
    description:
      "Server-sent events: what happens to runs and holds of your namespace from now on, or after `Last-Event-ID`. Nothing is left out and nothing comes twice over reconnects, restarts and other servers of the same store; those of one run come in their order. Everything that is given must hold. Without `holds:read`, those of runs only. `run.ready` is said of a run that was put back, not of one that was woken: that one is `run.running` next. Who was away for longer than events are kept is sent `lost`.",
    permission: "runs:read",
    query: z.strictObject({
      of: z.enum(["run", "hold"]).optional().describe("those of runs, or of holds, alone"),
      type: z.array(changeType).max(20).optional(),
      status: z.array(runStatus).max(8).optional().describe("what a run has become"),
      workflow: z.array(word(128)).max(20).optional(),
      run: word().optional().describe("of this run and its holds"),
      attribute: attributeQuery.optional().describe("of the run, as in the list of runs"),
      tag: z.array(word(128)).max(20).optional().describe("of holds with at least one of these tags; runs have none"),
      after: z.string().min(1).max(16_000).optional().describe("an event's id, instead of the header"),
    }),
    success: { 200: null },
    stream: ChangeEvent,
  }),
  "events.emit": route({
    tag,
    summary: "Say that something happened",
    description: "Each schedule that this event fires starts a run, with `data` as its input.",
    permission: "events:emit",
    body: z
      .strictObject({
        event: word(),
        data: json.optional(),
        id: word(128).optional().describe("the same event again starts nothing again"),
      })
      .meta({ id: "EmitRequest" }),
    success: { 200: z.object({ items: z.array(EventFiring) }) },
  }),
};
