import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

export const workflowRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "workflows/$workflow",
  component: lazyRouteComponent(() => import("./screen.tsx"), "WorkflowScreen"),
});
