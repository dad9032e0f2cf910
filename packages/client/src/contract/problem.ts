import { z } from "zod";

/** What went wrong, as RFC 9457 has it (`application/problem+json`), with our stable `code`. */
export const Problem = z
  .object({
    type: z.string().describe("where this kind of problem is explained"),
    title: z.string().describe("the kind of problem, in a few words"),
    status: z.int().describe("the HTTP status"),
    detail: z.string().describe("what went wrong and what to do, in one sentence"),
    code: z.string().describe("stable, for programs"),
    requestId: z.string().describe("names this request in the server's log"),
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe("each place that is wrong"),
    details: z.record(z.string(), z.unknown()).optional().describe("what a program may want to look at"),
  })
  .meta({ id: "Problem" });
