import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

export const builderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "builder",
  component: lazyRouteComponent(() => import("./screen.tsx"), "BuilderScreen"),
});
