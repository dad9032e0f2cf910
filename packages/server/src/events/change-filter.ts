import type { Attributes, Change } from "@holdpoint/core";

/** Which changes a reader wants; everything that is given must hold. */
export interface ChangeFilter {
  of?: "run" | "hold" | undefined;
  type?: readonly string[] | undefined;
  status?: readonly string[] | undefined;
  workflow?: readonly string[] | undefined;
  run?: string | undefined;
  attributes?: Attributes | undefined;
}

/** Whether a change is one the reader wants. `status` is what a run has become, so no change of a hold has one. */
export function fits({ type, run, hold }: Change, filter: ChangeFilter): boolean {
  const { of, type: types, status, workflow, run: id, attributes } = filter;
  if (of !== undefined && (of === "hold") !== (hold !== null)) return false;
  if (types !== undefined && !types.includes(type)) return false;
  if (status !== undefined && !(type.startsWith("run.") && status.includes(type.slice("run.".length)))) return false;
  if (workflow !== undefined && !workflow.includes(run.workflow)) return false;
  if (id !== undefined && id !== run.id) return false;
  for (const [name, value] of Object.entries(attributes ?? {}))
    if ((run.attributes[name] ?? null) !== value) return false;
  return true;
}
