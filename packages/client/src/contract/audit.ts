import { z } from "zod";
import { moment } from "./text.ts";

/** A line of the server's audit log. */
export const AuditLine = z
  .object({
    n: z.int().describe("its number, from 1, without gaps"),
    at: moment,
    by: z.string().describe("who asked"),
    route: z.string().describe("for what: `runs.cancel`, `holds.decide`, …"),
    target: z.record(z.string(), z.unknown()).describe("of what: the parts of the path, and an id that was sent"),
    outcome: z.enum(["asked", "refused"]).describe("`asked` is written before anything is done"),
    code: z.string().nullable().describe("why it was refused"),
    address: z.string().nullable(),
    requestId: z.string(),
    hash: z.string().describe("binds it to every line before it"),
  })
  .meta({ id: "AuditLine" });
