import { NonRetryableError, type StepInfo, type WorkflowContext } from "@holdpoint/core";
import { reasonOf } from "../result/interruption.ts";
import { unwrap } from "../result/result.ts";
import { infoWith } from "../result/step-info.ts";
import type { LeftUndone } from "./saga-error.ts";
import { compensateRetryOf, type Results, type SagaStep } from "./step.ts";

/** A step that was done, and what is needed to undo it. */
export interface Undoable {
  readonly step: SagaStep;
  readonly result: unknown;
  readonly given: { readonly input: unknown; readonly results: Results };
}

/**
 * Undoes what a saga has done: each step by a recorded step of its own, once, the last one first.
 *
 * The run knows the same compensations, for when it fails or is cancelled after the saga has ended. Whatever the saga has
 * undone itself, or tried to, it does not undo again: it takes what came of that for its own.
 */
export class Undoing {
  private readonly ctx: WorkflowContext;
  private readonly completed: Undoable[] = [];
  private readonly compensated: string[] = [];
  private failures: LeftUndone[] = [];
  /** Steps that are being undone, or were: resolves when that has ended, well or badly. */
  private readonly tried = new Map<string, Promise<void>>();

  constructor(ctx: WorkflowContext) {
    this.ctx = ctx;
  }

  /** In the order in which they were undone. */
  get undone(): readonly string[] {
    return this.compensated;
  }

  get left(): readonly LeftUndone[] {
    return this.failures;
  }

  isUndone(step: string): boolean {
    return this.compensated.includes(step);
  }

  /** From now on there is something to undo. */
  done(one: Undoable): void {
    if (one.step.options.compensate) this.completed.push(one);
  }

  /** What a step left behind, for whoever has to do it by hand. */
  resultOf(step: string): unknown {
    return this.completed.find((one) => one.step.name === step)?.result;
  }

  mark(step: string): void {
    this.failures = this.failures.filter((one) => one.step !== step);
    if (!this.isUndone(step)) this.compensated.push(step);
  }

  leave(step: string, reason: string): void {
    this.failures = [...this.failures.filter((one) => one.step !== step), { step, reason }];
  }

  /** Undoes all that is done and not yet undone. One that cannot be undone does not stop the others. */
  async undoAll(): Promise<void> {
    const open = this.completed.filter(({ step }) => !this.isUndone(step.name)).reverse();
    if (open.length === 0) return;
    // All of them at once, before anybody else may begin to: a lost race undoes its branch's steps at the same time.
    const turns = open.map((one) => ({ one, ...Promise.withResolvers<void>() }));
    for (const { one, promise } of turns) this.tried.set(one.step.name, promise);
    await this.ctx.shield(async () => {
      for (const { one, resolve } of turns) {
        await this.undo(one);
        resolve();
      }
    });
  }

  private async undo(one: Undoable): Promise<void> {
    const { name, options } = one.step;
    if (this.isUndone(name)) return;
    const { timeout, idempotent = true } = options;
    try {
      await this.ctx.step(`undo ${name}`, (info) => compensation(one, info), {
        retry: compensateRetryOf(one.step),
        ...(timeout !== undefined && { timeout }),
        ...(!idempotent && { once: true }),
      });
      this.mark(name);
    } catch (error) {
      this.leave(name, reasonOf(error));
    }
  }

  /** The run undoes the step because it failed, or was cancelled, as a whole. */
  async late(one: Undoable, info: StepInfo): Promise<unknown> {
    const { name } = one.step;
    await this.tried.get(name);
    if (this.isUndone(name)) return "was undone already";
    const left = this.failures.find(({ step }) => step === name);
    if (left) throw new NonRetryableError(left.reason);
    return compensation(one, info);
  }
}

async function compensation(one: Undoable, info: StepInfo): Promise<unknown> {
  const { result, given, step } = one;
  return unwrap(await step.options.compensate?.(infoWith(info, { ...given, result })));
}
