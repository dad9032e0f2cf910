import { z } from "zod";
import { moment } from "./text.ts";

/** What became of a call. */
export const auditOutcome = z.enum(["asked", "done", "refused", "failed"]);

const standing = z
  .looseObject({ digest: z.string().describe("SHA-256 of all that is shown of it") })
  .nullable()
  .describe("how what the call is about stood: a digest, and a few facts");

/** A line of the server's audit log. */
export const AuditLine = z
  .object({
    n: z.int().describe("its number, from 1, without gaps"),
    at: moment,
    by: z.string().nullable().describe("who asked; null for nobody we know"),
    action: z.string().describe("for what: `runs.cancel`, `holds.decide`, `session.sign-in`, …"),
    target: z.record(z.string(), z.unknown()).describe("of what: the parts of the path, and ids that were sent"),
    outcome: auditOutcome.describe("`asked` is written before anything is done"),
    code: z.string().nullable().describe("why it was refused, or failed"),
    address: z.string().nullable(),
    requestId: z.string().nullable(),
    count: z.int().describe("how many calls it stands for: refused ones of an address are counted by the minute"),
    before: standing,
    after: standing,
    hash: z.string().describe("binds it to every line before it"),
  })
  .meta({ id: "AuditLine" });
