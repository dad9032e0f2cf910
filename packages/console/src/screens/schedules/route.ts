import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

export const schedulesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "schedules",
  component: lazyRouteComponent(() => import("./screen.tsx"), "SchedulesScreen"),
});
