import type { WorkflowSet } from "./queries.ts";

/** Whether a workflow is one of a set. */
export function inWorkflowSet(workflow: string, { names, prefixes }: WorkflowSet): boolean {
  return names.includes(workflow) || prefixes.some((prefix) => workflow.startsWith(prefix));
}
