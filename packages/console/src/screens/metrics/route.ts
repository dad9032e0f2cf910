import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

export const metricsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "metrics",
  component: lazyRouteComponent(() => import("./screen.tsx"), "MetricsScreen"),
});
