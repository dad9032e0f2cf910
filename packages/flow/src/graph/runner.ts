import {
  type Duration,
  durationMs,
  type Engine,
  InvalidStateError,
  type RunHandle,
  ValidationError,
} from "@holdpoint/core";
import type { FlowState } from "../definition/registry.ts";
import type { Flow } from "../interpret/flow.ts";
import { checkpointsOf, type WorkflowCheckpoint } from "./checkpoint.ts";
import type { GraphResult } from "./result.ts";

/** How a runner runs. */
export interface RunnerOptions {
  /** How often a failed run is started over, from a clean slate. Default 0. */
  maxRetries?: number;
  /** Waited before each further try. Default "1s". */
  retryDelay?: Duration;
  /** Where the states of a graph with `checkpointEnabled` are kept: each under its own id, the last under the run's. */
  checkpoint?: WorkflowCheckpoint;
}

/** What a run may be started with besides its input. */
export interface RunnerRunOptions {
  /** The run's id: the same id and input give the same run. */
  id?: string;
  /** Who starts it. */
  by?: string;
  /** Keys of the state at the start: those of a checkpoint, for one. */
  state?: Readonly<FlowState>;
  /** Bounds the wait, not the run. */
  timeout?: Duration;
}

/**
 * Runs a graph with retries: register `runner.flow` with the engine in the place of the graph.
 *
 * @example
 * const triage = graph("triage").node("read", ({ state }) => `read ${state.input}`).entry("read").build();
 * const runner = new WorkflowRunner(triage, { maxRetries: 2, retryDelay: "10s" });
 * const engine = createEngine({ store, workflows: [runner.flow] });
 * const { output } = await runner.run(engine, "a mail");
 *
 * @throws ValidationError an option makes no sense
 */
export class WorkflowRunner<In, S> {
  /** The graph with the runner's retries. */
  readonly flow: Flow<In, GraphResult<S>>;
  private readonly checkpoint: WorkflowCheckpoint | null;

  constructor(flow: Flow<In, GraphResult<S>>, { maxRetries = 0, retryDelay = "1s", checkpoint }: RunnerOptions = {}) {
    if (!Number.isSafeInteger(maxRetries) || maxRetries < 0) {
      throw new ValidationError(`runner of "${flow.name}"`, [
        { path: "maxRetries", message: `${maxRetries} must be a whole number; 0 is one try` },
      ]);
    }
    durationMs(retryDelay, `runner of "${flow.name}" retryDelay`);
    const retry = { attempts: maxRetries + 1, initial: retryDelay, max: retryDelay, coefficient: 1, jitter: 0 };
    this.flow = maxRetries === 0 ? flow : Object.freeze({ ...flow, options: { ...flow.options, retry } });
    this.checkpoint = checkpoint ?? null;
  }

  /** Starts a run and gives its handle: for one that may wait for a person. */
  start(
    engine: Engine,
    input: In,
    { state, timeout: _timeout, ...options }: RunnerRunOptions = {},
  ): Promise<RunHandle<GraphResult<S>>> {
    const given = state ? { ...state, ...(isKeys(input) ? input : { input }) } : input;
    return engine.run(this.flow, given as never, options) as Promise<RunHandle<GraphResult<S>>>;
  }

  /**
   * Starts a run and waits for its end. One that waits for a person waits here too: bound it by `timeout`, or use `start`.
   *
   * @throws RunFailedError it failed in every try
   */
  async run(engine: Engine, input: In, options: RunnerRunOptions = {}): Promise<GraphResult<S>> {
    const run = await this.start(engine, input, options);
    return this.ended(run, options);
  }

  /**
   * Answers what a run waits for, and waits for its end. A text is the answer of a human node, under `responseKey` or the form's
   * only field; anything else is the form's.
   *
   * @throws InvalidStateError it waits for nobody, or for several: then name the hold
   */
  async resume(
    engine: Engine,
    runId: string,
    answer: unknown,
    { hold, by, responseKey, timeout }: { hold?: string; by?: string; responseKey?: string; timeout?: Duration } = {},
  ): Promise<GraphResult<S>> {
    const run = await engine.get<GraphResult<S>>(runId);
    const open = (await run.holds()).filter(
      ({ status, name }) => status === "open" && (hold === undefined || name === hold),
    );
    const [only] = open;
    if (!only || open.length > 1) {
      const names = open
        .map(({ name }) => `"${name}"`)
        .sort()
        .join(", ");
      const message = only
        ? `waits for ${names}: say which with { hold }`
        : `waits for no ${hold ? `"${hold}"` : "answer"}`;
      throw new InvalidStateError(`run ${runId} ${message}`, { run: runId });
    }
    const value = typeof answer === "string" ? { [responseKey ?? onlyField(only.form)]: answer } : answer;
    await engine.decide(only, value as never, by === undefined ? {} : { by });
    return this.ended(run, { ...(timeout !== undefined && { timeout }) });
  }

  private async ended(run: RunHandle<GraphResult<S>>, { timeout }: { timeout?: Duration }): Promise<GraphResult<S>> {
    try {
      return await run.result(timeout === undefined ? {} : { timeout });
    } finally {
      if (this.checkpoint) await this.keep(run, this.checkpoint);
    }
  }

  private async keep(run: RunHandle<unknown>, checkpoint: WorkflowCheckpoint): Promise<void> {
    for (const { id, state } of await checkpointsOf(run)) {
      checkpoint.save(id, state);
      checkpoint.save(run.id, state);
    }
  }
}

/** The field of a form that has only one: what a text can answer. */
function onlyField(form: unknown): string {
  const fields = Object.keys((form as { properties?: object } | null)?.properties ?? {});
  return fields.length === 1 && fields[0] !== undefined ? fields[0] : "human_response";
}

function isKeys(value: unknown): value is FlowState {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
