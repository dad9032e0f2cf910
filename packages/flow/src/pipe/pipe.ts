import type { WorkflowContext } from "@holdpoint/core";
import { isInterruption } from "../result/interruption.ts";

/** One function of a pipe. */
interface PipeStep {
  readonly type: "pipe" | "tap";
  readonly run: (value: never, extra: never) => unknown;
  /** It is left out when this is false. */
  readonly when: ((value: never, extra: never) => boolean) | null;
}

type Handler = (error: unknown, value: unknown, extra: never) => unknown;

/** What somebody may give at once or as a promise. */
type Awaitable<T> = T | PromiseLike<T>;

/**
 * Functions one after the other: each gets what the one before it gave. Made by `pipe()`. Never changes: every call gives a new one.
 *
 * `In` goes in, `Out` comes out, `Caught` comes out when one of them threw, `Extra` is handed to each.
 */
export class Pipe<In, Out, Caught = never, Extra = undefined> {
  private readonly steps: readonly PipeStep[];
  private readonly handler: Handler | null;

  constructor(steps: readonly PipeStep[] = [], handler: Handler | null = null) {
    this.steps = steps;
    this.handler = handler;
  }

  /** Adds a function, synchronous or not, that makes the next value of the last. */
  pipe<Next>(run: (value: Out, extra: Extra) => Awaitable<Next>): Pipe<In, Next, Caught, Extra> {
    return this.with({ type: "pipe", run, when: null });
  }

  /** Adds a function that looks at the value, and is waited for: what it gives is ignored. */
  tap(run: (value: Out, extra: Extra) => unknown): Pipe<In, Out, Caught, Extra> {
    return this.with({ type: "tap", run, when: null });
  }

  /** Adds a function that is only called when the condition holds; otherwise the value goes on as it is. */
  pipeIf<Next, Fits extends Out>(
    when: (value: Out, extra: Extra) => value is Fits,
    run: (value: Fits, extra: Extra) => Awaitable<Next>,
  ): Pipe<In, Exclude<Out, Fits> | Next, Caught, Extra>;
  pipeIf<Next>(
    when: (value: Out, extra: Extra) => boolean,
    run: (value: Out, extra: Extra) => Awaitable<Next>,
  ): Pipe<In, Out | Next, Caught, Extra>;
  pipeIf(when: never, run: never): Pipe<In, never, Caught, Extra> {
    return this.with({ type: "pipe", run, when });
  }

  /**
   * What comes out when any function of the pipe throws, wherever in the chain this is said: gets the error and the value that the
   * function which threw was given. The last one said counts.
   */
  catch<Next>(handler: (error: unknown, value: unknown, extra: Extra) => Awaitable<Next>): Pipe<In, Out, Next, Extra> {
    return new Pipe(this.steps, handler);
  }

  /**
   * Sends a value through, here and now.
   *
   * @throws whatever a function threw, when there is no `catch`
   */
  run(value: In, ...[extra]: Extra extends undefined ? [] : [extra: Extra]): Promise<Out | Caught> {
    return this.through(value, extra, (_name, call) => call());
  }

  /**
   * Sends a value through inside a run: each function is a recorded step of its name, done once. Conditions are asked again in a
   * replay.
   *
   * @throws StepFailedError a function threw, when there is no `catch`
   */
  runIn(
    ctx: WorkflowContext,
    value: In,
    ...[extra]: Extra extends undefined ? [] : [extra: Extra]
  ): Promise<Out | Caught> {
    return this.through(value, extra, (name, call) => ctx.step(name, call));
  }

  private async through(
    value: In,
    extra: unknown,
    perform: (name: string, call: () => unknown) => unknown,
  ): Promise<Out | Caught> {
    const given = [extra] as [never];
    let current: unknown = value;
    try {
      for (const [index, { type, run, when }] of this.steps.entries()) {
        if (when && !when(current as never, ...given)) continue;
        const name = run.name || `${type} ${index + 1}`;
        const next = await perform(name, () => (run as (value: unknown, extra: never) => unknown)(current, ...given));
        if (type === "pipe") current = next;
      }
      return current as Out;
    } catch (error) {
      const { handler } = this;
      if (!handler || isInterruption(error)) throw error;
      return (await perform("catch", () => handler(error, current, ...given))) as Caught;
    }
  }

  private with<Next>(step: {
    type: PipeStep["type"];
    run: (value: never, extra: Extra) => unknown;
    when: ((value: never, extra: never) => boolean) | null;
  }): Pipe<In, Next, Caught, Extra> {
    return new Pipe([...this.steps, step as PipeStep], this.handler);
  }
}

/**
 * Begins a pipe. Name the type that goes in, and what is handed to every function, if anything.
 *
 * @example
 * const price = pipe<number>()
 *   .pipe((net) => net * 1.19)
 *   .tap((gross) => console.log(gross))
 *   .pipeIf((gross) => gross > 100, (gross) => gross * 0.9)
 *   .pipe((gross) => gross.toFixed(2))
 *   .catch(() => "on request");
 * console.log(await price.run(120));
 */
export function pipe<In, Extra = undefined>(): Pipe<In, In, never, Extra> {
  return new Pipe();
}
