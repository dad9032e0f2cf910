import type { RouteInput } from "@holdpoint/client";

/** All holds of a run, however they ended. */
export const everyHold = (run: string): RouteInput<"holds.list"> => ({
  run,
  status: ["open", "answered", "decided", "expired", "withdrawn", "superseded"],
  limit: 100,
});
