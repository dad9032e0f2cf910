import { ValidationError } from "../errors.ts";
import type { Execution } from "./execution.ts";
import { type HoldSpec, openHold } from "./hold-call.ts";
import type { Scope } from "./scope.ts";

/** What an operator says about a `once` step whose end nobody saw. */
export type OperatorAnswer =
  | { action: "happened"; result?: unknown; reason?: string }
  | { action: "run"; result?: undefined; reason?: string }
  | { action: "fail"; result?: undefined; reason?: string };

/** The form of a hold about an unknown outcome. */
export const unknownOutcomeSchema = {
  type: "object",
  properties: {
    action: {
      type: "string",
      enum: ["happened", "run", "fail"],
      title: "What is true",
      description: "happened: it was done, with this result. run: it was not done, do it. fail: give it up.",
    },
    result: { title: "Its result, when it happened" },
    reason: { type: "string", title: "Why" },
  },
  required: ["action"],
  additionalProperties: false,
} as const;

/** Checks an operator's answer. */
export function acceptOperatorAnswer(value: unknown): OperatorAnswer {
  const action = (value as Partial<OperatorAnswer> | null)?.action;
  if (action !== "happened" && action !== "run" && action !== "fail") {
    throw new ValidationError("answer", [{ path: "action", message: 'must be "happened", "run" or "fail"' }]);
  }
  for (const field of Object.keys(value as object)) {
    if (!(field in unknownOutcomeSchema.properties))
      throw new ValidationError("answer", [{ path: field, message: "is not part of the answer; remove it" }]);
  }
  return value as OperatorAnswer;
}

/** Asks a person what became of attempt `attempt` of step `step` that must not be repeated blindly. */
export async function askOperator(
  execution: Execution,
  scope: Scope,
  key: string,
  step: string,
  name: string,
  attempt: number,
): Promise<OperatorAnswer> {
  const spec: HoldSpec = {
    name: `unknown outcome of ${name}`,
    origin: "operator",
    request: {
      title: `Did "${name}" happen?`,
      consequence: `The run goes on with what you say about attempt ${attempt} of step "${name}".`,
      severity: "high",
      context: { run: execution.row.id, workflow: execution.row.workflow, key: step, attempt },
    },
    schema: unknownOutcomeSchema,
    accept: acceptOperatorAnswer,
  };
  try {
    return (await openHold(execution, scope, spec, key)).value as OperatorAnswer;
  } finally {
    execution.operatorHolds--;
  }
}
