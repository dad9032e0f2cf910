import { durationMs, TimeoutError, type WorkflowContext } from "@holdpoint/core";
import { isInterruption, reasonOf } from "../result/interruption.ts";
import { unwrap } from "../result/result.ts";
import { infoWith } from "../result/step-info.ts";
import { Notes } from "./notes.ts";
import type { DagReport, DagStepReport, DagStepStatus } from "./report.ts";
import { Slots } from "./slots.ts";
import type { DagFacts, DagGiven, DagStep } from "./step.ts";

/** What an execution is made from. */
export interface DagDefinition {
  readonly name: string;
  /** In an order in which they can go. */
  readonly steps: readonly DagStep[];
  readonly failFast: boolean;
  readonly concurrency: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

type Facts = DagFacts<unknown, object>;

/** One execution of a dag: each step in a branch of its own, which waits for those it depends on. */
export class DagRun {
  private readonly dag: DagDefinition;
  private readonly ctx: WorkflowContext;
  private readonly input: unknown;
  private readonly notes: Notes;
  private readonly slots: Slots;
  private readonly results: Record<string, unknown> = {};
  private readonly reports = new Map<string, DagStepReport>();
  /** Steps whose result others must do without, because they failed or depend on one that did: the one that failed. */
  private readonly broken = new Map<string, string>();
  /** The first failure. */
  private failure: { step: string; error: unknown } | null = null;

  constructor(dag: DagDefinition, ctx: WorkflowContext, input: unknown) {
    this.dag = dag;
    this.ctx = ctx;
    this.input = input;
    this.notes = new Notes(dag.metadata);
    this.slots = new Slots(dag.concurrency);
  }

  /** What the first failed step failed with. */
  get error(): unknown {
    return this.failure?.error;
  }

  /** Throws only what is no failure of a step: the run was cancelled, say. */
  async settle(): Promise<DagReport<object>> {
    const { ctx, dag } = this;
    const began = ctx.now().getTime();
    const ends = new Map(dag.steps.map(({ name }) => [name, Promise.withResolvers<void>()]));
    const branch = (step: DagStep) => async (): Promise<void> => {
      try {
        await Promise.all((step.options.after ?? []).map((name) => ends.get(name)?.promise));
        await this.reach(step);
      } finally {
        ends.get(step.name)?.resolve();
      }
    };
    try {
      await ctx.all(Object.fromEntries(dag.steps.map((step) => [step.name, branch(step)])));
    } catch (error) {
      // Cancelled ones still tidy up; the dag is over when they have.
      await Promise.all([...ends.values()].map(({ promise }) => promise));
      if (!this.failure || isInterruption(error)) throw error;
    }
    return this.report(ctx.now().getTime() - began);
  }

  private report(durationMs: number): DagReport<object> {
    const steps = this.dag.steps.map(({ name }) => this.reports.get(name) as DagStepReport);
    return {
      dag: this.dag.name,
      ok: this.failure === null,
      results: { ...this.results },
      steps,
      failedSteps: steps.filter(({ status }) => status === "failed"),
      successfulSteps: steps.filter(({ status }) => status === "completed" || status === "recovered"),
      metadata: this.notes.all(),
      durationMs,
    };
  }

  /** All it depends on has ended. */
  private async reach(step: DagStep): Promise<void> {
    const { name, options } = step;
    const culprit = (options.after ?? []).map((one) => this.broken.get(one)).find((one) => one !== undefined);
    if (culprit !== undefined)
      return this.lost(name, "skipped", `it depends on step "${culprit}", which failed`, culprit);
    await this.slots.use(async () => {
      if (this.stopped) return this.lost(name, "skipped", `step "${this.stopped}" failed first`, this.stopped);
      await this.perform(step);
    });
  }

  /** The step whose failure ends everything. */
  private get stopped(): string | null {
    return this.dag.failFast ? (this.failure?.step ?? null) : null;
  }

  private async perform(step: DagStep): Promise<void> {
    const { name } = step;
    const began = this.ctx.now().getTime();
    const took = (): number => this.ctx.now().getTime() - began;
    const facts = this.factsFor(step);
    let cleanupFailure: string | null = null;
    try {
      if (step.options.skipIf?.(facts)) return this.lost(name, "skipped", "Condition not met");
      const tidied = async (): Promise<void> => {
        cleanupFailure = await this.cleanUp(step, facts);
      };
      const { value, status, reason } = await this.workOf(step, facts, tidied);
      this.results[name] = value;
      this.note(name, status, reason, took(), cleanupFailure);
    } catch (error) {
      const by = this.stopped;
      if (isInterruption(error)) {
        this.note(name, "cancelled", by ? `step "${by}" failed` : reasonOf(error), took(), cleanupFailure);
        this.broken.set(name, by ?? name);
        throw error;
      }
      this.note(name, "failed", reasonOf(error), took(), cleanupFailure);
      this.broken.set(name, name);
      this.failure ??= { step: name, error };
      if (this.dag.failFast) throw error;
    }
  }

