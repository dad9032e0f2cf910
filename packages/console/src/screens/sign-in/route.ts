import { createRoute, redirect } from "@tanstack/react-router";
import { rootRoute } from "../../shell/root.ts";

/** Where a provider sends back who could not be signed in. Whoever gets past the gate is signed in: there is nothing to do here. */
export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "sign-in",
  beforeLoad: () => {
    throw redirect({ to: "/inbox", replace: true });
  },
});
