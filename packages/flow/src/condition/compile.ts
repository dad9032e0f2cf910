import { closest, NotFoundError } from "@holdpoint/core";
import { builtInFunctions } from "./built-in.ts";
import { compileCel } from "./cel.ts";
import { comparisonOf, patternOf } from "./compare.ts";
import type { Condition } from "./condition.ts";
import { ExpressionError } from "./errors.ts";
import type { ConditionFacts, ConditionFunction } from "./functions.ts";
import { compilePath } from "./path.ts";

export type { ConditionFacts, ConditionFunction } from "./functions.ts";

/** A condition, ready to be asked: `data` is what its paths start in, `facts` is what the run knows of itself. */
export type ConditionTest = (data: Readonly<Record<string, unknown>>, facts?: ConditionFacts) => boolean;

/** The code that conditions may point at. */
export interface ConditionCode {
  readonly functions?: Readonly<Record<string, ConditionFunction>> | undefined;
}

/**
 * Makes a condition ready to be asked, once, when its flow is built. What cannot be decided (a number compared with nothing)
 * throws; it never counts as false.
 *
 * @example
 * const risky = compileCondition({ type: "compare", path: "order.total", operator: "greater_than", value: 100 });
 * risky({ order: { total: 120 } }); // true
 *
 * @throws NotFoundError it names a function that is not there. ExpressionError its CEL expression or pattern is not one
 */
export function compileCondition(condition: Condition, code: ConditionCode = {}): ConditionTest {
  switch (condition.type) {
    case "always":
      return () => true;
    case "exists": {
      const read = compilePath(condition.path);
      return (data) => read(data) !== undefined && read(data) !== null;
    }
    case "truthy": {
      const read = compilePath(condition.path);
      return (data) => isTruthy(read(data));
    }
    case "compare":
      return compileComparison(condition);
    case "all": {
      const tests = condition.conditions.map((one) => compileCondition(one, code));
      return (data, facts) => tests.every((test) => test(data, facts));
    }
    case "any": {
      const tests = condition.conditions.map((one) => compileCondition(one, code));
      return (data, facts) => tests.some((test) => test(data, facts));
    }
    case "not": {
      const test = compileCondition(condition.condition, code);
      return (data, facts) => !test(data, facts);
    }
    case "cel":
      return compileCel(condition.expression);
    case "function":
      return compileFunction(condition, code);
  }
}

function compileComparison(condition: Condition & { type: "compare" }): ConditionTest {
  const { path, operator, value = null, valuePath } = condition;
  const left = compilePath(path);
  const decide = comparisonOf(operator, path);
  if (valuePath !== undefined) {
    const right = compilePath(valuePath);
    return (data) => decide(left(data), right(data));
  }
  if (operator === "matches") checkPattern(value);
  return (data) => decide(left(data), value);
}

function checkPattern(pattern: unknown): void {
  try {
    patternOf(String(pattern));
  } catch (error) {
    throw new ExpressionError(String(pattern), "is not a regular expression", { cause: error });
  }
}

function compileFunction(condition: Condition & { type: "function" }, code: ConditionCode): ConditionTest {
  const { name, parameters } = condition;
  const given = code.functions && Object.hasOwn(code.functions, name) ? code.functions[name] : undefined;
  const decide = given ?? builtInFunctions[name];
  if (!decide) {
    const close = closest(name, [...Object.keys(code.functions ?? {}), ...Object.keys(builtInFunctions)]);
    throw new NotFoundError("function", name, close ? `did you mean "${close}"?` : "register it under this name");
  }
  return (data, facts = outsideOfRuns) => {
    const answer: unknown = decide(data, parameters, facts);
    if (typeof answer !== "boolean") {
      const gave = answer instanceof Promise ? "a promise; look things up in a step before it" : typeof answer;
      throw new ExpressionError(`${name}()`, `gives ${gave}, not true or false`);
    }
    return answer;
  };
}

const outsideOfRuns: ConditionFacts = { now: () => new Date(), run: { id: "" } };

/** Neither false, 0, "", null, an empty list nor missing. */
export function isTruthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
