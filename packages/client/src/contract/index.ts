/**
 * The API as zod schemas: every route with its permission, what it takes and what it gives. The server validates with them, the OpenAPI
 * document is generated from them, and the client's types are theirs.
 *
 * @example
 * import { routes } from "@holdpoint/client/contract";
 * console.log(Object.keys(routes));
 */

import type { RouteName } from "../paths.ts";
import type { RouteDefinition } from "./route.ts";
import { accessRoutes } from "./routes/access.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { annotationRoutes } from "./routes/annotations.ts";
import { auditRoutes } from "./routes/audit.ts";
import { eventRoutes } from "./routes/events.ts";
import { holdRoutes } from "./routes/holds.ts";
import { hookRoutes } from "./routes/hooks.ts";
import { issuerRoutes } from "./routes/issuer.ts";
import { meRoutes } from "./routes/me.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { peopleRoutes } from "./routes/people.ts";
import { pipelineRoutes } from "./routes/pipelines.ts";
import { runRoutes } from "./routes/runs.ts";
import { scheduleRoutes } from "./routes/schedules.ts";
import { systemRoutes } from "./routes/system.ts";
import { taskRoutes } from "./routes/tasks.ts";
import { upkeepRoutes } from "./routes/upkeep.ts";
import { webhookRoutes } from "./routes/webhooks.ts";
import { workflowRoutes } from "./routes/workflows.ts";

export { paths, type RouteName } from "../paths.ts";
export { permission, role } from "./access.ts";
export { HookAction, HookDefinition, HookSource } from "./hook.ts";
export { Problem } from "./problem.ts";
export type { RouteDefinition, RoutePermission } from "./route.ts";

/** Every route by its name. Where it is stands in `paths`. */
export const routes = {
  ...workflowRoutes,
  ...pipelineRoutes,
  ...runRoutes,
  ...holdRoutes,
  ...scheduleRoutes,
  ...eventRoutes,
  ...taskRoutes,
  ...annotationRoutes,
  ...accessRoutes,
  ...accountRoutes,
  ...issuerRoutes,
  ...meRoutes,
  ...peopleRoutes,
  ...upkeepRoutes,
  ...webhookRoutes,
  ...hookRoutes,
  ...metricsRoutes,
  ...auditRoutes,
  ...systemRoutes,
} satisfies Record<RouteName, RouteDefinition>;

/** The routes with all that is known of each. */
export type Routes = typeof routes;
