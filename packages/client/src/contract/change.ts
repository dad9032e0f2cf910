import { z } from "zod";
import { severity } from "./hold.ts";
import { attributes, moment } from "./text.ts";

/** What can happen to a run or a hold. */
export const changeType = z.enum([
  "run.started",
  "run.ready",
  "run.running",
  "run.parked",
  "run.paused",
  "run.diverged",
  "run.completed",
  "run.failed",
  "run.cancelled",
  "run.continued",
  "hold.opened",
  "hold.moved",
  "hold.answered",
  "hold.decided",
  "hold.expired",
  "hold.withdrawn",
  "hold.superseded",
]);

const id = z.string().describe("the place right behind it: `after`, to go on there");

/** Something that happened in a namespace, or that the server cannot say any more what did. */
export const ChangeEvent = z
  .union([
    z.object({
      id,
      type: changeType,
      at: moment,
      run: z.object({
        id: z.string(),
        generation: z.int(),
        workflow: z.string(),
        attributes: attributes.describe("as they are now"),
      }),
      hold: z
        .object({ id: z.string(), key: z.string(), name: z.string(), severity })
        .nullable()
        .describe("null when it happened to the run"),
    }),
    z.object({
      id,
      type: z.literal("lost").describe("the reader was away for too long: look at everything"),
      at: moment,
    }),
  ])
  .meta({ id: "ChangeEvent" });
