import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

/** What is in the builder: a pipeline of the server, or a draft of this browser; without either, what there is to begin with. */
export interface BuilderSearch {
  pipeline?: string;
  draft?: string;
  tab?: "json" | "changes";
  /** What stands beside: the properties of what is chosen, or the dry run. */
  side?: "dry-run";
}

export const builderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "builder",
  validateSearch: (search: Record<string, unknown>): BuilderSearch => ({
    ...(typeof search.pipeline === "string" && { pipeline: search.pipeline }),
    ...(search.draft !== undefined && { draft: String(search.draft) }),
    ...((search.tab === "json" || search.tab === "changes") && { tab: search.tab }),
    ...(search.side === "dry-run" && { side: search.side }),
  }),
  component: lazyRouteComponent(() => import("./screen.tsx"), "BuilderScreen"),
});
