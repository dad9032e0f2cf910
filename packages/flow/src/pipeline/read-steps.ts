import type { JsonObject } from "../condition/condition.ts";
import type { FlowDefinition, NodeDefinition, StepNode } from "../definition/definition.ts";
import type { PipelineStepDocument } from "./document.ts";
import type { Reading } from "./places.ts";
import { readErrorHandling } from "./read-errors.ts";
import { readHuman } from "./read-human.ts";
import { readInputSchema, readInputs, readOutputSchema } from "./read-inputs.ts";
import { stepReference } from "./step-reference.ts";

const reserved: ReadonlySet<string> = new Set(["parameters", "pipeline_input", "steps", "input"]);

/** The nodes of all steps, in their order. */
export function readSteps(reading: Reading): NodeDefinition[] {
  const seen = new Set<string>();
  return reading.document.steps.map((step, i) => {
    const path = `steps[${i}]`;
    checkId(step.id, path, seen, reading);
    return readStep(step, path, reading);
  });
}

function checkId(id: string, path: string, seen: Set<string>, reading: Reading): void {
  if (seen.has(id)) reading.problem(`${path}.id`, `"${id}" is there twice; ids are unique`);
  seen.add(id);
  if (reserved.has(id)) reading.problem(`${path}.id`, `"${id}" has a meaning of its own; call the step something else`);
  else if (/^end(_|$)/.test(id))
    reading.problem(`${path}.id`, `"${id}" is where paths end; call the step something else`);
  else if (!/^[\p{L}\p{N}$][\p{L}\p{N}_$-]*$/u.test(id)) {
    reading.problem(`${path}.id`, `"${id}" must be letters, digits, "_" or "-", so that templates can name it`);
  }
}

/** One step as a node; the step itself is kept with it, so that it can be written as it was. */
export function readStep(step: PipelineStepDocument, path: string, reading: Reading): NodeDefinition {
  const { join } = step;
  return { ...nodeOf(step, path, reading), ...(join && { join }), meta: { pipeline: step as unknown as JsonObject } };
}

function nodeOf(step: PipelineStepDocument, path: string, reading: Reading): NodeDefinition {
  if (step.type === "node") return { ...(step.node as NodeDefinition), id: step.id };
  const label = step.name === undefined ? {} : { label: step.name };
  if (step.type === "condition") return { id: step.id, kind: "gate", ...label };
  const children = step.config?.steps ?? step.config?.children;
  if ((step.type === "parallel" || step.step_class === "ParallelStep") && Array.isArray(children)) {
    return { ...parallelOf(step, children as PipelineStepDocument[], path, reading), ...label };
  }
  return readHuman(step, path, reading) ?? { ...workOf(step, path, reading), ...label };
}

function workOf(step: PipelineStepDocument, path: string, reading: Reading): StepNode {
  const inputs = readInputs(step, path, reading);
  const [inputSchema, outputSchema] = [readInputSchema(step), readOutputSchema(step)];
  return {
    id: step.id,
    kind: "step",
    uses: stepReference(step),
    ...(inputs && { inputs }),
    ...(step.config && { config: reading.template(step.config, `${path}.config`) }),
    ...(inputSchema && { inputSchema }),
    ...(outputSchema && { outputSchema }),
    ...readErrorHandling(step, reading.document.error_handling),
  };
}

/** Steps inside one step, side by side: each gets what the whole gets; one that fails leaves its error, and the others go on. */
function parallelOf(
  step: PipelineStepDocument,
  children: readonly PipelineStepDocument[],
  path: string,
  reading: Reading,
): NodeDefinition {
  const branch = (child: PipelineStepDocument, i: number): [string, FlowDefinition] => {
    const node = workOf(
      { ...child, id: child.id ?? child.name ?? `${step.id}_${i + 1}` },
      `${path}.config.steps[${i}]`,
      reading,
    );
    const forgiving: StepNode = { ...node, onError: node.onError ?? { uses: "pipeline.continue" } };
    return [node.id, { name: node.id, nodes: [forgiving], edges: [], entry: [node.id] }];
  };
  const inputs = readInputs(step, path, reading);
  const workers = step.config?.max_workers;
  return {
    id: step.id,
    kind: "parallel",
    branches: Object.fromEntries(children.map(branch)),
    ...(inputs && { inputs }),
    ...(typeof workers === "number" && { concurrency: workers }),
  };
}
