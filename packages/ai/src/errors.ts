import { HoldpointError, type Issue } from "@holdpoint/core";

/** What is known of a provider's failure. */
export interface ModelFailure {
  /** `provider/model`. */
  model: string;
  /** What the provider answered with; null when nothing came back. */
  status?: number | null;
  /** Whether the same call may succeed later. */
  retryable: boolean;
  /** How long the provider asks to wait, in milliseconds; null where it does not say. */
  retryAfterMs?: number | null;
  /** The provider's id of the request. */
  requestId?: string | null;
}

/** A model gave no answer: its provider refused, could not be reached, or its answer broke off. */
export class ModelError extends HoldpointError {
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** How long the provider asks to wait, in milliseconds; null where it does not say. */
  readonly retryAfterMs: number | null;
  /** The HTTP status; null when nothing came back. */
  readonly status: number | null;

  constructor(message: string, failure: ModelFailure, options?: ErrorOptions) {
    const { model, status = null, retryable, retryAfterMs = null, requestId = null } = failure;
    super("MODEL", `${model}: ${message}`, { model, status, retryable, retryAfterMs, requestId }, options);
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
    this.status = status;
  }
}

/** A model cannot be had: its provider's package, its key or its name is missing. Says what to do. */
export class ModelSetupError extends HoldpointError {
  constructor(message: string, details: Record<string, unknown> = {}) {
    super("MODEL_SETUP", message, details);
  }
}

/** The model's answer did not have the asked shape, as often as it was told. */
export class OutputError extends HoldpointError {
  /** What was wrong with the last answer. */
  readonly issues: readonly Issue[];

  constructor(who: string, tries: number, issues: readonly Issue[], text: string) {
    const first = issues[0];
    const where = first?.path ? `${first.path}: ` : "";
    super(
      "OUTPUT",
      `${who} gave no valid output in ${tries} ${tries === 1 ? "answer" : "answers"}: ${where}${first?.message ?? "it does not fit"}`,
      { who, tries, issues, text: text.slice(0, 2000) },
    );
    this.issues = issues;
  }
}

/** An agent used up its turns without an answer. */
export class TurnLimitError extends HoldpointError {
  constructor(agent: string, maxTurns: number) {
    super(
      "TURN_LIMIT",
      `agent "${agent}" gave no final answer in ${maxTurns} turns; raise maxTurns, or stop it earlier with stopWhen`,
      { agent, maxTurns },
    );
  }
}

/** What a rail blocked, and why. */
export interface GuardrailBlock {
  /** Where it was: `input`, `output`, … */
  readonly place: string;
  /** Which rail, or whose hold. */
  readonly rail: string;
  readonly reason: string;
}

/** A guardrail, or a person it asked, did not let something pass. No attempt is made again: the same would be blocked. */
export class GuardrailError extends HoldpointError {
  /** Where it was. */
  readonly place: string;
  /** Which rail. */
  readonly rail: string;
  /** Why, in a sentence that can be shown. */
  readonly reason: string;

  constructor(who: string, { place, rail, reason }: GuardrailBlock) {
    super("GUARDRAIL", `${who}: rail "${rail}" blocked the ${place}: ${reason}`, { who, place, rail, reason });
    this.place = place;
    this.rail = rail;
    this.reason = reason;
  }
}

/**
 * Whether an error ends the run, or moves it to another process, in contrast to being the fault of what was just tried: whoever
 * catches faults, to score or to excuse them, throws these on.
 */
export function endsRun(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return typeof code === "string" && endings.has(code);
}

const endings = new Set([
  "CANCELLED",
  "DIVERGED",
  "FENCED",
  "NONDETERMINISM",
  "INVALID_STATE",
  "BUDGET",
  "CORRUPTION",
  "STORE",
]);
