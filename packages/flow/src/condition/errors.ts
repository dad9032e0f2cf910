import { HoldpointError } from "@holdpoint/core";

/** Two values cannot be compared in the way a condition asks for: a missing number, a text with a number. Never counts as false. */
export class ComparisonError extends HoldpointError {
  constructor(path: string, operator: string, left: unknown, right: unknown, expected: string) {
    super(
      "COMPARISON",
      `"${path}" ${operator} ${shown(right)} cannot be decided: "${path}" is ${shown(left)}; ${expected}`,
      { path, operator },
    );
  }
}

/** A condition written as an expression could not be evaluated, or gave something else than true or false. */
export class ExpressionError extends HoldpointError {
  constructor(expression: string, reason: string, options?: ErrorOptions) {
    super("EXPRESSION", `"${expression}": ${reason}`, { expression }, options);
  }
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "bigint") return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
