import { CancelledError, HoldpointError, StepFailedError, type StepInfo, type WorkflowContext } from "@holdpoint/core";
import { canonicalJson } from "@holdpoint/flow";
import type { ToolCallPart, ToolResultPart } from "../model/message.ts";
import { check, issuesText } from "../schema.ts";
import { type ApprovalFacts, type ApprovedTool, agreeTo } from "./agree.ts";
import type { Tool, ToolInfo } from "./tool.ts";

/** What a tool call may look at besides its arguments. */
export interface CallFacts extends ApprovalFacts {
  /** Calls that were denied, which are not asked about twice. */
  readonly denied: DeniedCalls;
}

/** The calls that people have denied: the identical call is answered with the same reason, and nobody is asked again. */
export class DeniedCalls {
  readonly #reasons = new Map<string, string>();

  /** Why this very call was denied; undefined when it was not. */
  reason(tool: string, args: unknown): string | undefined {
    return this.#reasons.get(keyOf(tool, args));
  }

  add(tool: string, args: unknown, reason: string): void {
    this.#reasons.set(keyOf(tool, args), reason);
  }
}

const keyOf = (tool: string, args: unknown): string => `${tool} ${canonicalJson(args)}`;

/**
 * Does what a model asked for: checks the arguments, asks whoever must agree, and calls the tool as a recorded step. What goes
 * wrong with the call is its result, for the model to read; what ends the run is thrown.
 */
export async function callTool(
  ctx: WorkflowContext,
  tool: Tool,
  call: ToolCallPart,
  facts: CallFacts,
): Promise<ToolResultPart> {
  const result = (outcome: ToolResultPart["outcome"], value: unknown): ToolResultPart => ({
    type: "tool-result",
    id: call.id,
    name: call.name,
    outcome,
    result: value === undefined ? null : value,
  });
  if (call.invalid !== undefined) return result("error", `The arguments cannot be used: ${call.invalid}.`);
  const checked = check(tool.input, call.args, `tool "${tool.name}" input`);
  if (checked.issues) return result("error", `The arguments do not fit:\n${issuesText(checked.issues)}`);
  const before = facts.denied.reason(tool.name, call.args);
  if (before !== undefined) return result("denied", `${before} The identical call was blocked; do something else.`);
  const { denied, ...asked } = facts;
  const agreed = await agreeTo(ctx, approvedTool(tool), call.args, asked, checked.value);
  if ("reason" in agreed) {
    denied.add(tool.name, call.args, agreed.reason);
    return result("denied", `${agreed.reason} Do not make the same call again.`);
  }
  try {
    const given = result("ok", await perform(ctx, tool, agreed.args, call.id));
    return agreed.edited ? { ...given, edited: agreed.edited } : given;
  } catch (error) {
    if (!isToolFailure(error)) throw error;
    return result("error", `The tool failed: ${causeOf(error)}`);
  }
}

/** A tool as far as its approval is concerned. */
export const approvedTool = ({
  name,
  approval = "never",
  risk = "medium",
  input,
  declaration,
}: Tool): ApprovedTool => ({
  name,
  approval,
  risk,
  editing: { schema: input, jsonSchema: declaration.parameters },
});

/** Runs a tool's work: one recorded step, or workflow code of its own. */
export function perform(ctx: WorkflowContext, tool: Tool, args: unknown, callId: string): Promise<unknown> {
  const { execute, run, retry, timeout, once, name } = tool;
  if (run) return run.call(tool, ctx, args, { id: callId });
  return ctx.step(
    `tool ${name}`,
    async (info) => {
      const started = performance.now();
      let ok = false;
      try {
        const given: unknown = await execute?.call(tool, args, infoFor(info, callId));
        ok = true;
        return given;
      } finally {
        info.measure({ tools: [{ name, ms: Math.round(performance.now() - started), ok }] });
      }
    },
    { ...(retry && { retry }), ...(timeout !== undefined && { timeout }), ...(once && { once }) },
  );
}

function infoFor(info: StepInfo, callId: string): ToolInfo {
  return {
    callId,
    signal: info.signal,
    attempt: info.attempt,
    idempotencyKey: info.idempotencyKey,
    lastHeartbeat: info.lastHeartbeat,
    heartbeat: (details) => info.heartbeat(details),
    measure: (measures) => info.measure(measures),
    progress: (value) => info.progress(value),
  };
}

/** What the model is told, in contrast to what ends the run. */
function isToolFailure(error: unknown): boolean {
  if (error instanceof CancelledError || !(error instanceof Error)) return false;
  if (error instanceof HoldpointError) return failures.has(error.code);
  return true;
}

const failures = new Set([
  "STEP_FAILED",
  "CHILD_FAILED",
  "RUN_FAILED",
  "HOLD_EXPIRED",
  "TIMEOUT",
  "VALIDATION",
  "NOT_FOUND",
  "NON_RETRYABLE",
  "NOT_ALLOWED",
  "MODEL",
  "OUTPUT",
  "TURN_LIMIT",
  "GUARDRAIL",
]);

function causeOf(error: unknown): string {
  const cause = error instanceof StepFailedError && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
