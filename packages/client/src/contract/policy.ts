import { z } from "zod";
import { json } from "./text.ts";

const count = z.int().min(0);
const outcome = z.object({
  outcome: z.string().describe("`automatic`: nobody would have been asked"),
  by: z.string().nullable(),
  waitedMs: z.number().nullable().describe("null while it is open"),
});

/** Rules of a hold, as they stand in a workflow. What is left out stays as it was. */
export const triedRules = z
  .strictObject({
    holdWhen: z
      .array(z.record(z.string(), json))
      .max(50)
      .optional()
      .describe('triggers, as in `[{ "amountAbove": 100 }]`; also `{ "cel": "amount > 100" }`'),
    reviewers: z.record(z.string(), json).optional().describe("who decides, and how many"),
    deadline: z.array(z.record(z.string(), json)).max(50).optional().describe("the rungs of its ladder"),
    calendar: z.record(z.string(), json).optional().describe("when people work: for `deadline`"),
  })
  .refine((rules) => Object.values(rules).some((rule) => rule !== undefined), "must have a rule")
  .meta({ id: "TriedRules" });

/** How people answered the holds that one trigger opened. */
export const TriggerLesson = z
  .object({
    rule: z.string().describe("as in `amountAbove`"),
    decided: count.describe("holds that it fired for and that a person decided"),
    unchanged: count.describe("approved as proposed: nobody was needed"),
    edited: count.describe("approved with other arguments"),
    rejected: count,
  })
  .meta({ id: "TriggerLesson" });

const fired = z.array(z.looseObject({ rule: z.string() }));

/** What other rules would have made of the past. */
export const PolicyTrial = z
  .object({
    holds: z.object({
      looked: count.describe("holds that were looked at"),
      same: count.describe("those that would have ended in the same way"),
      changes: z
        .array(
          z.object({
            holdId: z.string(),
            runId: z.string(),
            before: outcome,
            after: outcome,
            why: z.array(z.string()).describe("what people did that the rules refuse, and what is missing"),
          }),
        )
        .describe("the others, at most a hundred"),
      waitedMs: z
        .object({ holds: count, before: z.number().nullable(), after: z.number().nullable() })
        .describe("how long holds waited on average, in ms, where that is known before and after"),
    }),
    gate: z
      .object({
        looked: count.describe("times the gate was passed, held or not"),
        held: z.object({ before: count, after: count }).describe("how many of them asked a person, and would"),
        changes: z
          .array(z.object({ runId: z.string(), key: z.string(), before: fired, after: fired }))
          .describe("at most a hundred"),
      })
      .nullable()
      .describe("null without `holdWhen`"),
  })
  .meta({ id: "PolicyTrial" });
