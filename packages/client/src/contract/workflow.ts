import { z } from "zod";
import { jsonSchema } from "./text.ts";

/** What a workflow's definition says of itself. */
const told = {
  description: z.string().nullable().describe("what it does, in a sentence; null where it does not say"),
  pattern: z
    .object({ name: z.string().describe("`chain-of-thought`"), use: z.string().describe("what it is good for") })
    .nullable()
    .describe("the pattern of agents it is made by; null for other workflows"),
};

/** A workflow in a list. */
export const WorkflowSummary = z
  .object({
    name: z.string(),
    version: z.int().describe("the newest, which new runs get"),
    versions: z.array(z.int()).describe("all that are registered, newest first"),
    ...told,
  })
  .meta({ id: "WorkflowSummary" });

/** A version of a workflow. Schemas are null where it has none, or one that JSON Schema cannot say. */
export const WorkflowDescription = z
  .object({
    name: z.string(),
    version: z.int(),
    versions: z.array(z.int()),
    ...told,
    queue: z.string(),
    input: jsonSchema.nullable(),
    output: jsonSchema.nullable(),
    signals: z.record(z.string(), jsonSchema.nullable()),
  })
  .meta({ id: "Workflow" });
