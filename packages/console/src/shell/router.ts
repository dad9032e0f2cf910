import { createRouter } from "@tanstack/react-router";
import { createElement } from "react";
import { readPlace } from "../data/place.ts";
import { screens } from "../screens/screens.ts";
import { Failure, Loading } from "../ui/states.tsx";
import { rootRoute } from "./root.ts";

/** The router of the page, below wherever the server is mounted. */
export const router = createRouter({
  routeTree: rootRoute.addChildren(screens),
  basepath: `${readPlace().base}/console`,
  defaultPreload: "intent",
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset }) => createElement(Failure, { error, onRetry: reset }),
  // What scrolls is inside the screens.
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
