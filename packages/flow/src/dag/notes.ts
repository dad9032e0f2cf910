import type { Metadata } from "./step.ts";

/** What a step gave together with what it noted about the whole: one record, so that neither is there without the other. */
interface Noted {
  readonly "dag:value": unknown;
  readonly "dag:metadata": Readonly<Record<string, unknown>>;
}

/** The facts that a dag's steps note about the whole. */
export class Notes {
  private readonly facts: Record<string, unknown>;

  constructor(facts: Readonly<Record<string, unknown>> = {}) {
    this.facts = { ...facts };
  }

  all(): Readonly<Record<string, unknown>> {
    return { ...this.facts };
  }

  /** What one attempt of a step sees, and notes. */
  page(): Metadata & { recorded(value: unknown): unknown } {
    const { facts } = this;
    const noted: Record<string, unknown> = {};
    return {
      get: (key, fallback) => noted[key] ?? facts[key] ?? fallback,
      set: (key, value) => {
        noted[key] = value;
      },
      recorded: (value) =>
        Object.keys(noted).length === 0 ? value : ({ "dag:value": value, "dag:metadata": noted } satisfies Noted),
    };
  }

  /** The value of what was recorded; what was noted with it holds from now on. */
  take(recorded: unknown): unknown {
    if (typeof recorded !== "object" || recorded === null || !("dag:metadata" in recorded)) return recorded;
    const noted = recorded as Noted;
    Object.assign(this.facts, noted["dag:metadata"]);
    return noted["dag:value"];
  }
}
