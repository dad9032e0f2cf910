import { NotFoundError } from "@holdpoint/core";

/** Workflows of Holdpoint itself: their runs are messages on their way, and nobody starts them by hand. */
export const isOwnWorkflow = (name: string): boolean => name.startsWith("holdpoint.");

/** @throws NotFoundError for whoever calls it is not there */
export function refuseOwnWorkflow(name: string): void {
  if (isOwnWorkflow(name)) throw new NotFoundError("workflow", name, "list them with GET /api/v1/workflows");
}
