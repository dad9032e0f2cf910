import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

export const workflowsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "workflows",
  component: lazyRouteComponent(() => import("./screen.tsx"), "WorkflowsScreen"),
});
