import type { FlowDefinition } from "../definition/definition.ts";
import { innerFlows } from "../definition/inner-flows.ts";
import { checkConflicts } from "./conflicts.ts";
import { checkEnds, flowHasEnd } from "./ends.ts";
import { checkJoins } from "./joins.ts";
import { checkNames } from "./names.ts";
import { outlineOf } from "./outline.ts";
import { type Problem, pathTo, reportInto } from "./problem.ts";
import { checkReach, reachable } from "./reach.ts";
import { checkValues } from "./values.ts";

/** Everything that is wrong with a flow's shape, flows inside it too; its code is not looked at. */
export function shapeProblems(definition: FlowDefinition): Problem[] {
  const problems: Problem[] = [];
  check(definition, "", flowHasEnd(definition), problems);
  return problems;
}

function check(definition: FlowDefinition, path: string, elsewhere: boolean, problems: Problem[]): void {
  const report = reportInto(problems, path);
  const outline = outlineOf(definition);
  checkNames(definition, outline, report);
  checkValues(definition, report);
  const found = reachable(outline);
  checkReach(outline, found, report);
  checkJoins(outline, report);
  checkEnds(outline, found, elsewhere, report);
  checkConflicts(definition, outline, found, report);
  for (const [i, node] of definition.nodes.entries()) {
    for (const { where, flow } of innerFlows(node)) {
      check(flow, pathTo(path, `nodes.${i}.${where}`), elsewhere, problems);
    }
  }
}
