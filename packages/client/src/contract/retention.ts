import { z } from "zod";
import { moment } from "./text.ts";

const count = z.int().min(0);
const term = z.int().min(0).nullable();

/** What stays how long, how much there is, and what has had its time. */
export const Retention = z
  .object({
    runsMs: term.describe("how long finished runs stay, in ms; null: for ever"),
    tombstonesMs: z.int().min(0).describe("how long a removed run's tombstone answers for it, in ms"),
    holdsMs: term.describe("how long holds of removed runs stay, in ms; null: for ever"),
    everyMs: z.int().describe("how often a worker looks, in ms"),
    due: z
      .object({ before: moment, runs: count, runsWithinDay: count })
      .nullable()
      .describe(
        "runs with all they called that finished before then: the next look removes them; and those within a day more",
      ),
    sizes: z.object({
      at: moment.describe("when it was counted; at most every ten seconds"),
      runs: z.record(z.string(), count).describe("by status"),
      openHolds: count,
      bytes: z
        .int()
        .min(0)
        .nullable()
        .describe("of the whole store; null, too, for whoever is of another namespace than the server's"),
      tables: z
        .array(z.object({ name: z.string(), rows: count, bytes: count }))
        .nullable()
        .describe("about, as the database's statistics say, the largest first; null where it has none, as SQLite"),
    }),
  })
  .meta({ id: "Retention" });

/** What a look removed. */
export const Retained = z
  .object({
    removed: count.describe("runs, with all they called"),
    tombstones: count,
    holds: count,
    records: count.describe("expired sessions and the like"),
    more: z.boolean().describe("there is more that has had its time: ask again"),
  })
  .meta({ id: "Retained" });
