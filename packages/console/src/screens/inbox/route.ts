import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

export const inboxRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "inbox",
  component: lazyRouteComponent(() => import("./screen.tsx"), "InboxScreen"),
});
