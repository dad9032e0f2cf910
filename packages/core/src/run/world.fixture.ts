import { expect } from "vitest";
import { dryRun } from "../engine/dry-run.ts";
import { createEngine, type Engine } from "../engine/engine.ts";
import type { EngineLog, EngineOptions } from "../engine/options.ts";
import { Registry } from "../engine/registry.ts";
import type { RunHandle } from "../engine/run-handle.ts";
import type { RunOptions } from "../engine/run-options.ts";
import type { RunEvent } from "../engine/watch.ts";
import { memoryStore } from "../store/index.ts";
import type { Store } from "../store/store.ts";
import type { AnyWorkflow, InputOf, OutputOf } from "../workflow/definition.ts";
import { ManualClock } from "./manual-clock.fixture.ts";

export const disciplines = ["normal", "park", "crash"] as const;

export interface LogLine {
  level: keyof EngineLog;
  message: string;
  fields: Record<string, unknown>;
}

/** An engine on a store in memory, with a clock that tests move. */
export class World {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly engine: Engine;
  readonly lines: LogLine[] = [];
  /** What steps did, in order. */
  readonly effects: string[] = [];

  constructor(workflows: readonly AnyWorkflow[], options: Partial<EngineOptions> = {}) {
    this.clock = (options.clock as ManualClock | undefined) ?? new ManualClock();
    this.store = options.store ?? memoryStore();
    const line =
      (level: keyof EngineLog) =>
      (fields: Record<string, unknown>, message: string): void => {
        this.lines.push({ level, message, fields });
      };
    const log = { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
    this.engine = createEngine({ lease: "3650d", log, ...options, clock: this.clock, store: this.store, workflows });
  }

  /** Notes an effect and gives `value` back. */
  did<T>(what: string, value?: T): T {
    this.effects.push(what);
    return value as T;
  }

  count(what: string): number {
    return this.effects.filter((one) => one === what).length;
  }

  /** Starts a run and lets everything happen that needs no time. */
  async begin<W extends AnyWorkflow>(
    workflow: W,
    input: InputOf<W>,
    options: RunOptions = {},
  ): Promise<RunHandle<OutputOf<W>>> {
    await this.engine.start();
    const run = await this.engine.run(workflow, input, options);
    await this.clock.settle();
    return run;
  }

  /** A run's result, with the time skipped in which nothing happens. */
  result<T>(run: RunHandle<T>): Promise<T> {
    return this.clock.until(run.result());
  }

  /** What a run failed with: the recorded cause. */
  async failure(run: RunHandle<unknown>): Promise<Error> {
    const ended = await this.result(run).then(
      (value) => new Error(`it did not fail but gave ${JSON.stringify(value)}`),
      (error: Error) => (error.cause as Error | undefined) ?? error,
    );
    return ended;
  }

  /** Runs a workflow to its result and checks the record it left. */
  async complete<W extends AnyWorkflow>(
    workflow: W,
    input: InputOf<W>,
    options: RunOptions = {},
  ): Promise<OutputOf<W>> {
    const run = await this.begin(workflow, input, options);
    const result = await this.result(run);
    await this.check(run);
    return result;
  }

  /** What a run's code gives when its whole record is replayed by a process that knows nothing. */
  async keptResult(run: RunHandle<unknown>): Promise<unknown> {
    const { workflows, row, history } = await this.recorded(run.id);
    const registry = new Registry(workflows);
    const flow = registry.require(row.workflow);
    const { execution, divergence } = await dryRun(
      { namespace: "default", registry, services: new Map() },
      row,
      history,
      flow,
    );
    if (divergence) throw divergence;
    return execution.result?.type === "returned" ? execution.result.value : execution.result;
  }

  private async recorded(id: string) {
    const row = await this.store.run("default", id);
    if (!row) throw new Error(`no run ${id}`);
    const [history] = await this.store.history("default", [{ pk: row.pk, after: 0 }]);
    return { workflows: this.engine.workflows(), row, history: history ?? { entries: [], mail: [] } };
  }

  /** The record of a run: every key and phase once, the chain whole, no errors in the log. */
  async check(run: RunHandle<unknown>): Promise<RunEvent[]> {
    const events = await run.journal();
    const names = await this.entryNames(run.id);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect((await this.engine.verify(run.id)).problems).toEqual([]);
    expect(this.lines.filter((line) => line.level === "error").map((line) => line.message)).toEqual([]);
    return events;
  }

  /** `key phase` of every entry of the newest generation, in order. */
  async entryNames(id: string): Promise<string[]> {
    const row = await this.store.run("default", id);
    const [history] = await this.store.history("default", [{ pk: row?.pk ?? -1, after: 0 }]);
    return (history?.entries ?? []).map((entry) => `${entry.key} ${entry.phase}`);
  }

  async stop(): Promise<void> {
    await this.clock.until(this.engine.stop());
  }
}
