import { z } from "zod";
import { route } from "../route.ts";
import { moment } from "../text.ts";

const tag = "System";

export const systemRoutes = {
  "system.version": route({
    tag,
    summary: "Versions",
    permission: "signed-in",
    success: { 200: z.object({ holdpoint: z.string(), node: z.string(), api: z.literal("v1") }) },
  }),
  "system.metrics": route({
    tag,
    summary: "Metrics for Prometheus",
    description: "Of the process that answers, and of the store. For principals of the server's own namespace.",
    permission: "metrics:read",
    success: { 200: z.string() },
    text: "text/plain",
  }),
  "system.workers": route({
    tag,
    summary: "Live workers",
    description: "Processes that execute runs, as they have told the store; those whose lease is over are left out.",
    permission: "metrics:read",
    success: {
      200: z.object({
        items: z.array(
          z
            .object({
              incarnation: z.string().describe("new for every start of a worker"),
              host: z.string(),
              pid: z.int(),
              leaseUntil: moment.describe("when it counts as dead unless it says that it lives"),
              capabilities: z
                .array(z.object({ workflow: z.string(), version: z.int() }))
                .describe("the workflows it has code for"),
            })
            .meta({ id: "Worker" }),
        ),
      }),
    },
  }),
  "system.live": route({
    tag,
    summary: "Whether the process answers",
    permission: "public",
    success: { 200: z.object({ status: z.literal("ok") }) },
  }),
  "system.ready": route({
    tag,
    summary: "Whether it can take work",
    description: "503 while it cannot reach its store, and once it is shutting down.",
    permission: "public",
    success: { 200: z.object({ status: z.literal("ready") }) },
  }),
};
