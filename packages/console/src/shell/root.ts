import { createRootRoute } from "@tanstack/react-router";
import { NotFound } from "./not-found.tsx";
import { Shell } from "./shell.tsx";

/** What every screen stands in. */
export const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound });
