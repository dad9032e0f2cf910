import { z } from "zod";
import { AuditLine } from "../audit.ts";
import { route } from "../route.ts";
import { moment } from "../text.ts";

const number = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const auditRoutes = {
  "audit.list": route({
    tag: "Audit",
    summary: "Read the audit log, newest first",
    description:
      "Every call that changes something, written before it was done, and every one that was refused. Of your namespace. Nothing is ever removed.",
    permission: "audit:read",
    query: z.strictObject({
      before: number.optional().describe("lines with a lower number: `next` of the page before"),
      from: moment.optional(),
      until: moment.optional(),
      limit: z.int().min(1).max(1000).optional().describe("100 by default"),
    }),
    success: {
      200: z.object({ items: z.array(AuditLine), next: number.nullable().describe("`before` of the next page") }),
    },
  }),
  "audit.verify": route({
    tag: "Audit",
    summary: "Recompute the audit log's chain",
    description: "What was cut off at the end only an anchor shows: keep `head` somewhere else, and compare.",
    permission: "audit:read",
    success: {
      200: z.object({
        intact: z.boolean(),
        lines: number,
        head: z.string().nullable().describe("hash of the last line"),
        brokenAt: number.nullable().describe("the first line that does not follow from the one before it"),
      }),
    },
  }),
};
