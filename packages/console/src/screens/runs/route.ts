import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

export const runsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "runs",
  component: lazyRouteComponent(() => import("./screen.tsx"), "RunsScreen"),
});
