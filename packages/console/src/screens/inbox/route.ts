import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";
import { readSearch } from "./views.ts";

/** The list of what needs somebody; below it one hold, and those like it. */
const listRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "inbox",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("./screen.tsx"), "InboxScreen"),
});

const holdRoute = createRoute({ getParentRoute: () => listRoute, path: "$hold" });

const alikeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "inbox/$hold/alike",
  validateSearch: (search: Record<string, unknown>): { holds?: string } =>
    typeof search.holds === "string" && search.holds !== "" ? { holds: search.holds } : {},
  component: lazyRouteComponent(() => import("./alike/screen.tsx"), "AlikeScreen"),
});

export const inboxRoutes = [listRoute.addChildren([holdRoute]), alikeRoute] as const;
