import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

/** Whose history is shown. */
export interface SchedulesSearch {
  schedule?: string;
}

export const schedulesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "schedules",
  validateSearch: ({ schedule }: Record<string, unknown>): SchedulesSearch =>
    schedule ? { schedule: String(schedule) } : {},
  component: lazyRouteComponent(() => import("./screen.tsx"), "SchedulesScreen"),
});
