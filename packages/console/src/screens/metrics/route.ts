import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

/** Which time, and of which workflow. */
export interface MetricsSearch {
  range?: string;
  workflow?: string;
}

export const metricsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "metrics",
  validateSearch: ({ range, workflow }: Record<string, unknown>): MetricsSearch => ({
    ...(range ? { range: String(range) } : {}),
    ...(workflow ? { workflow: String(workflow) } : {}),
  }),
  component: lazyRouteComponent(() => import("./screen.tsx"), "MetricsScreen"),
});
