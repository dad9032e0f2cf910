import { annotationsRoute } from "./annotations/route.ts";
import { builderRoute } from "./builder/route.ts";
import { homeRoute } from "./home/route.ts";
import { inboxRoutes } from "./inbox/route.ts";
import { metricsRoute } from "./metrics/route.ts";
import { patternsRoute } from "./patterns/route.ts";
import { runRoute } from "./run/route.ts";
import { runsRoute } from "./runs/route.ts";
import { schedulesRoute } from "./schedules/route.ts";
import { settingsRoute } from "./settings/route.ts";
import { signInRoute } from "./sign-in/route.ts";
import { workflowRoute } from "./workflow/route.ts";
import { workflowsRoute } from "./workflows/route.ts";

/** Every screen. What a screen shows is loaded when somebody goes there. */
export const screens = [
  homeRoute,
  ...inboxRoutes,
  runsRoute,
  runRoute,
  workflowsRoute,
  workflowRoute,
  patternsRoute,
  builderRoute,
  schedulesRoute,
  annotationsRoute,
  metricsRoute,
  settingsRoute,
  signInRoute,
] as const;
