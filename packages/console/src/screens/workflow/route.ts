import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

/** What of a workflow is shown. */
export interface WorkflowSearch {
  tab?: "runs" | "schemas";
  /** The newest without one. */
  version?: number;
}

export const workflowRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "workflows/$workflow",
  validateSearch: (search: Record<string, unknown>): WorkflowSearch => ({
    ...((search.tab === "runs" || search.tab === "schemas") && { tab: search.tab }),
    ...(Number.isSafeInteger(search.version) && Number(search.version) > 0 && { version: Number(search.version) }),
  }),
  component: lazyRouteComponent(() => import("./screen.tsx"), "WorkflowScreen"),
});
