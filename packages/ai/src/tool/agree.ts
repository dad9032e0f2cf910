import {
  type Approval,
  HoldExpiredError,
  type JsonSchema,
  type Severity,
  type StandardSchemaV1,
  type WorkflowContext,
} from "@holdpoint/core";
import { canonicalJson } from "@holdpoint/flow";
import type { ToolResultPart } from "../model/message.ts";
import { type ToolApproval, triggersOf } from "./approval.ts";

/** A tool as far as its approval is concerned. */
export interface ApprovedTool {
  readonly name: string;
  readonly approval: ToolApproval<never>;
  readonly risk: Severity;
  /** Makes the arguments editable. */
  readonly editing?: { readonly schema: StandardSchemaV1; readonly jsonSchema: JsonSchema };
}

/** Who calls, and what triggers may look at. */
export interface ApprovalFacts {
  readonly caller: string;
  readonly confidence?: number;
  readonly cost?: number;
  readonly tokens?: number;
}

/** The arguments to call with, or why it is not called. */
export type Agreed =
  | { readonly args: unknown; readonly edited?: ToolResultPart["edited"] }
  | { readonly reason: string };

/**
 * Asks whoever must agree to a call of a tool.
 *
 * @param given the arguments as they were proposed: what people see
 * @param args the same as the tool's schema gives them back: what it is called with. Default the same.
 */
export async function agreeTo(
  ctx: WorkflowContext,
  tool: ApprovedTool,
  given: unknown,
  facts: ApprovalFacts,
  args: unknown = given,
): Promise<Agreed> {
  const asks = triggersOf(tool.approval as ToolApproval, args, tool.risk);
  if (!asks) return { args };
  const { triggers, terms } = asks;
  const { reviewers, deadline, title, consequence, editable = true } = terms;
  const { caller, ...known } = facts;
  try {
    const approval: Approval<unknown> = await ctx.approve(`tool ${tool.name}`, {
      title: title ?? `${caller} wants to call ${tool.name}`,
      severity: tool.risk,
      action: { name: tool.name, arguments: given, ...(editable && tool.editing) },
      ...(consequence !== undefined && { consequence }),
      ...(reviewers && { reviewers }),
      ...(deadline && { deadline }),
      ...(triggers && { holdWhen: triggers, facts: known }),
    });
    if (!approval.approved) return { reason: denialOf(approval) };
    if (approval.args === undefined || canonicalJson(approval.args) === canonicalJson(given)) return { args };
    return { args: approval.args, edited: { by: approval.by, args: approval.args } };
  } catch (error) {
    if (error instanceof HoldExpiredError) return { reason: "Nobody agreed to it in time." };
    throw error;
  }
}

function denialOf({ by, note }: Approval<unknown>): string {
  const who = by === null ? "It was denied" : `${by} denied it`;
  return `${who}${note ? `: ${note}` : ""}.`.replace(/\.\.$/, ".");
}
