import type { FlowDefinition } from "../definition/definition.ts";
import type { Registry } from "../definition/registry.ts";
import { codeProblems } from "../interpret/compile.ts";
import type { Problem } from "./problem.ts";
import { shapeProblems } from "./shape.ts";

/**
 * Everything that is wrong with a flow, at once, flows inside it too. Without a registry its shape alone is looked at: that is
 * enough for an editor. `makeFlow` and every builder refuse what is an error here; warnings are only told here.
 *
 * @example
 * const problems = validateFlow({
 *   name: "loop",
 *   nodes: [
 *     { id: "ask", kind: "gate" },
 *     { id: "again", kind: "gate" },
 *   ],
 *   edges: [
 *     { from: "ask", to: "again" },
 *     { from: "again", to: "ask" },
 *   ],
 *   entry: ["ask"],
 * });
 * problems[0]?.code; // "no-end"
 */
export function validateFlow(definition: FlowDefinition, registry?: Registry): Problem[] {
  const code = registry ? codeProblems(definition, registry) : [];
  return [...code, ...shapeProblems(definition)];
}
