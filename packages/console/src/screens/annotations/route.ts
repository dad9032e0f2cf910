import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

/** Which queue is looked at, and what of it; without one, all there are. */
export interface AnnotationsSearch {
  queue?: string;
  tab?: "quality" | "done";
}

export const annotationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "annotations",
  validateSearch: (search: Record<string, unknown>): AnnotationsSearch => ({
    ...(search.queue !== undefined && { queue: String(search.queue).slice(0, 128) }),
    ...((search.tab === "quality" || search.tab === "done") && { tab: search.tab }),
  }),
  component: lazyRouteComponent(() => import("./screen.tsx"), "AnnotationsScreen"),
});