  /** The work itself, what becomes of its failure, and the tidying up after it. */
  private async workOf(
    step: DagStep,
    facts: Facts,
    tidied: () => Promise<void>,
  ): Promise<{ value: unknown; status: DagStepStatus; reason: string | null }> {
    try {
      try {
        return { value: await this.bounded(step, facts), status: "completed", reason: null };
      } catch (error) {
        const { onError } = step.options;
        if (!onError || isInterruption(error)) throw error;
        const recovered = await this.effect(`recover ${step.name}`, facts, (given) => onError({ ...given, error }));
        return { value: recovered, status: "recovered", reason: reasonOf(error) };
      }
    } finally {
      if (step.options.cleanup) await tidied();
    }
  }

  /** A step made of others, or of calls, has its time limit around them. */
  private async bounded(step: DagStep, facts: Facts): Promise<unknown> {
    const { timeout } = step.options;
    if (timeout === undefined || step.work.type === "function") return this.work(step, facts);
    const limit = durationMs(timeout, `timeout of step "${step.name}"`);
    const first = await this.ctx.race({ work: () => this.work(step, facts), late: () => this.ctx.sleep(limit) });
    if (first.winner === "late") throw new TimeoutError(`step "${step.name}"`, limit);
    return first.value;
  }

  private async work({ name, work, options }: DagStep, facts: Facts): Promise<unknown> {
    switch (work.type) {
      case "function":
        return this.effect(name, facts, (given) => work.run(given), options);
      case "call":
        return unwrap(await work.run(this.ctx, facts));
      case "conditional": {
        const chosen = work.when(facts) ? work.then : work.otherwise;
        return chosen ? this.part(chosen, facts) : null;
      }
      case "parallel": {
        const ended = await this.ctx.map(work.steps, (step) => this.attempt(step, facts, work.failFast), {
          key: (step) => step.name,
        });
        const failed = ended.find((one) => !one.ok);
        if (failed) throw failed.error;
        return ended.map(({ value }) => value);
      }
    }
  }

  private async attempt(step: DagStep, facts: Facts, failFast: boolean) {
    try {
      return { ok: true, value: await this.part(step, facts), error: null };
    } catch (error) {
      if (failFast || isInterruption(error)) throw error;
      return { ok: false, value: null, error };
    }
  }

  /** A step inside of another: it gets what that one gets. */
  private async part(step: DagStep, facts: Facts): Promise<unknown> {
    if (step.options.skipIf?.(facts)) return null;
    const { value } = await this.workOf(step, facts, async () => void (await this.cleanUp(step, facts)));
    return value;
  }

  /** One recorded call of the author's code. */
  private async effect(
    name: string,
    facts: Facts,
    run: (given: DagGiven<unknown, object>) => unknown,
    { retry, timeout }: Pick<DagStep["options"], "retry" | "timeout"> = {},
  ): Promise<unknown> {
    const recorded = await this.ctx.step<unknown>(
      name,
      async (info) => {
        const metadata = this.notes.page();
        return metadata.recorded(unwrap(await run(infoWith(info, { ...facts, metadata }))));
      },
      { ...(retry && { retry }), ...(timeout !== undefined && { timeout }) },
    );
    return this.notes.take(recorded);
  }

  /** However it ended, and even when the run is being cancelled. Gives why it did not work, or null. */
  private async cleanUp({ name, options }: DagStep, facts: Facts): Promise<string | null> {
    const { cleanup } = options;
    if (!cleanup) return null;
    try {
      await this.ctx.shield(() => this.effect(`clean up ${name}`, facts, (given) => cleanup(given)));
      return null;
    } catch (error) {
      this.ctx.log.warn(`step "${name}" of dag "${this.dag.name}" was not cleaned up`, { reason: reasonOf(error) });
      return reasonOf(error);
    }
  }

  private factsFor({ options }: DagStep): Facts {
    const results: Record<string, unknown> = {};
    for (const name of options.after ?? []) results[name] = this.results[name];
    return { input: this.input, results };
  }

  private lost(step: string, status: DagStepStatus, reason: string, culprit?: string): void {
    if (culprit !== undefined) this.broken.set(step, culprit);
    this.note(step, status, reason, 0, null);
  }

  private note(
    step: string,
    status: DagStepStatus,
    reason: string | null,
    durationMs: number,
    cleanupFailure: string | null,
  ): void {
    this.reports.set(step, { step, status, reason, durationMs, cleanupFailure });
  }
}
