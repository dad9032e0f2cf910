import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

/** What the list is narrowed to. */
export interface WorkflowsSearch {
  q?: string;
}

export const workflowsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "workflows",
  validateSearch: (search: Record<string, unknown>): WorkflowsSearch => ({
    ...(search.q !== undefined && search.q !== "" && { q: String(search.q) }),
  }),
  component: lazyRouteComponent(() => import("./screen.tsx"), "WorkflowsScreen"),
});
