import { type RunFacts, service, type WorkflowContext } from "@holdpoint/core";
import { type Budget, type BudgetScope, checkBudget } from "./budget.ts";
import { memorySpendingBook, type SpendingBook } from "./spending-book.ts";

/** What `budgets()` takes. */
export interface BudgetsOptions {
  /** For every run. */
  run?: Budget;
  /** For all runs of each workflow together; a name's own budget goes before `*`. */
  workflows?: Readonly<Record<string, Budget>>;
  /** For everything that this book counts: one tenant's application. */
  tenant?: Budget;
  /** For each day, UTC. */
  day?: Budget;
  /** Where spending is counted. Default: in this process. `databaseSpendingBook` is for several, and survives them. */
  book?: SpendingBook;
}

/**
 * Limits for everything an application spends on models. Before a call would pass one, the run holds for a person, or stops.
 *
 * @example
 * const engine = createEngine({
 *   store,
 *   workflows,
 *   services: [budgetsService.provide(budgets({ run: { cost: 0.5 }, day: { cost: 20, whenSpent: "stop" } }))],
 * });
 */
export function budgets(options: BudgetsOptions): Budgets {
  const { run, workflows = {}, tenant, day } = options;
  const all = { run, tenant, day, ...workflows };
  for (const [name, budget] of Object.entries(all)) if (budget) checkBudget(`budget "${name}"`, budget);
  return new Budgets(options);
}

/** Made by `budgets`. */
export class Budgets {
  readonly book: SpendingBook;
  readonly #options: BudgetsOptions;

  constructor(options: BudgetsOptions) {
    this.#options = options;
    this.book = options.book ?? memorySpendingBook();
  }

  /** The budget of one run. */
  get run(): Budget | undefined {
    return this.#options.run;
  }

  /** The budgets a call of this run is counted against beside the run's own, with their accounts in the book. */
  shared(run: Pick<RunFacts, "workflow">, at: Date): { scope: BudgetScope; budget: Budget; account: string }[] {
    const { workflows = {}, tenant, day } = this.#options;
    const own = workflows[run.workflow] ?? workflows["*"];
    return [
      ...(own ? [{ scope: "workflow" as const, budget: own, account: `workflow ${run.workflow}` }] : []),
      ...(tenant ? [{ scope: "tenant" as const, budget: tenant, account: "tenant" }] : []),
      ...(day ? [{ scope: "day" as const, budget: day, account: `day ${at.toISOString().slice(0, 10)}` }] : []),
    ];
  }
}

/** The token under which an engine is given its budgets. */
export const budgetsService = service<Budgets>("budgets");

/** The budgets an engine was given, if any. */
export function budgetsOf(ctx: Pick<WorkflowContext, "service">): Budgets | undefined {
  try {
    return ctx.service(budgetsService);
  } catch (error) {
    if ((error as { code?: string }).code === "NOT_FOUND") return undefined;
    throw error;
  }
}
