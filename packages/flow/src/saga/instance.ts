import { InvalidStateError, NotFoundError, type StepInfo, type WorkflowContext } from "@holdpoint/core";
import { isInterruption } from "../result/interruption.ts";
import { unwrap } from "../result/result.ts";
import { infoWith } from "../result/step-info.ts";
import { askByHand } from "./by-hand.ts";
import { cacheOf, type Shared, sharedOf } from "./content-cache.ts";
import type { SagaOptions, SagaState } from "./options.ts";
import { type LeftUndone, SagaError } from "./saga-error.ts";
import { type Results, retryOf, type SagaStep } from "./step.ts";
import { type Undoable, Undoing } from "./undoing.ts";
import { checkVersion } from "./version.ts";

/** What an instance is made from. */
export interface SagaDefinition {
  readonly name: string;
  readonly version: number;
  readonly steps: readonly SagaStep[];
  readonly options: SagaOptions<never>;
}

/**
 * One execution of a saga inside a run. Made by `saga(…).open(ctx, input)`: for who wants to look at it, or to undo it later.
 * Everything it says follows from the run's record, so it says the same in every replay.
 *
 * @example
 * const order = saga<{ id: string }>("order").step("reserve", ({ input }) => shop.load(input.id), {
 *   compensate: ({ result }) => shop.release(result.id),
 * });
 * const one = order.open(ctx, { id: "A-7" });
 * await one.execute();
 * const { approved } = await ctx.approve("keep it", { title: `Keep ${one.id}?` });
 * if (!approved) await one.compensate("the customer changed their mind");
 */
export class SagaInstance<Input, R extends Results> {
  /** What it is known by. */
  readonly id: string;
  /** Of the code that executes it. */
  readonly version: number;
  private readonly saga: SagaDefinition;
  private readonly ctx: WorkflowContext;
  private readonly input: Input;
  private readonly results: Record<string, unknown> = {};
  private readonly undoing: Undoing;
  private readonly isWorkflow: boolean;
  private current: SagaState = "pending";

  /** @param isWorkflow it is the whole of its run */
  constructor(saga: SagaDefinition, ctx: WorkflowContext, input: Input, isWorkflow = false) {
    this.saga = saga;
    this.ctx = ctx;
    this.input = input;
    this.version = saga.version;
    this.id = saga.options.id?.(input as never) ?? `${ctx.run.id}/${saga.name}`;
    this.isWorkflow = isWorkflow;
    this.undoing = new Undoing(ctx);
  }

  /** Where it stands. */
  get state(): SagaState {
    return this.current;
  }

  /** Whether nothing is left to do: all steps are done, or all that were done are undone. */
  get isCompleted(): boolean {
    return this.current === "completed" || (this.current === "failed" && this.notUndone.length === 0);
  }

  /** Steps that should have been undone and are still there. */
  get notUndone(): readonly LeftUndone[] {
    return this.undoing.left;
  }

  /** Whether a step was undone: by its compensation, by hand, or by whoever called `markCompensated`. */
  isStepCompensated(step: string): boolean {
    this.require(step);
    return this.undoing.isUndone(step);
  }

  /**
   * Says that a step was undone elsewhere: its compensation is not called.
   *
   * @throws NotFoundError the saga has no such step
   */
  markCompensated(step: string): void {
    this.require(step);
    this.undoing.mark(step);
  }

  /**
   * Does the steps, in order, and gives what they gave. When one fails, those before it are undone, the last one first.
   *
   * @throws SagaError a step failed: tell it by `isSagaError`. VersionMismatchError it was begun by a version that this one
   * does not accept. InvalidStateError it was executed before
   */
  async execute(): Promise<R> {
    const { saga, ctx } = this;
    if (this.current !== "pending") {
      throw new InvalidStateError(`saga "${saga.name}" (${this.id}) is ${this.current}; open another one`);
    }
    await checkVersion(ctx, saga, this.isWorkflow);
    this.current = "running";
    const owner = saga.steps.some(({ options }) => options.cache) ? ctx.uuid() : "";
    for (const step of saga.steps) {
      try {
        this.results[step.name] = await this.perform(step, owner);
      } catch (error) {
        await this.undo();
        throw isInterruption(error) ? error : this.failure(step.name, error);
      }
    }
    this.current = "completed";
    return { ...this.results } as R;
  }

  /**
   * Undoes all steps that are done and not yet undone, and gives those that could not be. For when it turns out later that the
   * whole should not have been.
   *
   * @throws InvalidStateError it is being executed
   */
  async compensate(why?: string): Promise<readonly LeftUndone[]> {
    if (this.current === "running" || this.current === "compensating") {
      throw new InvalidStateError(`saga "${this.saga.name}" (${this.id}) is ${this.current}; await it first`);
    }
    if (why !== undefined) this.ctx.log.info(`saga "${this.saga.name}" is undone`, { id: this.id, why });
    await this.undo();
    return this.notUndone;
  }

  private async perform(step: SagaStep, owner: string): Promise<unknown> {
    const { ctx, input, undoing } = this;
    const { action, options, name } = step;
    const results = { ...this.results };
    const cached = options.cache !== undefined;
    const undoable = (result: unknown): Undoable => ({ step, result, given: { input, results } });
    const late = options.compensate && {
      compensate: (stored: unknown, info: StepInfo) =>
        undoing.late(undoable(cached ? sharedOf(stored, owner).value : stored), info),
    };
    if (action.type === "call") {
      const value = unwrap(await action.run(ctx, { input, results }));
      if (options.compensate) await ctx.step(name, () => value, late);
      undoing.done(undoable(value));
      return value;
    }
    const { timeout, once } = options;
    const retry = retryOf(step);
    const cache = cacheOf(this.saga, step, { input, results });
    const stored = await ctx.step<unknown>(
      name,
      async (info) => {
        const value: unknown = unwrap(await action.run(infoWith(info, { input, results })));
        return cache ? ({ value, owner } satisfies Shared) : value;
      },
      {
        ...(retry && { retry }),
        ...(timeout !== undefined && { timeout }),
        ...(once && { once }),
        ...(cache && { cache }),
        ...late,
      },
    );
    const shared = cache ? sharedOf(stored, owner) : { value: stored, owner };
    if (shared.owner === owner) undoing.done(undoable(shared.value));
    return shared.value;
  }

  private async undo(): Promise<void> {
    this.current = "compensating";
    await this.undoing.undoAll();
    const { byHand } = this.saga.options;
    if (byHand && this.notUndone.length > 0) await askByHand(this.ctx, this.saga.name, this.undoing, byHand);
    this.current = "failed";
  }

  private failure(step: string, error: unknown): SagaError {
    const { name } = this.saga;
    return new SagaError(name, this.id, step, error, this.undoing.undone, this.notUndone);
  }

  private require(step: string): void {
    const names = this.saga.steps.map(({ name }) => name);
    if (names.includes(step)) return;
    throw new NotFoundError("step", step, `saga "${this.saga.name}" has ${names.join(", ")}`);
  }
}
