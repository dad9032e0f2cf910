import { z } from "zod";
import { pageOf } from "../page.ts";
import { WorkflowGraph } from "../pipeline.ts";
import { route } from "../route.ts";
import { word } from "../text.ts";
import { WorkflowDescription, WorkflowSummary } from "../workflow.ts";

export const workflowRoutes = {
  "workflows.list": route({
    tag: "Workflows",
    summary: "List workflows",
    description: "Those this server has code for, by name.",
    permission: "workflows:read",
    success: { 200: pageOf(WorkflowSummary) },
  }),
  "workflows.show": route({
    tag: "Workflows",
    summary: "Describe a workflow",
    description: "Its versions and the JSON Schemas of what it takes, gives and can be sent.",
    permission: "workflows:read",
    params: z.object({ workflow: word(128) }),
    query: z.strictObject({
      version: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe("the newest by default"),
    }),
    success: { 200: WorkflowDescription },
  }),
  "workflows.graph": route({
    tag: "Workflows",
    summary: "Draw a workflow",
    description: "Nodes and edges of a chain, a graph or a pipeline. A workflow in code has none.",
    permission: "workflows:read",
    params: z.object({ workflow: word(128) }),
    query: z.strictObject({
      version: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe("the newest by default"),
    }),
    success: { 200: WorkflowGraph },
  }),
};
