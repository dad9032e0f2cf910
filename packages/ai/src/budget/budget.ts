import { HoldpointError, type Reviewers, type Severity, ValidationError } from "@holdpoint/core";

/** How much may be spent; either or both. */
export interface BudgetLimit {
  /** US dollars. */
  readonly cost?: number;
  /** Tokens, in and out. */
  readonly tokens?: number;
}

/** A limit, and what happens before it would be passed. */
export interface Budget extends BudgetLimit {
  /** `hold` (the default) asks a person, who allows as much again; `stop` throws `BudgetError`. */
  readonly whenSpent?: "hold" | "stop";
  /** Who may allow more. Default: anybody who can reach the engine. */
  readonly reviewers?: Reviewers;
  /** Of the hold. Default `medium`. */
  readonly severity?: Severity;
}

/** What a budget is for: one step or agent, one run, all runs of a workflow, all of the application, or those of one day (UTC). */
export type BudgetScope = "step" | "run" | "workflow" | "tenant" | "day";

/** What was spent, and what the next call is estimated to take. */
export interface BudgetState {
  readonly scope: BudgetScope;
  readonly limit: BudgetLimit;
  readonly spent: { readonly cost: number; readonly tokens: number };
  /** Null where the model has no price. */
  readonly next: { readonly cost: number | null; readonly tokens: number };
}

/** A call would pass a budget, and was not made. */
export class BudgetError extends HoldpointError {
  constructor(state: BudgetState, why: string) {
    super("BUDGET", `${sentenceOf(state)}; ${why}`, { ...state });
  }
}

/** What is said to whoever decides. */
export function sentenceOf({ scope, limit, spent, next }: BudgetState): string {
  const cost =
    limit.cost === undefined
      ? []
      : [
          `$${round(spent.cost)} of $${limit.cost} is spent and the next call takes ${next.cost === null ? "an unknown amount (its model has no price)" : `about $${round(next.cost)}`}`,
        ];
  const tokens =
    limit.tokens === undefined
      ? []
      : [`${spent.tokens} of ${limit.tokens} tokens are spent and the next call takes about ${next.tokens}`];
  return `the budget of ${nouns[scope]}: ${[...cost, ...tokens].join("; ")}`;
}

const nouns = {
  step: "this step",
  run: "this run",
  workflow: "this workflow",
  tenant: "the application",
  day: "today",
};
const round = (dollars: number): string => String(Number(dollars.toPrecision(4)));

/** Whether the next call would pass the limit: what has no price would pass every limit of dollars. */
export function wouldPass({ limit, spent, next }: Omit<BudgetState, "scope">): boolean {
  const { cost, tokens } = limit;
  if (tokens !== undefined && spent.tokens + next.tokens > tokens) return true;
  return cost !== undefined && (next.cost === null || spent.cost + next.cost > cost);
}

/** Refuses a budget that limits nothing. Throws `ValidationError`. */
export function checkBudget(subject: string, budget: Budget): void {
  const { cost, tokens, whenSpent } = budget;
  const wrong = (path: string, message: string): never => {
    throw new ValidationError(subject, [{ path, message }]);
  };
  if (cost === undefined && tokens === undefined) wrong("cost", "is missing: give cost, tokens or both");
  if (cost !== undefined && !(cost > 0)) wrong("cost", `${cost} must be above 0`);
  if (tokens !== undefined && !(tokens > 0)) wrong("tokens", `${tokens} must be above 0`);
  if (whenSpent !== undefined && whenSpent !== "hold" && whenSpent !== "stop")
    wrong("whenSpent", 'must be "hold" or "stop"');
}
