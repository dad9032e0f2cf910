import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";
import { readRunsSearch } from "./search.ts";

export const runsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "runs",
  validateSearch: readRunsSearch,
  component: lazyRouteComponent(() => import("./screen.tsx"), "RunsScreen"),
});
