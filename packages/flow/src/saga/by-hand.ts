import { type Approval, HoldExpiredError, type WorkflowContext } from "@holdpoint/core";
import type { ByHand } from "./options.ts";
import type { Undoing } from "./undoing.ts";

/**
 * Asks a person about each step that could not be undone, all at once. Approved means: I have undone it. Who rejects leaves it
 * as it is, and it stays in the list.
 */
export async function askByHand(
  ctx: WorkflowContext,
  saga: string,
  undoing: Undoing,
  options: true | ByHand,
): Promise<void> {
  const { title, severity = "high", reviewers, deadline } = options === true ? {} : options;
  const ask = async (step: string, reason: string): Promise<void> => {
    const approval = await ctx
      .approve(`undo ${step} by hand`, {
        title: title?.(step) ?? `Undo "${step}" of saga "${saga}" by hand?`,
        context: { saga, step, reason, result: undoing.resultOf(step) },
        severity,
        ...(reviewers && { reviewers }),
        ...(deadline && { deadline }),
      })
      .catch((error: unknown): Approval | null => {
        if (error instanceof HoldExpiredError) return null;
        throw error;
      });
    if (approval?.approved) undoing.mark(step);
    else if (approval) undoing.leave(step, `${reason}; left by ${approval.by ?? "the deadline"}${noteOf(approval)}`);
  };
  const branches = undoing.left.map(({ step, reason }) => [step, () => ask(step, reason)] as const);
  await ctx.shield(() => ctx.all(Object.fromEntries(branches)));
}

const noteOf = ({ note }: Approval): string => (note === null ? "" : `: ${note}`);
