import { z } from "zod";
import { jsonSchema } from "./text.ts";

/** A workflow in a list. */
export const WorkflowSummary = z
  .object({
    name: z.string(),
    version: z.int().describe("the newest, which new runs get"),
    versions: z.array(z.int()).describe("all that are registered, newest first"),
  })
  .meta({ id: "WorkflowSummary" });

/** A version of a workflow. Schemas are null where it has none, or one that JSON Schema cannot say. */
export const WorkflowDescription = z
  .object({
    name: z.string(),
    version: z.int(),
    versions: z.array(z.int()),
    queue: z.string(),
    input: jsonSchema.nullable(),
    output: jsonSchema.nullable(),
    signals: z.record(z.string(), jsonSchema.nullable()),
  })
  .meta({ id: "Workflow" });
