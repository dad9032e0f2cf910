import type { DecideOptions } from "../../engine/decide.ts";
import { Engine } from "../../engine/engine.ts";
import type { Hold } from "../../engine/hold-view.ts";
import type { EngineOptions } from "../../engine/options.ts";
import { Registry } from "../../engine/registry.ts";
import type { RunHandle } from "../../engine/run-handle.ts";
import type { RunOptions } from "../../engine/run-options.ts";
import { InvalidStateError, ValidationError } from "../../errors.ts";
import type { GrantTerms } from "../../hold/grant.ts";
import type { ExportedRun } from "../../journal/exported-run.ts";
import { memoryStore } from "../../store/index.ts";
import type { AnyWorkflow, InputOf, OutputOf } from "../../workflow/definition.ts";
import { type Duration, durationMs } from "../../workflow/duration.ts";
import { type Answer, type AnswerRules, Answers, answerHold } from "./answers.ts";
import { Mocks, type StepMock, type StepMocks } from "./mocks.ts";
import { type Replay, replayExport } from "./replay.ts";
import { type ExecutedStep, StepWatch } from "./step-watch.ts";
import { stuckError } from "./stuck.ts";
import { TestClock } from "./test-clock.ts";
import { TimeSkipper } from "./time-skipper.ts";
import { unusedSentences } from "./unused.ts";

/** Options of an engine that a test engine decides itself. */
type Decided = "store" | "clock" | "process" | "lease" | "standIn" | "namespace" | "workflows";

/** What a test engine may be given beside its workflows; the rest is as in `createEngine`. */
export interface TestEngineOptions extends Omit<EngineOptions, Decided> {
  /** The workflows under test, with those they start as children. */
  workflows: readonly AnyWorkflow[];
  /** Functions in the place of steps' own, by the name of the step, in every workflow. `mockStep` does it for one. */
  steps?: StepMocks;
  /** How holds are answered as they open, by name. */
  answers?: AnswerRules;
  /** The time at which it begins. Default: the start of 2026, UTC, in every test. */
  now?: Date;
  /** Seeds what is left to chance outside of runs (jitter of back-offs). Default 0. */
  seed?: string | number;
  /**
   * Real time in which nothing happens until a wait is given up as stuck, and after which `advance` and `stop` leave a
   * running step behind. Time in which the machine stood still does not count. Default "500ms".
   */
  patience?: Duration;
}

/** A lease nobody lives to see expire: virtual time may jump by years. */
const lease = "36500d";

/**
 * An engine for tests: everything in memory, and time that passes only when the test wants it to. Made by `createTestEngine`.
 *
 * It is an `Engine` in every respect. A wait (`run.result()`, `run.hold()`, `engine.answer()`) skips the time in which nothing
 * happens; otherwise time stands still until `advance`. While the function of a step runs, it stands still too.
 */
export class TestEngine extends Engine {
  private readonly clock: TestClock;
  private readonly mocks: Mocks;
  private readonly answers: Answers;
  private readonly steps: StepWatch;
  private readonly skipper: TimeSkipper;
  private readonly known: Registry;
  private readonly settings: TestEngineOptions;

  constructor(options: TestEngineOptions) {
    const { steps, answers, now = new Date(Date.UTC(2026, 0, 1)), seed = 0, patience = "500ms", ...rest } = options;
    if (Number.isNaN(now.getTime())) throw new ValidationError("test engine", [{ path: "now", message: "is no time" }]);
    const patienceMs = durationMs(patience, "patience");
    const clock = new TestClock(now.getTime(), seed);
    const mocks = new Mocks(steps);
    const rules = new Answers(answers);
    const watch = new StepWatch(clock);
    super({
      determinism: "error",
      retention: { runs: false },
      ...rest,
      clock,
      lease,
      store: memoryStore(),
      process: { host: "test", bootId: "test", pid: 1, isAlive: () => true },
      standIn: mocks.standIn(watch),
    });
    this.settings = options;
    this.clock = clock;
    this.mocks = mocks;
    this.answers = rules;
    this.steps = watch;
    this.known = new Registry(options.workflows);
    const hooks = {
      answer: () => this.answers.apply(this),
      stuck: () => stuckError(this),
      slow: (names: readonly string[]) =>
        options.log?.warn(
          { steps: names },
          "time stands still while these steps run; takes() and hangs() make mocks whose time is virtual",
        ),
    };
    this.skipper = new TimeSkipper(clock, watch, hooks, patienceMs);
  }

  override async run<W extends AnyWorkflow | string>(
    workflow: W,
    input: InputOf<W>,
    options: RunOptions = {},
  ): Promise<RunHandle<OutputOf<W>>> {
    await this.start();
    return this.skipper.during(() => super.run(workflow, input, options));
  }

  override async startOrSignal<W extends AnyWorkflow | string>(
    workflow: W,
    input: InputOf<W>,
    signal: { name: string; value?: unknown; dedupe?: string },
    options: RunOptions & { id: string },
  ): Promise<RunHandle<OutputOf<W>>> {
    await this.start();
    return this.skipper.during(() => super.startOrSignal(workflow, input, signal, options));
  }

  override decide(
    hold: string | Pick<Hold, "id" | "revision" | "evidenceHash">,
    answer: unknown,
    options: DecideOptions & { grant?: GrantTerms } = {},
  ): Promise<Hold> {
    return this.skipper.during(() => super.decide(hold, answer, options));
  }

  /** Lets everything happen that needs no time, then rests. */
  override async runUntilIdle(): Promise<void> {
    await this.start();
    await this.skipper.advance(0);
  }

