import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

/** Which pattern, and which run of it. */
export interface PatternsSearch {
  /** The workflow's name. The first one without it. */
  pattern?: string;
  run?: string;
}

export const patternsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "patterns",
  validateSearch: ({ pattern, run }: Record<string, unknown>): PatternsSearch => ({
    ...(pattern ? { pattern: String(pattern) } : {}),
    ...(run ? { run: String(run) } : {}),
  }),
  component: lazyRouteComponent(() => import("./screen.tsx"), "PatternsScreen"),
});
