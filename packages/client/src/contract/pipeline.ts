import { z } from "zod";
import { moment } from "./text.ts";

/** A pipeline document, as people and tools write it. Its shape is `pipeline.schema.json` of `@holdpoint/flow`. */
const document = z.record(z.string(), z.unknown()).describe("a pipeline document");

/** Something that is said about a document, with its place in it. */
const Remark = z.object({ path: z.string(), message: z.string() }).meta({ id: "PipelineRemark" });

const about = {
  name: z.string().describe("the workflow's name"),
  version: z.int(),
  title: z.string().describe("the document's own name"),
  versions: z.array(z.int()).describe("those that can be read, newest first"),
  hash: z.string().describe("SHA-256 of the content, whatever its spaces and the order of its keys"),
  by: z.string().nullable(),
  at: moment,
  problems: z.array(Remark).describe("why this server cannot run it: code it names is not here"),
};

/** A pipeline in a list. */
export const PipelineSummary = z.object(about).meta({ id: "PipelineSummary" });

/** A version of a pipeline. */
export const Pipeline = z
  .object({ ...about, document, etag: z.string().describe("what `If-Match` takes to replace it") })
  .meta({ id: "Pipeline" });

/** A pipeline as it is sent. */
export const PipelineText = z.strictObject({ document }).meta({ id: "PipelineRequest" });

/** What is wrong with a document, and what is doubtful. */
export const PipelineCheck = z
  .object({ valid: z.boolean(), problems: z.array(Remark), warnings: z.array(Remark) })
  .meta({ id: "PipelineCheck" });

/** What a pipeline can be made of here. */
export const PipelinePalette = z
  .object({
    steps: z.array(z.string()).describe("names that a step's `step_class` may have, with its module where it has one"),
    functions: z.array(z.string()).describe("names that conditions may call"),
    templates: z
      .array(z.object({ name: z.string(), title: z.string(), description: z.string(), document }))
      .describe("whole documents to begin with"),
  })
  .meta({ id: "PipelinePalette" });

/** A workflow as a drawing. A workflow in code has none: what it does is in the journals of its runs. */
export const WorkflowGraph = z
  .object({
    workflow: z.string(),
    version: z.int(),
    source: z.enum(["flow", "code"]),
    nodes: z.array(z.object({ id: z.string(), kind: z.string(), title: z.string().nullable() })),
    edges: z.array(z.object({ from: z.string(), to: z.string(), when: z.string().nullable() })),
    entry: z.array(z.string()),
    mermaid: z.string().nullable().describe("the same as a Mermaid flowchart"),
  })
  .meta({ id: "WorkflowGraph" });
