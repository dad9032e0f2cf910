import { NotAllowedError, ValidationError, type WorkflowContext } from "@holdpoint/core";
import { check } from "../schema.ts";
import { agreeTo } from "./agree.ts";
import { approvedTool, perform } from "./call-tool.ts";
import type { Tool } from "./tool.ts";

/** How a tool is called without a model. */
export interface ToolStepOptions {
  /** Who calls, for the approval's title. Default: the workflow. */
  caller?: string;
}

/**
 * Calls a tool from workflow code, with the same checks, the same approval and the same record as when a model calls it. Its failure
 * is thrown.
 *
 * @example
 * const receipt = await toolStep(ctx, refund, { orderId: "A-7", amount: 120 });
 *
 * @throws ValidationError the arguments do not fit. NotAllowedError it was denied. StepFailedError it failed
 */
export async function toolStep<In, Out>(
  ctx: WorkflowContext,
  tool: Tool<In, Out>,
  args: In,
  options: ToolStepOptions = {},
): Promise<Out> {
  const checked = check<unknown>(tool.input, args, `tool "${tool.name}" input`);
  if (checked.issues) throw new ValidationError(`arguments of tool "${tool.name}"`, checked.issues);
  const agreed = await agreeTo(
    ctx,
    approvedTool(tool),
    args,
    { caller: options.caller ?? ctx.run.workflow },
    checked.value,
  );
  if ("reason" in agreed) throw new NotAllowedError(`tool "${tool.name}" was not called: ${agreed.reason}`);
  return (await perform(ctx, tool, agreed.args, "")) as Out;
}
