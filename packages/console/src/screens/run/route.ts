import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";
import { readRunSearch } from "./search.ts";

export const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "runs/$run",
  validateSearch: readRunSearch,
  component: lazyRouteComponent(() => import("./screen.tsx"), "RunScreen"),
});
