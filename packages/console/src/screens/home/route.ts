import { createRoute, redirect } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

/** The first screen is what needs you. */
export const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/inbox", replace: true });
  },
});
