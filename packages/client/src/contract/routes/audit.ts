import { z } from "zod";
import { AuditLine, auditOutcome } from "../audit.ts";
import { route } from "../route.ts";
import { moment, word } from "../text.ts";

const number = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

const filter = {
  by: word().optional().describe("who asked"),
  action: z
    .string()
    .regex(/^[a-zA-Z][\w.-]{0,60}\*?$/, "must be as in runs.cancel or runs.*")
    .optional(),
  target: word().optional().describe("an id that it was about"),
  outcome: z.array(auditOutcome).max(4).optional(),
  from: moment.optional(),
  until: moment.optional(),
};

export const auditRoutes = {
  "audit.list": route({
    tag: "Audit",
    summary: "Read the audit log, newest first",
    description:
      "Every call that changes something, before and after it was done, every one that was refused, every sign-in. Of your namespace. Nothing is ever removed. A page may have fewer lines than its limit: go on until `next` is null.",
    permission: "audit:read",
    query: z.strictObject({
      before: number.optional().describe("lines with a lower number: `next` of the page before"),
      ...filter,
      limit: z.int().min(1).max(1000).optional().describe("100 by default"),
    }),
    success: {
      200: z.object({ items: z.array(AuditLine), next: number.nullable().describe("`before` of the next page") }),
    },
  }),
  "audit.export": route({
    tag: "Audit",
    summary: "Export the audit log, oldest first",
    description: "All lines that fit, as a file: JSON Lines or CSV.",
    permission: "audit:read",
    query: z.strictObject({ ...filter, format: z.enum(["jsonl", "csv"]).optional().describe("jsonl by default") }),
    success: { 200: null },
    file: ["application/jsonl", "text/csv"],
  }),
  "audit.verify": route({
    tag: "Audit",
    summary: "Recompute the audit log's chain",
    description:
      "What was cut off at the end only an anchor shows: keep `head` somewhere else, and give it the next time.",
    permission: "audit:read",
    query: z.strictObject({
      head: z
        .string()
        .regex(/^[0-9a-f]{64}$/, "must be a hash: 64 hexadecimal digits")
        .optional()
        .describe("of an earlier verification"),
    }),
    success: {
      200: z.object({
        intact: z.boolean(),
        lines: number,
        head: z.string().nullable().describe("hash of the last line"),
        brokenAt: number.nullable().describe("the first line that does not follow from the one before it"),
        hasHead: z.boolean().nullable().describe("whether `head` is the hash of some line; null where none was given"),
      }),
    },
  }),
};
