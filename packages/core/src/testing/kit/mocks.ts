import { ValidationError } from "../../errors.ts";
import type { StepFacts, StepStandIn } from "../../run/host.ts";
import type { StepInfo } from "../../workflow/context.ts";
import type { Duration } from "../../workflow/duration.ts";
import { elapse, hang, type StepWatch } from "./step-watch.ts";

/** Which step a mock stands in for, and what it stands in for. */
export interface MockedStep extends StepFacts {
  /** Calls the step's own function after all. */
  real(): unknown;
}

/** Stands in for a step's function. What it gives or throws is recorded and retried as if it were the step's own. */
export type StepMock = (info: StepInfo, step: MockedStep) => unknown;

/** Mocks by the name of the step. */
export type StepMocks = Readonly<Record<string, StepMock>>;

interface Mock {
  readonly step: string;
  readonly workflow: string | null;
  readonly fn: StepMock;
  used: boolean;
}

/** The mocks of one test engine. */
export class Mocks {
  private readonly byName = new Map<string, Mock>();

  constructor(mocks: StepMocks = {}) {
    for (const [step, fn] of Object.entries(mocks)) this.set(null, step, fn);
  }

  set(workflow: string | null, step: string, fn: StepMock): void {
    if (step === "") throw new ValidationError("mock", [{ path: "step", message: "name the step" }]);
    if (typeof fn !== "function") {
      const message = `must be a function; write "${step}": () => ${JSON.stringify(fn) ?? "value"}`;
      throw new ValidationError("mock", [{ path: step, message }]);
    }
    this.byName.set(keyOf(workflow, step), { step, workflow, fn, used: false });
  }

  /** What is executed in the place of a step's function. */
  standIn(watch: StepWatch): StepStandIn {
    return (facts, fn) => {
      const mock = this.byName.get(keyOf(facts.workflow, facts.step)) ?? this.byName.get(keyOf(null, facts.step));
      if (!mock) return (info) => watch.execute(facts, info, false, () => fn(info));
      mock.used = true;
      return (info) => watch.execute(facts, info, true, () => mock.fn(info, { ...facts, real: () => fn(info) }));
    };
  }

  unused(): { step: string; workflow: string | null }[] {
    return [...this.byName.values()].filter((mock) => !mock.used);
  }
}

const keyOf = (workflow: string | null, step: string): string => JSON.stringify([workflow, step]);

/**
 * A mock that takes its time, in virtual time: for timeouts, races and deadlines.
 *
 * @example
 * const engine = createTestEngine({
 *   workflows: [refund],
 *   steps: { "load order": takes("11s", { id: "A-7" }) },   // its timeout is "10s"
 * });
 */
export function takes(duration: Duration, value?: unknown): StepMock {
  return async (info, step) => {
    await elapse(duration);
    return typeof value === "function" ? ((value as StepMock)(info, step) as unknown) : value;
  };
}

/**
 * A mock that never ends, until the attempt is timed out or cancelled.
 *
 * @example
 * engine.mockStep(refund, "load order", hangs());
 */
export function hangs(): StepMock {
  return () => hang();
}
