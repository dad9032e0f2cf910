import type { Attributes, Change } from "@holdpoint/core";
import { type Reach, reaches } from "../access/reach.ts";

/** Which changes a reader wants; everything that is given must hold. */
export interface ChangeFilter {
  of?: "run" | "hold" | undefined;
  type?: readonly string[] | undefined;
  status?: readonly string[] | undefined;
  workflow?: readonly string[] | undefined;
  run?: string | undefined;
  attributes?: Attributes | undefined;
  /** Of holds with at least one of these tags. */
  tag?: readonly string[] | undefined;
  /** Of which workflows the reader may see runs and holds. Default: of all. */
  within?: { runs: Reach; holds: Reach };
}

/** The tags of a hold, where they were read for a filter that asks for some. */
export type TagsOf = (holdId: string) => readonly string[];

const untagged: TagsOf = () => [];

/**
 * Whether a change is one the reader wants. `status` is what a run has become, so no change of a hold has one, and tags are a hold's, so
 * no change of a run has one.
 */
export function fits({ type, run, hold }: Change, filter: ChangeFilter, tagsOf: TagsOf = untagged): boolean {
  const { of, type: types, status, workflow, run: id, attributes, tag, within } = filter;
  if (within && !reaches(hold === null ? within.runs : within.holds, run.workflow)) return false;
  if (of !== undefined && (of === "hold") !== (hold !== null)) return false;
  if (types !== undefined && !types.includes(type)) return false;
  if (status !== undefined && !(type.startsWith("run.") && status.includes(type.slice("run.".length)))) return false;
  if (workflow !== undefined && !workflow.includes(run.workflow)) return false;
  if (id !== undefined && id !== run.id) return false;
  if (tag !== undefined && (hold === null || !tagsOf(hold.id).some((one) => tag.includes(one)))) return false;
  for (const [name, value] of Object.entries(attributes ?? {}))
    if ((run.attributes[name] ?? null) !== value) return false;
  return true;
}
