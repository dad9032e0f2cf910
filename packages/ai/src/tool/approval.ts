import type { ApprovalDeadline, HoldTrigger, Reviewers, Severity } from "@holdpoint/core";

/** Who is asked, and what becomes of a call that nobody answers. */
export interface ApprovalTerms {
  /** Who may decide, and how many must. Default: anybody who can reach the engine. */
  readonly reviewers?: Reviewers;
  /** What happens when nobody answers. `expire` is a denial whose reason says so. Default: it stays open. */
  readonly deadline?: ApprovalDeadline;
  /** The hold's title. Default: the tool and its arguments. */
  readonly title?: string;
  /** What happens if it is approved, in one sentence. */
  readonly consequence?: string;
  /** Lets the reviewer change the arguments; the changed ones are checked as the model's were. Default true. */
  readonly editable?: boolean;
}

/** When a person is asked. Several may be given: one is enough. */
export interface ApprovalRule<In> extends ApprovalTerms {
  /** For every call. */
  readonly always?: boolean;
  /** For calls with such arguments. Pure: it runs again in a replay. */
  when?(args: In): boolean;
  /** For tools whose `risk` is this or worse. */
  readonly risk?: Severity;
  /** Until a person has approved this tool once, in any run of this workflow. */
  readonly firstUse?: boolean;
  /** Until a person has approved these very arguments once, in any run of this workflow. */
  readonly newArguments?: boolean;
  /** For calls of a model that says it is less sure than this, 0 to 1; one that does not say is asked about. */
  readonly confidenceBelow?: number;
}

/** Who must agree to a tool's calls: nobody, somebody always, or by rule. */
export type ToolApproval<In = unknown> = "never" | "always" | ApprovalRule<In>;

const order: readonly Severity[] = ["low", "medium", "high", "critical"];

/** What the approval's hold looks at; null when this call needs nobody. */
export function triggersOf<In>(
  approval: ToolApproval<In>,
  args: In,
  risk: Severity,
): { triggers: readonly HoldTrigger[] | null; terms: ApprovalTerms } | null {
  if (approval === "never") return null;
  if (approval === "always") return { triggers: null, terms: {} };
  const { always, when, risk: least, firstUse, newArguments, confidenceBelow, ...terms } = approval;
  const certain =
    always === true || when?.(args) === true || (least !== undefined && order.indexOf(risk) >= order.indexOf(least));
  if (certain) return { triggers: null, terms };
  const triggers: HoldTrigger[] = [
    ...(firstUse ? [{ firstTime: true } as const] : []),
    ...(newArguments ? [{ novelArguments: true } as const] : []),
    ...(confidenceBelow === undefined ? [] : [{ confidenceBelow }]),
  ];
  return triggers.length > 0 ? { triggers, terms } : null;
}
