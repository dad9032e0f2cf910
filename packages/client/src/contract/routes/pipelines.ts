import { z } from "zod";
import { pageOf } from "../page.ts";
import {
  Pipeline,
  PipelineCheck,
  PipelineDryRun,
  PipelineDryRunRequest,
  PipelinePalette,
  PipelineSummary,
  PipelineText,
} from "../pipeline.ts";
import { route } from "../route.ts";

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,99}$/, 'must be 1 to 100 small letters, digits and "-"');
const params = z.object({ pipeline: name });
const tag = "Pipelines";
const version = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

export const pipelineRoutes = {
  "pipelines.list": route({
    tag,
    summary: "List pipelines, by name",
    description: "JSON pipelines kept in the store. Those in code are among the workflows.",
    permission: "workflows:read",
    success: { 200: pageOf(PipelineSummary) },
  }),
  "pipelines.check": route({
    tag,
    summary: "Check a pipeline's document",
    description: "Everything that is wrong with it, code it names and this server lacks included. Nothing is kept.",
    permission: "workflows:read",
    body: PipelineText,
    success: { 200: PipelineCheck },
  }),
  "pipelines.dryRun": route({
    tag,
    summary: "Try a pipeline's document out",
    description:
      "Runs it in memory: conditions, templates, loops and holds are those of a real run, time skips what is waited for, nothing is kept and nobody is told. Steps give samples; only those with `use: code` are executed, for which the permission runs:start is needed too. It stops at a hold without an answer: send the answer with all that was sent before, and what executed steps gave as `done`, and it goes on.",
    permission: "workflows:write",
    body: PipelineDryRunRequest,
    success: { 200: PipelineDryRun },
  }),
  "pipelines.palette": route({
    tag,
    summary: "What a pipeline can be made of",
    description: "Steps and functions that this server has code for, and templates to begin with.",
    permission: "workflows:read",
    success: { 200: PipelinePalette },
  }),
  "pipelines.show": route({
    tag,
    summary: "Show a pipeline with its document",
    permission: "workflows:read",
    params,
    query: z.strictObject({ version: version.optional().describe("the newest by default") }),
    success: { 200: Pipeline },
    etag: "gives",
  }),
  "pipelines.put": route({
    tag,
    summary: "Create a pipeline, or a version more of it",
    description:
      "Runs that are alive stay on their version. Where there is one with another content, `If-Match` with its `ETag` is required: of two who edit only one is taken. The same content again changes nothing.",
    permission: "workflows:write",
    params,
    body: PipelineText,
    success: { 200: Pipeline, 201: Pipeline },
    etag: "takes",
  }),
  "pipelines.remove": route({
    tag,
    summary: "Remove a pipeline",
    description: "No run of it begins any more. Runs that are alive go on, and its versions can still be read.",
    permission: "workflows:write",
    params,
    success: { 204: null },
    etag: "takes",
  }),
};
