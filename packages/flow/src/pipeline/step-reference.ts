import type { PipelineStepDocument } from "./document.ts";

/** The name under which a step's code is looked for: "module:Class", "Class", or its id. */
export function stepReference(step: Pick<PipelineStepDocument, "id" | "step_class" | "class" | "module">): string {
  const name = step.step_class ?? step.class;
  if (name === undefined) return step.id;
  return step.module === undefined ? name : `${step.module}:${name}`;
}
