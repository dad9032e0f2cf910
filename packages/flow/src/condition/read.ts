import { type Issue, ValidationError } from "@holdpoint/core";
import type { NameScope } from "../template/names.ts";
import type { Condition, JsonObject } from "./condition.ts";
import { ConditionReader } from "./reader.ts";

/** What a condition in a document may refer to besides the data. */
export interface ConditionScope extends NameScope {
  /** Takes a question for a model, and gives the path at which its decision will be; without it none can be asked. */
  readonly ask?: (question: JsonObject) => string;
  /** The conditions of the step that the path starts at: what `{ type: "condition" }` stands for. */
  readonly own?: unknown;
  /** What names in those conditions stand for: the step's inputs. */
  readonly aliases?: ReadonlyMap<string, string> | undefined;
}

/**
 * Reads a condition in any of the spellings documents use (`"always"`, `"parameter:draft"`, `{ type: "expression", config: { source,
 * operator: "gt", value } }`, `field_equals`, `all`, …) into the one model.
 *
 * @param path where it stands in its document, for errors.
 * @example
 * readCondition({ type: "expression", config: { source: "score.value", operator: "gt", value: 0.7 } });
 * // { type: "compare", path: "score.value", operator: "greater_than", value: 0.7 }
 *
 * @throws ValidationError naming every unknown type, operator and missing field with its place
 */
export function readCondition(json: unknown, path = "condition", scope: ConditionScope = nowhere): Condition {
  const issues: Issue[] = [];
  const condition = new ConditionReader(issues, scope).read(json, "");
  if (issues.length > 0) throw new ValidationError(path, issues);
  return condition;
}

const nowhere: ConditionScope = { steps: new Set() };
