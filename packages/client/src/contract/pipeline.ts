import { z } from "zod";
import { Hold } from "./hold.ts";
import { json, moment, prose, word } from "./text.ts";

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

const dryResult = z.union([
  z.strictObject({ output: json }),
  z.strictObject({ error: z.strictObject({ name: z.string().max(256), message: z.string().max(10_000) }) }),
]);

const dryStep = z.strictObject({
  use: z
    .enum(["sample", "code"])
    .optional()
    .describe(
      "`sample` (the default) executes nothing; `code` executes the step, with everything that follows from it",
    ),
  output: json.optional().describe("what the step gives as a sample; by default one made from its output schema"),
  error: prose(2000).optional().describe("the step fails as a sample, in these words"),
  done: z
    .array(dryResult)
    .max(500)
    .optional()
    .describe("what its code gave in an earlier dry run, in its order: that is not executed again"),
});

const dryAnswer = z.union([
  z.strictObject({ value: json, by: word().optional(), note: prose().optional() }),
  z.strictObject({ lapse: z.literal(true).describe("nobody answers until its deadline") }),
]);

/** A document that is to be tried out, and with what. */
export const PipelineDryRunRequest = z
  .strictObject({
    document,
    input: json.optional().describe("what a run would be started with; `{}` by default"),
    steps: z.record(word(), dryStep).optional().describe("by the id of the step"),
    answers: z
      .record(word(), z.array(dryAnswer).max(500))
      .optional()
      .describe("by the name of the hold, in the order in which it opens"),
    at: moment.optional().describe("when it begins; now by default"),
  })
  .meta({ id: "PipelineDryRunRequest" });

const dryVisit = z.object({
  step: z.string(),
  path: z.string().describe("where the step is in the document: `steps[2]`"),
  visit: z.int().describe("the how manieth time, from 1"),
  status: z.enum(["done", "recovered", "failed", "waiting", "stopped"]),
  how: z
    .enum(["sample", "generated", "code", "earlier", "person", "flow"])
    .describe("where its result comes from; `generated`: a sample made from the schema"),
  startedAt: z.number().describe("in ms since the dry run began, in its own time"),
  endedAt: z.number().nullable(),
  tookMs: z.number().nullable().describe("what its code took; null where none was executed"),
  attempts: z.int(),
  input: json.optional().describe("what its `inputs` map, templates filled in; without any, all the data there was"),
  config: json.optional(),
  output: json.optional(),
  error: z.object({ name: z.string(), message: z.string() }).nullable(),
  left: z.array(z.enum(["input", "config", "output"])).describe("what is too large to be shown"),
});

const holdPreview = z
  .object({
    subject: z.string().describe("of a mail"),
    mail: z.string().describe("a mail's text"),
    slack: z
      .array(z.object({ type: z.enum(["header", "section", "fields"]), texts: z.array(z.string()) }))
      .describe("the blocks of a message in Slack, all of them plain text"),
    text: z.string().describe("as plain text, for approval systems and webhooks"),
  })
  .describe("what it looks like where people are told of it, without the link that a real one has");

/** What a dry run found. */
export const PipelineDryRun = z
  .object({
    status: z
      .enum(["completed", "failed", "waiting", "stopped"])
      .describe("`waiting`: for answers of `holds`; `stopped`: at a limit, or at something that cannot come"),
    output: json.describe("what the pipeline would give; null unless it completed"),
    problem: Remark.nullable().describe("why it failed or stopped, and where"),
    holds: z.array(
      Hold.pick({
        name: true,
        title: true,
        severity: true,
        context: true,
        form: true,
        people: true,
        dueAt: true,
      }).extend({ step: z.string().nullable(), preview: holdPreview }),
    ),
    visits: z.array(dryVisit),
    ways: z.array(z.object({ path: z.string().describe("`flow.paths[1]`"), asked: z.int(), taken: z.int() })),
    warnings: z.array(Remark),
    durationMs: z.number().describe("in its own time: sleeps and deadlines are skipped"),
  })
  .meta({ id: "PipelineDryRun" });

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
    nodes: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        title: z.string().nullable(),
        inside: z.array(z.string()).describe("ids of the steps, holds and waits in it, as of a loop or a choice"),
      }),
    ),
    edges: z.array(z.object({ from: z.string(), to: z.string(), when: z.string().nullable() })),
    entry: z.array(z.string()),
    mermaid: z.string().nullable().describe("the same as a Mermaid flowchart"),
  })
  .meta({ id: "WorkflowGraph" });
