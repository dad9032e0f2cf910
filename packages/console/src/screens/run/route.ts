import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

export const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "runs/$run",
  component: lazyRouteComponent(() => import("./screen.tsx"), "RunScreen"),
});
