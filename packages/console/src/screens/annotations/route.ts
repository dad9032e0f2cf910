import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

export const annotationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "annotations",
  component: lazyRouteComponent(() => import("./screen.tsx"), "AnnotationsScreen"),
});