  /**
   * Ends it: steps that still run are given `patience`. Always call it; where your compiler knows `await using` (Node 24, or a
   * transpiler), `await using engine = createTestEngine(…)` does.
   */
  override async stop(): Promise<void> {
    await this.skipper.close();
    const stopping = super.stop();
    await this.skipper.finish(stopping);
    await stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The time it is, as runs see it. */
  now(): Date {
    return new Date(this.clock.now());
  }

  /**
   * Lets time pass: everything that is due on the way happens, in order. Resolves when it has and nothing is left to do.
   *
   * @example
   * await engine.run(reminder, { to: "ana" });
   * await engine.advance("3d");
   *
   * @throws ValidationError that is no duration
   */
  async advance(duration: Duration): Promise<void> {
    const ms = durationMs(duration, "advance");
    await this.start();
    await this.skipper.advance(ms);
  }

  /**
   * Puts a function in the place of a step's own, in one workflow. Its result is recorded, and its errors are retried, like
   * those of the step. `takes("20s", value)` and `hangs()` make mocks that last.
   *
   * @example
   * engine.mockStep(refund, "pay back", ({ attempt }) => {
   *   if (attempt < 3) throw new Error("bank is down");
   *   return { receipt: "R-1" };
   * });
   *
   * @throws NotFoundError no such workflow
   */
  mockStep(workflow: AnyWorkflow | string, step: string, fn: StepMock): void {
    const { name } = this.known.require(typeof workflow === "string" ? workflow : workflow.name);
    this.mocks.set(name, step, fn);
  }

  /**
   * Answers a hold, now or as soon as it opens; skips the time until then. Without `by` the first person answers who may.
   *
   * @example
   * const run = await engine.run(refund, { orderId: "A-7", amount: 120 });
   * await engine.answer("approve refund", { approved: true }, { by: "ana" });
   * await run.result();
   *
   * @throws InvalidStateError it does not open, or several runs have one open: say which with `run`; and what `decide` throws
   */
  async answer(
    name: string,
    answer: Answer,
    options: DecideOptions & { run?: { readonly id: string } | string } = {},
  ): Promise<Hold> {
    const { run, ...decide } = options;
    const runId = typeof run === "object" ? run.id : run;
    await this.start();
    const hold = await this.skipper.until(() => this.openHold(name, runId));
    const decided = await answerHold(this, hold, answer, decide);
    if (decided) return decided;
    throw new ValidationError(`answer to hold "${name}"`, [{ path: "", message: "is undefined" }]);
  }

  private async openHold(name: string, runId: string | undefined): Promise<Hold | null> {
    const filter = { status: ["open"] as const, name, ...(runId === undefined ? {} : { runId }) };
    const { items } = await this.holds(filter, { limit: 2 });
    if (items.length < 2) return items[0] ?? null;
    throw new InvalidStateError(
      `hold "${name}" is open more than once; say which: engine.answer("${name}", …, { run }), or engine.decide(hold, …)`,
    );
  }

  /**
   * Executions of steps' functions so far, mocks included, in the order they began; of one step when it is named. What was
   * given back from the record is not among them, so after a crash it shows what was done again.
   */
  executed(step?: string): readonly ExecutedStep[] {
    return this.steps.executed.filter((one) => step === undefined || one.step === step);
  }

  /**
   * Sentences about mocks whose step never ran and answers whose hold never opened, with what was probably meant; empty when
   * all were used. For the end of a test.
   */
  async unusedMocks(): Promise<string[]> {
    const { items } = await this.holds({}, { limit: 1000 });
    return unusedSentences(this.mocks.unused(), this.answers.unused(), {
      steps: [...new Set(this.steps.executed.map((one) => one.step))],
      holds: [...new Set(items.map((hold) => hold.name))],
    });
  }

  /**
   * Replays a recorded run (`engine.export`, `holdpoint export`) against code, to its last recorded entry: keep a few in your
   * repository and learn in CI what a change does to live runs. Nothing runs, nothing is written.
   *
   * @example
   * const journal = readFileSync("journals/refund-A-7.json", "utf8");
   * const replay = await engine.replay(journal, refund);
   * if (!replay.ended) throw new Error(`the code now goes on at ${replay.at}`);
   *
   * @throws DivergedError code and record disagree: says where, what was recorded and what the code asked for;
   * ValidationError it is no export, or one of another workflow
   */
  async replay(exported: ExportedRun | string, workflow: AnyWorkflow): Promise<Replay> {
    const services = new Map((this.settings.services ?? []).map(({ name, value }) => [name, value]));
    const { codec } = this.settings;
    return this.skipper.during(() =>
      replayExport({ namespace: "default", workflows: this.settings.workflows, services, codec }, exported, workflow),
    );
  }
}

/**
 * Makes an engine for tests: in memory, with virtual time, mocked steps and scripted answers. Works with every test runner.
 *
 * @example
 * import { createTestEngine } from "holdpoint/testing";
 *
 * test("a large refund waits for finance", async () => {
 *   const engine = createTestEngine({
 *     workflows: [refund],
 *     steps: { "load order": () => ({ id: "A-7", total: 120 }), "pay back": () => "R-1" },
 *     answers: { "approve refund": { approved: true } },
 *   });
 *   const run = await engine.run(refund, { orderId: "A-7", amount: 120 });
 *   assert.deepEqual(await run.result(), { status: "refunded" });
 *   assert.equal(engine.executed("pay back").length, 1);
 *   assert.deepEqual(await engine.unusedMocks(), []);
 *   await engine.stop();
 * });
 *
 * @throws ValidationError a mock or an answer makes no sense
 */
export function createTestEngine(options: TestEngineOptions): TestEngine {
  return new TestEngine(options);
}
