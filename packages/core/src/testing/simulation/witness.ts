import type { Outcome } from "./program.ts";

/** One execution of a step's function, as the outside world sees it. */
export interface Effect {
  /** Its result names it: no two executions give the same. */
  token: string;
  runId: string;
  generation: number;
  /** Key of the step in its run, from the idempotency key. */
  key: string;
  node: string;
  cache: string | null;
  attempt: number;
  round: number;
  process: string;
  epoch: number;
  at: number;
  /** Token of the execution that this one undoes. */
  undoes: string | null;
  ended: "ok" | "failed" | null;
}

/** What one coroutine of a run has observed, in order. */
export interface Observations {
  /** `path=outcome`, in the order in which the code saw them. */
  lines: string[];
  /** The process and its claim that saw each line first. */
  by: string[];
  outcomes: Map<string, Outcome>;
}

/**
 * The outside ledger of a simulated world: every execution of an effect, and everything workflow code has seen.
 * It survives every crash, and nothing under test writes it.
 */
export class Witness {
  readonly effects: Effect[] = [];
  private readonly byToken = new Map<string, Effect>();
  private readonly byStep = new Map<string, Effect[]>();
  private readonly seen = new Map<string, Observations>();
  /** Problems found while the world runs. */
  readonly violations: string[] = [];

  /** Told of every problem. */
  onViolation: (text: string) => void = () => {};

  violation(text: string): void {
    this.violations.push(text);
    this.onViolation(text);
  }

  addEffect(effect: Omit<Effect, "token" | "ended">): Effect {
    const whole: Effect = { ...effect, token: `t${this.effects.length + 1}`, ended: null };
    this.effects.push(whole);
    this.byToken.set(whole.token, whole);
    const step = stepId(whole);
    const list = this.byStep.get(step);
    if (list) list.push(whole);
    else this.byStep.set(step, [whole]);
    return whole;
  }

  effect(token: string): Effect | undefined {
    return this.byToken.get(token);
  }

  /** All executions of one step of one run. */
  executions(of: { runId: string; generation: number; key: string }): readonly Effect[] {
    return this.byStep.get(stepId(of)) ?? [];
  }

  /** Where a coroutine of this run writes down what it observes. */
  coroutine(
    run: { id: string; generation: number; attempt: number },
    round: number,
    by: string,
    rounds: () => number,
  ): Coroutine {
    const name = observationsOf(run.id, run.generation, round, run.attempt);
    const all = this.of(name);
    const others = (): Observations[] =>
      Array.from({ length: rounds() + 1 }, (_, one) =>
        this.of(observationsOf(run.id, run.generation, one, run.attempt)),
      );
    return new Coroutine(this, name, by, all, others);
  }

  private of(name: string): Observations {
    let all = this.seen.get(name);
    if (!all) {
      all = { lines: [], by: [], outcomes: new Map() };
      this.seen.set(name, all);
    }
    return all;
  }

  observations(run: string, generation: number, round: number, attempt: number): Observations | undefined {
    const found = this.seen.get(observationsOf(run, generation, round, attempt));
    return found && found.lines.length > 0 ? found : undefined;
  }
}

const observationsOf = (run: string, generation: number, round: number, attempt: number): string =>
  `${run}.${generation}~${round}.${attempt}`;

const stepId = (of: { runId: string; generation: number; key: string }): string =>
  `${of.runId}.${of.generation}/${of.key}`;

/** One execution of workflow code: what it sees must be what every other one of the same run saw, in the same order. */
export class Coroutine {
  private readonly witness: Witness;
  private readonly name: string;
  private all: Observations;
  /** What coroutines of the same run saw, whichever of its retries they knew of. */
  private readonly others: () => Observations[];
  private readonly own: string[] = [];
  private readonly by: string;

  constructor(witness: Witness, name: string, by: string, all: Observations, others: () => Observations[]) {
    this.witness = witness;
    this.name = name;
    this.by = by;
    this.all = all;
    this.others = others;
  }

  saw(path: string, outcome: Outcome): void {
    const line = `${path}=${JSON.stringify(outcome)}`;
    const index = this.own.push(line) - 1;
    if (this.all.lines[index] !== undefined && this.all.lines[index] !== line) {
      // A dry replay reads the newest record, whatever the last claim of its process knew.
      const fits = (one: Observations): boolean => this.own.every((own, i) => (one.lines[i] ?? own) === own);
      this.all = this.others().find(fits) ?? this.all;
    }
    const known = this.all.lines[index];
    if (known === undefined) {
      this.all.lines.push(line);
      this.all.by.push(this.by);
      this.all.outcomes.set(path, outcome);
    } else if (known !== line) {
      this.witness.violation(
        `replay of ${this.name} differs at observation ${index}: ${this.by} saw ${line}, ${this.all.by[index]} saw ${known}`,
      );
    }
  }
}
