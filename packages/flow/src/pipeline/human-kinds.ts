import { normalName } from "../condition/operators.ts";
import type { PipelineStepDocument } from "./document.ts";

/** The ways a step can ask people. */
export type HumanKind = "input" | "review" | "conditional" | "stakeholders" | "timed";

const byName: Readonly<Record<string, HumanKind>> = {
  human_input: "input",
  human: "input",
  hitl: "input",
  pause_for_input: "input",
  review_and_approve: "review",
  conditional_human: "conditional",
  multi_stakeholder: "stakeholders",
  time_based_decision: "timed",
};

/** How a step asks people; null when it is work. Its type says so, or the name of its class where no module has one. */
export function humanKind(step: PipelineStepDocument): HumanKind | null {
  const byClass = ofName((step.step_class ?? step.class ?? "").replace(/Step$/, ""));
  const byType = ofName(step.type ?? "");
  if (byType) return byClass ?? byType;
  const foreign = step.module !== undefined && !/(^|\.)(hitl|human_input)\w*$/.test(step.module);
  return foreign ? null : byClass;
}

function ofName(name: string): HumanKind | null {
  const normal = normalName(name);
  return Object.hasOwn(byName, normal) ? (byName[normal] as HumanKind) : null;
}
